package properties

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
)

// checkpoint draws any checkpoint that can be saved.
func checkpoint() *rapid.Generator[core.Checkpoint] {
	return rapid.Custom(func(t *rapid.T) core.Checkpoint {
		c := core.Checkpoint{
			ID:         checkpointID(t, legalName().Draw(t, "id")),
			Region:     anyRegion().Draw(t, "region").Identity(),
			Generation: rapid.Uint64().Draw(t, "generation"),
		}
		copy(c.Lineage[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "lineage"))
		if c.Started = rapid.Bool().Draw(t, "started"); c.Started {
			c.Position = rapid.Uint64().Draw(t, "position")
			copy(c.Event[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "event"))
		}
		return c
	})
}

func encode(t *rapid.T, c core.Checkpoint) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	need(t, err)
	return b
}

// What is saved is what is read.
func TestCheckpointRoundTrip(t *testing.T) {
	often(t, 10, func(t *rapid.T) {
		want := checkpoint().Draw(t, "checkpoint")
		var got core.Checkpoint
		need(t, got.UnmarshalBinary(encode(t, want)))
		if got != want {
			t.Fatalf("read %+v, saved %+v", got, want)
		}
	})
}

// Two checkpoints never have the same bytes.
func TestCheckpointEncodingIsInjective(t *testing.T) {
	often(t, 10, func(t *rapid.T) {
		a, b := checkpoint().Draw(t, "one"), checkpoint().Draw(t, "other")
		if rapid.Bool().Draw(t, "alike") {
			a.Generation = b.Generation + 1
			a, b = b, a
		}
		if a != b && slices.Equal(encode(t, a), encode(t, b)) {
			t.Fatalf("%+v and %+v are saved as the same bytes", a, b)
		}
	})
}

// Every change of the bytes of a checkpoint is refused as corruption: each bit
// flipped, each shorter length, bytes added at either end or within, each pair of
// bytes swapped, a part repeated. X-11, K-6, K-7.
func TestCheckpointRefusesMutations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := encode(t, checkpoint().Draw(t, "checkpoint"))
		for bit := range len(b) * 8 {
			changed := slices.Clone(b)
			changed[bit/8] ^= 1 << (bit % 8)
			refuses(t, changed, "bit %d flipped", bit)
		}
		for n := range len(b) {
			refuses(t, b[:n], "cut to %d of %d bytes", n, len(b))
			refuses(t, b[n+1:], "without its first %d bytes", n+1)
		}
		for i := range b {
			for j := range i {
				if b[i] != b[j] {
					changed := slices.Clone(b)
					changed[i], changed[j] = b[j], b[i]
					refuses(t, changed, "bytes %d and %d swapped", j, i)
				}
			}
		}
		added := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "added")
		at := rapid.IntRange(0, len(b)).Draw(t, "at")
		refuses(t, slices.Insert(slices.Clone(b), at, added...), "%d bytes added at %d", len(added), at)
		refuses(t, slices.Concat(b, b), "doubled")
		from := rapid.IntRange(0, len(b)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(b)).Draw(t, "to")
		refuses(t, slices.Delete(slices.Clone(b), from, to), "without bytes %d to %d", from, to)
	})
}

// refuses checks that b is refused as corrupt and leaves the value it was to be read
// into as it was.
func refuses(t *rapid.T, b []byte, format string, args ...any) {
	t.Helper()
	before := core.Checkpoint{Region: "untouched"}
	c := before
	err := c.UnmarshalBinary(b)
	if !errors.Is(err, core.ErrCheckpointCorrupt) || c != before {
		t.Fatalf(format+": %v, read %+v; want %v", append(args, err, c, core.ErrCheckpointCorrupt)...)
	}
}
