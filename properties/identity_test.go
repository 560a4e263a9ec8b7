package properties

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
)

// anyRegion draws a region whose strings hold anything at all, above all what looks
// like a part of an identity.
func anyRegion() *rapid.Generator[core.Region] {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", "*", "\"*\"", "a", "a|scope=b", "b|scope=*", "a\" scope=\"b", "a scope=*", `a\" scope=*`, "\\", "\x00", "\xff", "\xfe", "\ufffd", "é", "e\u0301"}),
		rapid.StringOf(rapid.RuneFrom([]rune("a*\"\\| =:\x00é\ufffd"))),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 4), func(b []byte) string { return string(b) }),
	)
	return rapid.Custom(func(t *rapid.T) core.Region {
		var r core.Region
		set := rapid.Uint8Range(0, 31).Draw(t, "axes")
		if set&1 != 0 {
			r = r.WithEntity(text.Draw(t, "entity"))
		}
		if set&2 != 0 {
			r = r.WithScope(text.Draw(t, "scope"))
		}
		if set&4 != 0 {
			r = r.WithFact(rapid.OneOf(fact(), rapid.Map(rapid.Uint8(), core.KindCategory),
				rapid.Map(rapid.Uint16(), func(k uint16) core.KindFilter { return core.ExactKind(core.Kind(k)) })).Draw(t, "fact"))
		}
		if set&8 != 0 {
			r = r.WithClock(core.ClockRange{Start: rapid.Uint32Range(0, 12).Draw(t, "start"), End: rapid.Uint32Range(0, 12).Draw(t, "end")})
		}
		if set&16 != 0 {
			r = r.WithLane(rapid.Uint32Range(0, 2).Draw(t, "lane"))
		}
		return r
	})
}

// Two regions share an identity if and only if they are the same region. R-14.
func TestIdentityIsInjective(t *testing.T) {
	often(t, 50, func(t *rapid.T) {
		list := rapid.SliceOfN(anyRegion(), 2, 8).Draw(t, "regions")
		for i, a := range list {
			for _, b := range list[:i] {
				if same := a.Identity() == b.Identity(); same != (a == b) {
					t.Fatalf("%#v and %#v are equal: %t; their identities %q and %q are: %t", a, b, a == b, a.Identity(), b.Identity(), same)
				}
			}
		}
	})
}

// What one axis holds can never be read as another axis: a region whose one string is
// made of the rest of another region's identity is still told from it. R-14.
func TestIdentityCannotBeForged(t *testing.T) {
	often(t, 50, func(t *rapid.T) {
		victim := anyRegion().Draw(t, "victim")
		identity := victim.Identity()
		from := rapid.IntRange(0, len(identity)-1).Draw(t, "from")
		to := rapid.IntRange(from, len(identity)).Draw(t, "to")
		forged := identity[from:to]
		for _, r := range []core.Region{
			victim.WithEntity(forged), victim.WithScope(forged),
			core.Region{}.WithEntity(forged), core.Region{}.WithScope(forged),
			core.Region{}.WithEntity(forged).WithScope(forged),
		} {
			if r != victim && r.Identity() == identity {
				t.Fatalf("%#v has the identity of %#v, %q", r, victim, identity)
			}
		}
	})
}

// An identity is one line of printable ASCII, whatever the strings of the region hold:
// a checkpoint can store it, and an error show it.
func TestIdentityIsASCII(t *testing.T) {
	often(t, 20, func(t *rapid.T) {
		r := anyRegion().Draw(t, "region")
		if at := strings.IndexFunc(r.Identity(), func(c rune) bool { return c < ' ' || c > '~' }); at >= 0 {
			t.Fatalf("identity of %#v holds %q at %d: %q", r, r.Identity()[at], at, r.Identity())
		}
	})
}
