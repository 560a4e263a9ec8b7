package core

import "slices"

// fenceState is what the frames of a log say of fences. Who appends keeps one and
// who recovers keeps one, and frame by frame they are equal.
type fenceState struct {
	hidden  []SeqRange // ranges that no commit came for; append only, a range that is open is not in it
	pending []SeqRange // of the last fence, while no outcome was read
	token   uint64     // the first fence token that was never used

	segment int // of hidden, where those begin that the last segment added
}

// take adds one frame.
func (s *fenceState) take(f *frame) {
	if f.fence >= s.token {
		s.hide()
		s.token = f.fence + 1
	}
	switch {
	case f.kind == frameFenceCommit:
		s.pending = nil
	case f.kind == frameFenceCancel:
		s.hide()
	case f.fence != noFence:
		s.pending = joined(s.pending, SeqRange{Start: f.first, End: f.first + uint64(f.count)})
	}
}

// hide hides the events of the last fence, which no outcome can show any more.
func (s *fenceState) hide() {
	s.hidden = append(s.hidden, s.pending...)
	s.pending = nil
}

// joined is ranges and behind them r, which a range that ends where it begins takes
// in. It changes no range in place.
func joined(ranges []SeqRange, r SeqRange) []SeqRange {
	if last := len(ranges) - 1; last >= 0 && ranges[last].End == r.Start {
		return append(ranges[:last:last], SeqRange{Start: ranges[last].Start, End: r.End})
	}
	return append(ranges, r)
}

// seal ends a segment: it returns the state at its end, of hidden only what the
// segment added.
func (s *fenceState) seal() fenceState {
	added := s.hidden[s.segment:len(s.hidden):len(s.hidden)]
	s.segment = len(s.hidden)
	return fenceState{hidden: added, pending: s.pending, token: s.token}
}

// follow takes in a whole segment, which seal has returned.
func (s *fenceState) follow(sealed fenceState) {
	s.hidden = append(s.hidden, sealed.hidden...)
	s.pending = sealed.pending
	s.token = sealed.token
	s.segment = len(s.hidden)
}

// since is s without what it says of sequences below first.
func (s fenceState) since(first uint64) fenceState {
	s.hidden, s.pending = rangesSince(s.hidden, first), rangesSince(s.pending, first)
	return s
}

func rangesSince(ranges []SeqRange, first uint64) []SeqRange {
	var left []SeqRange
	for _, r := range ranges {
		if r.End > first {
			left = append(left, SeqRange{Start: max(r.Start, first), End: r.End})
		}
	}
	return left
}

// resolved returns the ranges that are hidden if nothing follows: a fence without an
// outcome is.
func (s *fenceState) resolved() []SeqRange {
	return normalizeRanges(slices.Concat(s.hidden, s.pending))
}
