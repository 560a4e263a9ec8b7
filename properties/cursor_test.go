package properties

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// Whatever the region and however large the batches, a cursor returns what filtering
// the visible log by the region returns, once, in order; and again after a reopen. C-4.
func TestCursorFilters(t *testing.T) {
	often(t, 5, func(t *rapid.T) {
		m := newMachine(t, simfs.Config{})
		s := m.open(t)
		visible, _ := appendSome(t, s)
		region := legalRegion().Draw(t, "region")
		want := matching(region, visible)
		for _, life := range []string{"first", "second"} {
			c, err := s.Cursor(ctx, region, core.CursorConfig{})
			need(t, err)
			if d := difference(want, pollAll(t, c)); d != "" {
				t.Fatalf("%s life: region %s (-filtered +polled):\n%s", life, region.Identity(), d)
			}
			need(t, s.Close())
			s = m.open(t)
		}
	})
}

// pollAll polls batches of drawn sizes until nothing comes, and checks each size.
func pollAll(t *rapid.T, c *core.Cursor) []core.Entry {
	t.Helper()
	var all []core.Entry
	for {
		most := rapid.IntRange(1, 5).Draw(t, "most")
		batch, err := c.PollBatch(ctx, most)
		need(t, err)
		if len(batch) == 0 {
			return all
		}
		if len(batch) > most {
			t.Fatalf("PollBatch(%d) = %d entries", most, len(batch))
		}
		all = append(all, batch...)
		if position, ok := c.Position(); !ok || position != batch[len(batch)-1].Sequence {
			t.Fatalf("Position = %d, %t after sequence %d", position, ok, batch[len(batch)-1].Sequence)
		}
	}
}

// A cursor that polls while the log grows returns the same as one that comes when all
// is there: what it has passed over it has passed over rightly. T-22.
func TestCursorFollows(t *testing.T) {
	often(t, 5, func(t *rapid.T) {
		s := newMachine(t, simfs.Config{}).open(t)
		region := legalRegion().Draw(t, "region")
		c, err := s.Cursor(ctx, region, core.CursorConfig{})
		need(t, err)
		var want, got []core.Entry
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			visible, _ := appendSome(t, s)
			want = append(want, matching(region, visible)...)
			got = append(got, pollAll(t, c)...)
		}
		if d := difference(want, got); d != "" {
			t.Fatalf("region %s (-filtered +polled):\n%s", region.Identity(), d)
		}
	})
}
