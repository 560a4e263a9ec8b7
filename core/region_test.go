package core

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func coordinate(t testing.TB, entity, scope string) Coordinate {
	t.Helper()
	c, err := NewCoordinate(entity, scope)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// R-7, M-41.
func TestInNamespace(t *testing.T) {
	for _, tt := range []struct {
		name, prefix string
		want         bool
	}{
		{"alice", "alice", true},
		{"alice:x", "alice", true},
		{"alice:x:y", "alice", true},
		{"alice:", "alice", true},
		{"alice2", "alice", false},
		{"alice-prod", "alice", false},
		{"alic", "alice", false},
		{"bob", "alice", false},
		{"bob:alice", "alice", false},
		{"a:", "a:", true},
		{"a::b", "a:", true},
		{"a:b", "a:", false},
		{":", "", true},
		{":a", "", true},
		{"a", "", false},
	} {
		if got := inNamespace(tt.name, tt.prefix); got != tt.want {
			t.Errorf("inNamespace(%q, %q) = %v, want %v", tt.name, tt.prefix, got, tt.want)
		}
	}
}

// A name lies in a namespace when the parts between colons begin with the
// namespace's parts.
func TestInNamespaceAgainstModel(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune{'a', 'b', ':'}), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		name, prefix := text.Draw(t, "name"), text.Draw(t, "prefix")
		parts, begin := strings.Split(name, ":"), strings.Split(prefix, ":")
		want := len(parts) >= len(begin) && slices.Equal(parts[:len(begin)], begin)
		if got := inNamespace(name, prefix); got != want {
			t.Fatalf("inNamespace(%q, %q) = %v, want %v", name, prefix, got, want)
		}
	})
}

// M-41: each axis alone, its edges, and all of them together.
func TestRegionMatches(t *testing.T) {
	all := Region{}.WithEntity("user").WithScope("room").WithFact(ExactKind(0xFABC)).WithClock(ClockRange{2, 4}).WithLane(7)
	for _, tt := range []struct {
		name          string
		region        Region
		entity, scope string
		kind          Kind
		lane, clock   uint32
		want          bool
	}{
		{"no axis", Region{}, "x", "y", KindTombstone, 9, math.MaxUint32, true},
		{"entity itself", Region{}.WithEntity("user"), "user", "s", KindData, 0, 0, true},
		{"entity below", Region{}.WithEntity("user"), "user:1", "s", KindData, 0, 0, true},
		{"adjacent namespace", Region{}.WithEntity("user"), "user2", "s", KindData, 0, 0, false},
		{"foreign entity", Region{}.WithEntity("user"), "room", "user", KindData, 0, 0, false},
		{"empty prefix", Region{}.WithEntity(""), "user", "s", KindData, 0, 0, false},
		{"star is a name", Region{}.WithEntity("*"), "user", "s", KindData, 0, 0, false},
		{"scope", Region{}.WithScope("room"), "e", "room", KindData, 0, 0, true},
		{"scope is no prefix", Region{}.WithScope("room"), "e", "room:1", KindData, 0, 0, false},
		{"exact kind", Region{}.WithFact(ExactKind(0xFABC)), "e", "s", 0xFABC, 0, 0, true},
		{"other type", Region{}.WithFact(ExactKind(0xFABC)), "e", "s", 0xFABD, 0, 0, false},
		{"kind zero is a kind", Region{}.WithFact(ExactKind(0)), "e", "s", KindData, 0, 0, false},
		{"category", Region{}.WithFact(KindCategory(0xF)), "e", "s", 0xF000, 0, 0, true},
		{"other category", Region{}.WithFact(KindCategory(0xF)), "e", "s", 0xEFFF, 0, 0, false},
		{"category above 15 holds nothing", Region{}.WithFact(KindCategory(0x1F)), "e", "s", 0xF000, 0, 0, false},
		{"any kind", Region{}.WithFact(AnyKind()), "e", "s", KindTombstone, 0, 0, true},
		{"clock below", Region{}.WithClock(ClockRange{2, 4}), "e", "s", KindData, 0, 1, false},
		{"clock at start", Region{}.WithClock(ClockRange{2, 4}), "e", "s", KindData, 0, 2, true},
		{"clock at end", Region{}.WithClock(ClockRange{2, 4}), "e", "s", KindData, 0, 4, true},
		{"clock above", Region{}.WithClock(ClockRange{2, 4}), "e", "s", KindData, 0, 5, false},
		{"one clock", Region{}.WithClock(ClockRange{3, 3}), "e", "s", KindData, 0, 3, true},
		{"lane", Region{}.WithLane(7), "e", "s", KindData, 7, 0, true},
		{"lane zero is a lane", Region{}.WithLane(0), "e", "s", KindData, 7, 0, false},
		{"all axes", all, "user:9", "room", 0xFABC, 7, 3, true},
		{"all but entity", all, "x", "room", 0xFABC, 7, 3, false},
		{"all but scope", all, "user:9", "x", 0xFABC, 7, 3, false},
		{"all but kind", all, "user:9", "room", KindData, 7, 3, false},
		{"all but lane", all, "user:9", "room", 0xFABC, 6, 3, false},
		{"all but clock", all, "user:9", "room", 0xFABC, 7, 9, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := coordinate(t, tt.entity, tt.scope)
			if got := tt.region.Matches(c, tt.kind, tt.lane, tt.clock); got != tt.want {
				t.Errorf("%s Matches(%v, %v, %d, %d) = %v, want %v", tt.region.Identity(), c, tt.kind, tt.lane, tt.clock, got, tt.want)
			}
		})
	}
}

// Each axis is read back as it was set, and the region that it was set on stays.
func TestRegionAxes(t *testing.T) {
	type values struct {
		Entity, Scope string
		Fact          KindFilter
		Clock         ClockRange
		Lane          uint32
		Set           [5]bool
	}
	read := func(r Region) (v values) {
		v.Entity, v.Set[0] = r.Entity()
		v.Scope, v.Set[1] = r.Scope()
		v.Fact, v.Set[2] = r.Fact()
		v.Clock, v.Set[3] = r.Clock()
		v.Lane, v.Set[4] = r.Lane()
		return v
	}
	var none Region
	for _, tt := range []struct {
		name   string
		region Region
		want   values
	}{
		{"none", none, values{}},
		{"empty entity", none.WithEntity(""), values{Set: [5]bool{0: true}}},
		{"entity", none.WithEntity("e"), values{Entity: "e", Set: [5]bool{0: true}}},
		{"scope", none.WithScope("s"), values{Scope: "s", Set: [5]bool{1: true}}},
		{"any fact", none.WithFact(AnyKind()), values{Set: [5]bool{2: true}}},
		{"fact", none.WithFact(ExactKind(9)), values{Fact: ExactKind(9), Set: [5]bool{2: true}}},
		{"clock", none.WithClock(ClockRange{1, 2}), values{Clock: ClockRange{1, 2}, Set: [5]bool{3: true}}},
		{"lane zero", none.WithLane(0), values{Set: [5]bool{4: true}}},
		{"lane", none.WithLane(5), values{Lane: 5, Set: [5]bool{4: true}}},
		{"set twice", none.WithLane(5).WithLane(6), values{Lane: 6, Set: [5]bool{4: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, read(tt.region), cmp.AllowUnexported(KindFilter{})); d != "" {
				t.Errorf("axes (-want +got):\n%s", d)
			}
		})
	}
	if none != (Region{}) {
		t.Errorf("the first region became %+v", none)
	}
}

// what no legal coordinate can match is refused, all of it at once.
func TestRegionValidate(t *testing.T) {
	tooLong := strings.Repeat("x", 1025)
	for _, tt := range []struct {
		name   string
		region Region
		want   []error
	}{
		{"no axis", Region{}, nil},
		{"all axes", Region{}.WithEntity("e").WithScope("s").WithFact(KindCategory(15)).WithClock(ClockRange{3, 3}).WithLane(0), nil},
		{"empty entity prefix matches :x", Region{}.WithEntity(""), nil},
		{"longest strings", Region{}.WithEntity(tooLong[1:]).WithScope(tooLong[1:]), nil},
		{"reserved kind may be read", Region{}.WithFact(ExactKind(KindTombstone)), nil},
		{"literal star", Region{}.WithEntity("*").WithScope("*"), nil},

		{"long entity", Region{}.WithEntity(tooLong), []error{ErrTooLong}},
		{"separator", Region{}.WithEntity("a|scope=b"), []error{ErrForbiddenSeparator}},
		{"nul", Region{}.WithEntity("\x00"), []error{ErrNulByte}},
		{"empty scope", Region{}.WithScope(""), []error{ErrEmptyName}},
		{"slash in scope", Region{}.WithScope("a/b"), []error{ErrPathTraversal}},
		{"not utf-8", Region{}.WithScope("\xff"), []error{ErrNotUTF8}},
		{"category", Region{}.WithFact(KindCategory(16)), []error{ErrCategoryRange}},
		{"clock", Region{}.WithClock(ClockRange{5, 4}), []error{ErrInvertedClock}},
		{
			"all at once", Region{}.WithEntity("\x01").WithScope("").WithFact(KindCategory(255)).WithClock(ClockRange{1, 0}),
			[]error{ErrControlChar, ErrEmptyName, ErrCategoryRange, ErrInvertedClock},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.region.Validate()
			if (err == nil) != (len(tt.want) == 0) {
				t.Fatalf("Validate() = %v, want %v", err, tt.want)
			}
			for _, want := range tt.want {
				if !errors.Is(err, want) {
					t.Errorf("Validate() = %v, lacks %v", err, want)
				}
			}
			if err != nil {
				if got := strings.Count(err.Error(), "\n") + 1; got != len(tt.want) {
					t.Errorf("Validate() reports %d faults, want %d:\n%v", got, len(tt.want), err)
				}
			}
		})
	}
}

// M-40: the text names the numbers.
func TestRegionErrorText(t *testing.T) {
	err := Region{}.WithFact(KindCategory(0x20)).WithClock(ClockRange{5, 2}).Validate()
	want := "batpak: category 0x20, type 0x0: category is above 15\nbatpak: clock range 5 to 2: clock range starts after its end"
	if err.Error() != want {
		t.Errorf("Validate() = %q, want %q", err, want)
	}
	var clock *ClockRangeError
	if !errors.As(err, &clock) || clock.Range != (ClockRange{5, 2}) {
		t.Errorf("errors.As(%v) gives %+v, want the range 5 to 2", err, clock)
	}
}

// R-13 beside ours. Both columns are stored in checkpoints: neither may change.
func TestRegionIdentity(t *testing.T) {
	for _, tt := range []struct {
		region         Region
		ours, upstream string
	}{
		{
			Region{},
			`region/1 entity=* scope=* fact=* clock=* lane=*`,
			`entity=*|scope=*|fact=none|clock=*`,
		}, {
			Region{}.WithEntity("user"),
			`region/1 entity="user" scope=* fact=* clock=* lane=*`,
			`entity=user|scope=*|fact=none|clock=*`,
		}, {
			Region{}.WithEntity("alpha:a").WithScope("room").WithFact(ExactKind(0xFABC)),
			`region/1 entity="alpha:a" scope="room" fact=exact:f:abc clock=* lane=*`,
			`entity=alpha:a|scope=room|fact=exact:f:abc|clock=*`,
		}, {
			Region{}.WithScope("s").WithFact(KindCategory(0xC)),
			`region/1 entity=* scope="s" fact=category:c clock=* lane=*`,
			`entity=*|scope=s|fact=category:c|clock=*`,
		}, {
			Region{}.WithFact(AnyKind()),
			`region/1 entity=* scope=* fact=any clock=* lane=*`,
			`entity=*|scope=*|fact=any|clock=*`,
		}, {
			Region{}.WithEntity("u").WithClock(ClockRange{2, 4}),
			`region/1 entity="u" scope=* fact=* clock=2-4 lane=*`,
			`entity=u|scope=*|fact=none|clock=2-4`,
		}, {
			Region{}.WithLane(7),
			`region/1 entity=* scope=* fact=* clock=* lane=7`,
			`entity=*|scope=*|fact=none|clock=*|lane=7`,
		}, {
			Region{}.WithEntity("e").WithScope("s").WithFact(ExactKind(KindData)).WithClock(ClockRange{0, math.MaxUint32}).WithLane(0),
			`region/1 entity="e" scope="s" fact=exact:1:0 clock=0-4294967295 lane=0`,
			`entity=e|scope=s|fact=exact:1:0|clock=0-4294967295|lane=0`,
		}, {
			Region{}.WithEntity("").WithScope("ж\u00ad\"\\\xff\x00"),
			`region/1 entity="" scope="\u0436\u00ad\"\\\xff\x00" fact=* clock=* lane=*`,
			"entity=|scope=ж\u00ad\"\\\xff\x00|fact=none|clock=*",
		},
	} {
		if got := tt.region.Identity(); got != tt.ours {
			t.Errorf("Identity() = %s, want %s", got, tt.ours)
		}
		if got := tt.region.upstreamIdentity(); got != tt.upstream {
			t.Errorf("upstreamIdentity() = %s, want %s", got, tt.upstream)
		}
	}
}

// The identity of any valid region fits a checkpoint.
func TestRegionIdentityFitsCheckpoint(t *testing.T) {
	for _, unit := range []string{"\u0080", "\U000e0001", "\u2028", "\\", `"`} {
		longest := strings.Repeat(unit, MaxNameLen/len(unit))
		r := Region{}.WithEntity(longest).WithScope(longest).WithFact(ExactKind(0xFFFF)).
			WithClock(ClockRange{math.MaxUint32, math.MaxUint32}).WithLane(math.MaxUint32)
		if err := r.Validate(); err != nil {
			t.Fatalf("region of %q: %v", unit, err)
		}
		if got := len(r.Identity()); got > maxRegionBytes {
			t.Errorf("identity of %q repeated has %d bytes, at most %d may be saved", unit, got, maxRegionBytes)
		}
	}
}

// these pairs share upstream's identity, and never ours. An upstream
// checkpoint of either is in doubt unless it is the one whose axis is not set. A
// string that could be part of a forgery is in doubt alone.
func TestUpstreamIdentityIsAmbiguous(t *testing.T) {
	for _, tt := range []struct {
		name                           string
		plain, other                   Region
		plainIsInDoubt, otherIsInDoubt bool
	}{
		{"entity star", Region{}, Region{}.WithEntity("*"), false, true},
		{"scope star", Region{}.WithEntity("a"), Region{}.WithEntity("a").WithScope("*"), false, true},
		{"forged scope", Region{}.WithEntity("a|scope=b"), Region{}.WithEntity("a").WithScope("b|scope=*"), true, true},
		{"one separator is enough", Region{}.WithEntity("a|b"), Region{}.WithEntity("a|b"), true, true},
		{"forged lane", Region{}.WithScope("s|fact=none|clock=*"), Region{}.WithScope("s|fact=none|clock=*"), true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a, b := tt.plain.upstreamIdentity(), tt.other.upstreamIdentity(); a != b {
				t.Errorf("upstreamIdentity() = %s and %s, want one", a, b)
			}
			if a, b := tt.plain.Identity(), tt.other.Identity(); (a == b) != (tt.plain == tt.other) {
				t.Errorf("Identity() = %s and %s", a, b)
			}
			if got := tt.plain.upstreamAmbiguous(); got != tt.plainIsInDoubt {
				t.Errorf("upstreamAmbiguous() of the first = %v, want %v", got, tt.plainIsInDoubt)
			}
			if got := tt.other.upstreamAmbiguous(); got != tt.otherIsInDoubt {
				t.Errorf("upstreamAmbiguous() of the second = %v, want %v", got, tt.otherIsInDoubt)
			}
		})
	}
}

// forgeries are strings by which one region might pass for another.
var forgeries = []string{
	"", "*", "a", "b", `"`, `\`, `a\`, "\x00", "\xff", `\xff`, `\u0436`, "ж", "\ufffd", " ", "any", "0-1", "=", "|",
	"a|scope=b", "b|scope=*", "*|scope=*", "s|fact=none|clock=*", "*|fact=none|clock=*|lane=0", "|lane=0",
	`a" scope="b`, `"*"`, `* scope=*`, `a" scope=* fact=* clock=* lane=*`, "region/1 entity=*",
}

// regionText draws a forgery, or two of them joined, or any string.
func regionText() *rapid.Generator[string] {
	forged := rapid.SampledFrom(forgeries)
	return rapid.OneOf(forged, rapid.Map(rapid.SliceOfN(forged, 2, 2), func(s []string) string { return s[0] + s[1] }), rapid.String())
}

// axis is one change to a region.
type axis struct {
	number int
	set    func(Region) Region
}

// anAxis draws a change to one of the five axes, from few values, so that two
// draws often agree.
func anAxis() *rapid.Generator[axis] {
	small := rapid.Uint32Range(0, 2)
	return rapid.Custom(func(t *rapid.T) axis {
		a := axis{number: rapid.IntRange(0, 4).Draw(t, "axis")}
		switch a.number {
		case 0:
			entity := regionText().Draw(t, "entity")
			a.set = func(r Region) Region { return r.WithEntity(entity) }
		case 1:
			scope := regionText().Draw(t, "scope")
			a.set = func(r Region) Region { return r.WithScope(scope) }
		case 2:
			filter := rapid.SampledFrom([]KindFilter{
				AnyKind(), ExactKind(0), ExactKind(1), ExactKind(0x1000), ExactKind(0x10), KindCategory(0), KindCategory(1), KindCategory(0x10),
			}).Draw(t, "fact")
			a.set = func(r Region) Region { return r.WithFact(filter) }
		case 3:
			clocks := ClockRange{small.Draw(t, "start"), small.Draw(t, "end")}
			a.set = func(r Region) Region { return r.WithClock(clocks) }
		default:
			lane := small.Draw(t, "lane")
			a.set = func(r Region) Region { return r.WithLane(lane) }
		}
		return a
	})
}

func aRegion() *rapid.Generator[Region] {
	return rapid.Map(rapid.SliceOfNDistinct(anAxis(), 0, 5, func(a axis) int { return a.number }), func(changes []axis) (r Region) {
		for _, a := range changes {
			r = a.set(r)
		}
		return r
	})
}

// twoRegions draws a pair that is unrelated, or differs in one axis, or not at all.
func twoRegions(t *rapid.T) (a, b Region) {
	a = aRegion().Draw(t, "a")
	if rapid.Bool().Draw(t, "unrelated") {
		return a, aRegion().Draw(t, "b")
	}
	return a, anAxis().Draw(t, "change").set(a)
}

// sameAxes compares two regions as their readers see them.
func sameAxes(a, b Region) bool {
	entityA, hasA := a.Entity()
	entityB, hasB := b.Entity()
	same := entityA == entityB && hasA == hasB
	scopeA, hasA := a.Scope()
	scopeB, hasB := b.Scope()
	same = same && scopeA == scopeB && hasA == hasB
	factA, hasA := a.Fact()
	factB, hasB := b.Fact()
	same = same && factA == factB && hasA == hasB
	clockA, hasA := a.Clock()
	clockB, hasB := b.Clock()
	same = same && clockA == clockB && hasA == hasB
	laneA, hasA := a.Lane()
	laneB, hasB := b.Lane()
	return same && laneA == laneB && hasA == hasB
}

// X-12: regions that differ in any axis never share an identity, and those that do
// not are one value.
func TestIdentityIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := twoRegions(t)
		same := sameAxes(a, b)
		if got := a.Identity() == b.Identity(); got != same {
			t.Fatalf("identities equal: %v, axes equal: %v\n%s\n%s", got, same, a.Identity(), b.Identity())
		}
		if got := a == b; got != same {
			t.Fatalf("regions ==: %v, axes equal: %v\n%+v\n%+v", got, same, a, b)
		}
	})
}

// Regions whose upstream identity is not in doubt never share it.
func TestUpstreamIdentityIsInjectiveUnlessAmbiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := twoRegions(t)
		if a.upstreamAmbiguous() || b.upstreamAmbiguous() {
			return
		}
		if got, want := a.upstreamIdentity() == b.upstreamIdentity(), a == b; got != want {
			t.Fatalf("upstream identities equal: %v, regions equal: %v\n%+v\n%+v", got, want, a, b)
		}
	})
}

// Equal identities hold the same events, however the regions were made.
func TestEqualIdentityMatchesAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		changes := rapid.SliceOfN(anAxis(), 0, 8).Draw(t, "changes")
		last := map[int]axis{} // the change that decides each axis
		var long, short Region
		for _, a := range changes {
			long = a.set(long)
			last[a.number] = a
		}
		for number := range 5 {
			if a, ok := last[number]; ok {
				short = a.set(short)
			}
		}
		if long.Identity() != short.Identity() {
			t.Fatalf("identities differ:\n%s\n%s", long.Identity(), short.Identity())
		}
		name := rapid.SampledFrom([]string{"a", "a:b", "b", "*", ":", "ж"})
		c := Coordinate{entity: name.Draw(t, "entity"), scope: name.Draw(t, "scope")}
		k := rapid.SampledFrom([]Kind{0, 1, 0x10, 0x1000}).Draw(t, "kind")
		lane, clock := rapid.Uint32Range(0, 3).Draw(t, "lane"), rapid.Uint32Range(0, 3).Draw(t, "clock")
		if long.Matches(c, k, lane, clock) != short.Matches(c, k, lane, clock) {
			t.Fatalf("%s matches %v, %v, %d, %d one way only", long.Identity(), c, k, lane, clock)
		}
	})
}
