package properties

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// The gaps that a cursor observes are those that counting sequence by sequence finds,
// for every region, lanes included, and the ring keeps the newest of them. C-7, C-8, C-9.
func TestGapsAreCounted(t *testing.T) {
	often(t, 5, func(t *rapid.T) {
		m := newMachine(t, simfs.Config{})
		s := m.open(t)
		visible, cancelled := appendSome(t, s)
		if rapid.Bool().Draw(t, "reopen") {
			need(t, s.Close())
			s = m.open(t)
		}
		region := legalRegion().Draw(t, "region")
		capacity := rapid.IntRange(0, 3).Draw(t, "capacity")
		c, err := s.Cursor(ctx, region, core.CursorConfig{Gaps: capacity})
		need(t, err)
		polled := pollAll(t, c)
		want := countGaps(0, matching(region, visible), func(sequence uint64) bool { return slices.Contains(cancelled, sequence) })
		want = want[max(0, len(want)-capacity):]
		if d := cmp.Diff(want, c.TakeGaps(), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("gaps of %d entries of region %s, cancelled %v (-counted +observed):\n%s", len(polled), region.Identity(), cancelled, d)
		}
		if again := c.TakeGaps(); len(again) > 0 {
			t.Fatalf("gaps taken twice: %v", again)
		}
	})
}

// countGaps finds the gaps before each delivered entry by looking at every sequence
// from next on.
func countGaps(next uint64, delivered []core.Entry, cancelled func(uint64) bool) []core.GapObservation {
	var gaps []core.GapObservation
	for _, e := range delivered {
		gap := core.GapObservation{Expected: next, Delivered: e.Sequence}
		for sequence := next; sequence < e.Sequence; sequence++ {
			if !cancelled(sequence) {
				continue
			}
			if last := len(gap.Cancelled) - 1; last >= 0 && gap.Cancelled[last].End == sequence {
				gap.Cancelled[last].End++
			} else {
				gap.Cancelled = append(gap.Cancelled, core.SeqRange{Start: sequence, End: sequence + 1})
			}
		}
		if len(gap.Cancelled) > 0 {
			gaps = append(gaps, gap)
		}
		next = e.Sequence + 1
	}
	return gaps
}
