package properties

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"
	"github.com/tinylib/msgp/msgp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// upstream is a checkpoint as the Rust engine has it.
type upstream struct {
	position uint64
	started  bool
	boot     *uint64
	region   *string
	legacy   bool // of the format before regions were recorded
}

// encode is K-3, written down here a second time.
func (u upstream) encode() []byte {
	b := []byte{0x84}
	if u.legacy {
		b[0] = 0x83
	}
	b = msgp.AppendUint64(msgp.AppendString(b, "position"), u.position)
	b = msgp.AppendBool(msgp.AppendString(b, "started"), u.started)
	b = msgp.AppendString(b, "process_boot_ns")
	if u.boot == nil {
		b = msgp.AppendNil(b)
	} else {
		b = msgp.AppendUint64(b, *u.boot)
	}
	if u.legacy {
		return b
	}
	b = msgp.AppendString(b, "region_identity")
	if u.region == nil {
		return msgp.AppendNil(b)
	}
	return msgp.AppendString(b, *u.region)
}

// upstreamCheckpoint draws what that engine can have written, for that identity or
// another, at that position or another.
func upstreamCheckpoint(identity string, next uint64) *rapid.Generator[upstream] {
	return rapid.Custom(func(t *rapid.T) upstream {
		u := upstream{started: rapid.Bool().Draw(t, "started"), legacy: rapid.IntRange(0, 7).Draw(t, "format") == 7}
		if u.started {
			u.position = rapid.OneOf(rapid.Uint64Range(0, next), rapid.Uint64()).Draw(t, "position")
		}
		if rapid.Bool().Draw(t, "boot") {
			u.boot = new(rapid.Uint64().Draw(t, "boot_ns"))
		}
		switch rapid.IntRange(0, 7).Draw(t, "region") {
		case 6:
			u.region = new(rapid.StringN(0, 300, 600).Draw(t, "other"))
		case 7:
		default:
			u.region = &identity
		}
		if u.legacy {
			u.region = nil
		}
		return u
	})
}

// identityUpstream is R-12, written down here a second time.
func identityUpstream(r core.Region) string {
	parts := map[string]string{"entity": "*", "scope": "*", "fact": "none", "clock": "*"}
	if v, ok := r.Entity(); ok {
		parts["entity"] = v
	}
	if v, ok := r.Scope(); ok {
		parts["scope"] = v
	}
	if v, ok := r.Fact(); ok {
		parts["fact"] = "any"
		if k, ok := v.Exact(); ok {
			parts["fact"] = fmt.Sprintf("exact:%x:%x", k.Category(), k.Type())
		}
		if c, ok := v.Category(); ok {
			parts["fact"] = fmt.Sprintf("category:%x", c)
		}
	}
	if v, ok := r.Clock(); ok {
		parts["clock"] = fmt.Sprintf("%d-%d", v.Start, v.End)
	}
	text := fmt.Sprintf("entity=%s|scope=%s|fact=%s|clock=%s", parts["entity"], parts["scope"], parts["fact"], parts["clock"])
	if v, ok := r.Lane(); ok {
		text += fmt.Sprintf("|lane=%d", v)
	}
	return text
}

// ambiguous reports whether another region shares the upstream identity of r: a name
// is the star of an axis that is not set. R-14. Legal names hold no separator.
func ambiguous(r core.Region) bool {
	entity, _ := r.Entity()
	scope, _ := r.Scope()
	return entity == "*" || scope == "*"
}

// An upstream checkpoint is taken over if it names this region and no other, and
// stands before the first event or on an event of the region that readers may see.
// Otherwise it is refused, and says why. Taken over, it goes on from there, and the
// next save is in our format. C-12, K-3, K-5, X-12.
func TestUpstreamCheckpointIsTakenOverOrRefused(t *testing.T) {
	often(t, 10, func(t *rapid.T) {
		m := newMachine(t, simfs.Config{})
		s := m.open(t)
		visible, _ := appendSome(t, s)
		region := legalRegion().Draw(t, "region")
		own := matching(region, visible)
		u := upstreamCheckpoint(identityUpstream(region), s.Frontier().Visible).Draw(t, "checkpoint")
		need(t, m.disk.MkdirAll(filepath.Dir(checkpointPath), 0o700))
		need(t, afero.WriteFile(m.disk, checkpointPath, u.encode(), 0o600))

		c, err := s.Cursor(ctx, region, core.CursorConfig{Checkpoint: checkpointID(t, "consumer")})
		if want := u.refusal(region, own); !errors.Is(err, want) || want == nil && err != nil {
			t.Fatalf("checkpoint %q of %v under %s: %v, want %v", u.encode(), u, region.Identity(), err, want)
		}
		if err != nil {
			return
		}
		rest := after(u, own)
		if d := difference(rest, pollAll(t, c)); d != "" {
			t.Fatalf("events after position %d, started %t (-due +polled):\n%s", u.position, u.started, d)
		}
		need(t, c.Commit(ctx))
		content, err := afero.ReadFile(m.disk, checkpointPath)
		need(t, err)
		if !bytes.HasPrefix(content, []byte("BPCK")) {
			t.Fatalf("saved checkpoint begins with %q, want our format", content[:4])
		}
	})
}

// refusal is how the checkpoint must be refused, or nil.
func (u upstream) refusal(region core.Region, own []core.Entry) error {
	switch {
	case u.region == nil || *u.region != identityUpstream(region) || ambiguous(region):
		return core.ErrRegionMismatch
	case !u.started:
		return nil
	}
	for _, e := range own {
		if e.Sequence == u.position {
			return nil
		}
	}
	return core.ErrCheckpointUnproven
}

// after are the entries that the checkpoint does not count as accepted.
func after(u upstream, own []core.Entry) []core.Entry {
	for i, e := range own {
		if !u.started || e.Sequence > u.position {
			return own[i:]
		}
	}
	return nil
}

// The bytes of an upstream checkpoint are read as exactly what they say, and whatever
// is cut from them or added to them is refused. There being no checksum, a flipped bit
// may make another checkpoint, but only one whose own bytes these are. K-6, K-7.
func TestUpstreamBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := upstreamCheckpoint("entity=user|scope=*|fact=none|clock=*", 1<<40).Draw(t, "checkpoint")
		b := u.encode()
		want := core.Checkpoint{Started: u.started, Position: u.position, Upstream: true}
		if u.region != nil {
			want.Region = *u.region
		}
		var got core.Checkpoint
		need(t, got.UnmarshalBinary(b))
		if got != want {
			t.Fatalf("%q = %+v, want %+v", b, got, want)
		}
		for n := range len(b) {
			refuses(t, b[:n], "cut to %d of %d bytes", n, len(b))
		}
		impossible := u
		impossible.started, impossible.position = false, u.position|1
		refuses(t, impossible.encode(), "position %d without a start", impossible.position)
		refuses(t, append(bytes.Clone(b), rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "added")...), "with bytes added")
		for bit := range len(b) * 8 {
			changed := bytes.Clone(b)
			changed[bit/8] ^= 1 << (bit % 8)
			var c core.Checkpoint
			if err := c.UnmarshalBinary(changed); err == nil && !says(changed, c) {
				t.Fatalf("bit %d flipped: %q read as %+v", bit, changed, c)
			} else if err != nil && !errors.Is(err, core.ErrCheckpointCorrupt) {
				t.Fatalf("bit %d flipped: %v, want %v", bit, err, core.ErrCheckpointCorrupt)
			}
		}
	})
}

// says reports whether b are the upstream bytes of c, with whatever process_boot_ns.
func says(b []byte, c core.Checkpoint) bool {
	u := upstream{position: c.Position, started: c.Started, legacy: b[0] == 0x83}
	if c.Region != "" || strings.HasSuffix(string(b), "region_identity\xa0") {
		u.region = &c.Region
	}
	key := []byte("process_boot_ns")
	if _, value, ok := bytes.Cut(b, key); ok {
		if boot, _, err := msgp.ReadUint64Bytes(value); err == nil {
			u.boot = &boot
		}
	}
	return bytes.Equal(u.encode(), b)
}
