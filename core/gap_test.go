package core

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// I-19, M-26.
func TestNormalizeRanges(t *testing.T) {
	for _, tt := range []struct {
		name     string
		in, want []SeqRange
	}{
		{"none", nil, nil},
		{"one", []SeqRange{{3, 5}}, []SeqRange{{3, 5}}},
		{"empty and inverted are dropped", []SeqRange{{4, 4}, {9, 2}, {1, 2}}, []SeqRange{{1, 2}}},
		{"touching merge", []SeqRange{{0, 5}, {5, 10}}, []SeqRange{{0, 10}}},
		{"apart stay", []SeqRange{{0, 5}, {10, 15}}, []SeqRange{{0, 5}, {10, 15}}},
		{"one apart stays", []SeqRange{{0, 5}, {6, 7}}, []SeqRange{{0, 5}, {6, 7}}},
		{"overlapping merge", []SeqRange{{10, 20}, {15, 25}}, []SeqRange{{10, 25}}},
		{"inner vanishes", []SeqRange{{1, 9}, {2, 3}, {9, 10}}, []SeqRange{{1, 10}}},
		{"unsorted", []SeqRange{{7, 8}, {1, 2}, {3, 4}}, []SeqRange{{1, 2}, {3, 4}, {7, 8}}},
		{"twice the same", []SeqRange{{2, 4}, {2, 4}}, []SeqRange{{2, 4}}},
		{"up to the last sequence", []SeqRange{{5, 1<<64 - 1}, {0, 6}}, []SeqRange{{0, 1<<64 - 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.in)
			got := normalizeRanges(tt.in)
			if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("normalizeRanges(%v) (-want +got):\n%s", tt.in, d)
			}
			if d := cmp.Diff(before, tt.in); d != "" {
				t.Errorf("normalizeRanges changed its argument (-before +after):\n%s", d)
			}
		})
	}
}

// C-7, C-8, C-10, X-19, M-1.
func TestObserveGap(t *testing.T) {
	for _, tt := range []struct {
		name                string
		expected, delivered uint64
		global, lane        []SeqRange
		want                []SeqRange // none: no observation
	}{
		{"clipped to what was skipped", 1, 5, []SeqRange{{2, 4}, {5, 7}}, nil, []SeqRange{{2, 4}}},
		{"clipped at the front", 1, 2, []SeqRange{{0, 3}}, nil, []SeqRange{{1, 2}}},
		{"fresh cursor", 0, 3, []SeqRange{{0, 3}}, nil, []SeqRange{{0, 3}}},
		{"nothing skipped", 5, 5, []SeqRange{{0, 9}}, nil, nil},
		{"delivered before expected", 5, 3, []SeqRange{{0, 9}}, nil, nil},
		{"ends where expected starts", 4, 9, []SeqRange{{2, 4}}, nil, nil},
		{"starts where delivered stands", 1, 5, []SeqRange{{5, 7}}, nil, nil},
		{"nothing cancelled", 1, 9, nil, nil, nil},
		{"both lists, same range", 1, 5, []SeqRange{{2, 4}}, []SeqRange{{2, 4}}, []SeqRange{{2, 4}}},
		{"both lists, touching after clipping", 2, 8, []SeqRange{{0, 4}}, []SeqRange{{4, 9}}, []SeqRange{{2, 8}}},
		{"lane list only", 1, 5, nil, []SeqRange{{1, 2}, {3, 4}}, []SeqRange{{1, 2}, {3, 4}}},
		{"lane list before global", 0, 9, []SeqRange{{6, 7}}, []SeqRange{{1, 2}}, []SeqRange{{1, 2}, {6, 7}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := observeGap(tt.expected, tt.delivered, tt.global, tt.lane)
			var want GapObservation
			if tt.want != nil {
				want = GapObservation{Expected: tt.expected, Delivered: tt.delivered, Cancelled: tt.want}
			}
			if d := cmp.Diff(want, got); d != "" || ok != (tt.want != nil) {
				t.Errorf("observeGap(%d, %d) = %v (-want +got):\n%s", tt.expected, tt.delivered, ok, d)
			}
		})
	}
}

// The ranges of a gap hold exactly the sequences that some list holds and that lie
// in it, and are normalised.
func TestObserveGapAgainstModel(t *testing.T) {
	bound := rapid.Uint64Range(0, 24)
	ranges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) SeqRange {
		return SeqRange{bound.Draw(t, "start"), bound.Draw(t, "end")}
	}), 0, 6)
	rapid.Check(t, func(t *rapid.T) {
		global, lane := ranges.Draw(t, "global"), ranges.Draw(t, "lane")
		expected, delivered := bound.Draw(t, "expected"), bound.Draw(t, "delivered")
		got, ok := observeGap(expected, delivered, normalizeRanges(global), normalizeRanges(lane))
		skipped := false
		for seq := range uint64(30) {
			in := func(r SeqRange) bool { return r.Start <= seq && seq < r.End }
			want := expected <= seq && seq < delivered && (slices.ContainsFunc(global, in) || slices.ContainsFunc(lane, in))
			if holds := slices.ContainsFunc(got.Cancelled, in); holds != want {
				t.Fatalf("observeGap(%d, %d, %v, %v) = %v: holds %d is %v, want %v", expected, delivered, global, lane, got, seq, holds, want)
			}
			skipped = skipped || want
		}
		if ok != skipped {
			t.Fatalf("observeGap(%d, %d, %v, %v) = _, %v, want %v", expected, delivered, global, lane, ok, skipped)
		}
		for i, r := range got.Cancelled {
			if r.empty() || i > 0 && r.Start <= got.Cancelled[i-1].End {
				t.Fatalf("observeGap: %v is not normalised", got.Cancelled)
			}
		}
	})
}

// C-9.
func TestGapRing(t *testing.T) {
	for _, tt := range []struct {
		capacity, pushes int
		want             []uint64
	}{
		{0, 3, nil},
		{-1, 3, nil},
		{1, 0, nil},
		{1, 1, []uint64{0}},
		{1, 3, []uint64{2}},
		{3, 2, []uint64{0, 1}},
		{3, 3, []uint64{0, 1, 2}},
		{3, 4, []uint64{1, 2, 3}},
		{3, 8, []uint64{5, 6, 7}},
	} {
		t.Run(fmt.Sprintf("capacity=%d/pushes=%d", tt.capacity, tt.pushes), func(t *testing.T) {
			ring := gapRing{capacity: tt.capacity}
			// The second round begins after a take: nothing of the first may show.
			for round := range 2 {
				for i := range tt.pushes {
					ring.push(GapObservation{Expected: uint64(i)})
				}
				var got []uint64
				for _, o := range ring.take() {
					got = append(got, o.Expected)
				}
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Errorf("round %d: take() (-want +got):\n%s", round, d)
				}
				if rest := ring.take(); len(rest) != 0 {
					t.Errorf("round %d: second take() = %v, want none", round, rest)
				}
			}
		})
	}
}

// What take returned stays as it was, whatever the ring does afterwards.
func TestGapRingTakeIsTheCallers(t *testing.T) {
	ring := gapRing{capacity: 2}
	ring.push(GapObservation{Expected: 1})
	ring.push(GapObservation{Expected: 2})
	taken := ring.take()
	ring.push(GapObservation{Expected: 8})
	ring.push(GapObservation{Expected: 9})
	if taken[0].Expected != 1 || taken[1].Expected != 2 {
		t.Errorf("taken = %v after two more pushes, want 1 and 2", taken)
	}
}
