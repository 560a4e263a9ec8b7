package core

import (
	"cmp"
	"slices"
)

// SeqRange is the sequences from Start up to, and not including, End.
type SeqRange struct {
	Start uint64
	End   uint64
}

func (r SeqRange) empty() bool { return r.Start >= r.End }

// GapObservation says that a cursor expected one sequence, was delivered a later
// one, and that cancelled events lie between. Sequences that are skipped for any
// other reason, such as events of other regions, are not reported.
type GapObservation struct {
	Expected  uint64
	Delivered uint64
	// Cancelled lies within [Expected, Delivered): never empty, ascending, and
	// no two of them touch.
	Cancelled []SeqRange
}

// observeGap returns the gap between the two sequences, if any of the lists, each
// of which is normalised, holds a cancelled range there. A range that several
// lists hold is reported once.
func observeGap(expected, delivered uint64, lists ...[]SeqRange) (GapObservation, bool) {
	var cancelled []SeqRange
	for _, list := range lists {
		cancelled = append(cancelled, clipRanges(list, expected, delivered)...)
	}
	if len(cancelled) == 0 {
		return GapObservation{}, false
	}
	return GapObservation{Expected: expected, Delivered: delivered, Cancelled: normalizeRanges(cancelled)}, true
}

// clipRanges returns the parts of normalised ranges that lie in [from, to). It
// costs a binary search and what it returns.
func clipRanges(ranges []SeqRange, from, to uint64) []SeqRange {
	first, _ := slices.BinarySearchFunc(ranges, from, func(r SeqRange, from uint64) int {
		if r.End <= from {
			return -1
		}
		return 1
	})
	var clipped []SeqRange
	for _, r := range ranges[first:] {
		r = SeqRange{Start: max(r.Start, from), End: min(r.End, to)}
		if r.empty() {
			break
		}
		clipped = append(clipped, r)
	}
	return clipped
}

// normalizeRanges returns the same sequences as ascending ranges, none empty and
// no two touching. It leaves its argument as it is.
func normalizeRanges(ranges []SeqRange) []SeqRange {
	sorted := slices.DeleteFunc(slices.Clone(ranges), SeqRange.empty)
	slices.SortFunc(sorted, func(a, b SeqRange) int { return cmp.Compare(a.Start, b.Start) })
	merged := sorted[:0]
	for _, r := range sorted {
		if last := len(merged) - 1; last >= 0 && r.Start <= merged[last].End {
			merged[last].End = max(merged[last].End, r.End)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

// gapRing keeps the newest capacity observations, the oldest first. The zero
// value has no capacity and keeps none.
type gapRing struct {
	capacity int
	kept     []GapObservation
	oldest   int // index into kept; 0 until kept is full
}

func (g *gapRing) push(o GapObservation) {
	switch {
	case g.capacity <= 0:
	case len(g.kept) < g.capacity:
		g.kept = append(g.kept, o)
	default:
		g.kept[g.oldest] = o
		g.oldest = (g.oldest + 1) % g.capacity
	}
}

// take returns what the ring holds, in the order in which it came, and empties
// the ring.
func (g *gapRing) take() []GapObservation {
	taken := slices.Concat(g.kept[g.oldest:], g.kept[:g.oldest])
	g.kept, g.oldest = nil, 0
	return taken
}
