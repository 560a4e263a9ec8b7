package coretest

import (
	"github.com/batpak/batpak-sim/core"
)

// C-7, C-8, C-10, X-19: a cursor that keeps gaps reports the cancelled sequences it
// passed, once, and nothing for sequences it passed for another reason.
func gapObservations(f *fixture) {
	s := f.open()
	f.need(f.fenced(s, "0", "1", "2").Cancel(ctx))
	f.append(s, "3", "4")
	f.need(f.fenced(s, "5").Cancel(ctx))
	f.need(f.fenced(s, "6").Cancel(ctx))
	f.append(s, "7")
	lane := f.event("8")
	lane.Lane = 7
	_, err := s.Append(ctx, lane)
	f.need(err)
	s = f.reopen(s) // gaps are known in every life

	first := core.GapObservation{Expected: 0, Delivered: 3, Cancelled: []core.SeqRange{{Start: 0, End: 3}}}
	second := core.GapObservation{Expected: 5, Delivered: 7, Cancelled: []core.SeqRange{{Start: 5, End: 7}}}
	for _, tt := range []struct {
		name   string
		region core.Region
		config core.CursorConfig
		want   []core.GapObservation
	}{
		{"all events", core.Region{}, core.CursorConfig{Gaps: 8}, []core.GapObservation{first, second}},
		{"newest only", core.Region{}, core.CursorConfig{Gaps: 1}, []core.GapObservation{second}},
		{"disabled", core.Region{}, core.CursorConfig{}, nil},
		{"lane", core.Region{}.WithLane(7), core.CursorConfig{Gaps: 8}, []core.GapObservation{
			{Expected: 0, Delivered: 8, Cancelled: []core.SeqRange{{Start: 0, End: 3}, {Start: 5, End: 7}}},
		}},
	} {
		for _, max := range []int{1, 100} {
			c := f.cursorOf(s, tt.region, tt.config)
			for more := true; more; {
				batch, err := c.PollBatch(ctx, max)
				f.need(err)
				more = len(batch) > 0
			}
			same(f, tt.name, c.TakeGaps(), tt.want)
			same(f, tt.name+", taken again", c.TakeGaps(), nil)
		}
	}
	f.need(s.Close())
}

// C-9: the ring keeps the newest observations, the oldest of them first.
func gapRing(f *fixture) {
	s := f.open()
	for range 5 { // sequences 0, 2, 4... are cancelled, 1, 3, 5... are not
		f.need(f.fenced(s, "cancelled").Cancel(ctx))
		f.append(s, "shown")
	}
	c := f.cursorOf(s, core.Region{}, core.CursorConfig{Gaps: 3})
	_, err := c.PollBatch(ctx, 100)
	f.need(err)
	var expected []uint64
	for _, gap := range c.TakeGaps() {
		expected = append(expected, gap.Expected)
	}
	same(f, "expected sequences of the gaps kept", expected, []uint64{4, 6, 8})
	f.need(s.Close())
}

// C-9, W-15, X-18: a worker's gaps can be asked for, and a batch that is delivered twice
// reports its gap once.
func gapWorker(f *fixture) {
	s := f.open()
	f.append(s, "0")
	f.need(f.fenced(s, "1").Cancel(ctx))
	f.append(s, "2")
	in := f.inbox()
	w, err := s.Worker(ctx, core.WorkerConfig{Gaps: 8}, in.answer(panics, stops))
	f.need(err)
	f.need(f.join(w))
	want := []core.GapObservation{{Expected: 1, Delivered: 2, Cancelled: []core.SeqRange{{Start: 1, End: 2}}}}
	same(f, "gaps of a worker", w.TakeGaps(), want)
	same(f, "gaps taken again", w.TakeGaps(), nil)
	f.need(s.Close())
}
