package core

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A fence of many appends is one range, but for sequences that were burned, and what a
// seal has returned does not grow with it.
func TestFenceStateJoinsRanges(t *testing.T) {
	var s fenceState
	events := func(first uint64, count uint32) {
		s.take(&frame{kind: frameEvents, fence: 1, first: first, count: count})
	}
	events(3, 1)
	events(4, 2)
	sealed := s.seal()
	events(6, 1)
	events(9, 1)
	if d := cmp.Diff([]SeqRange{{3, 6}}, sealed.pending); d != "" {
		t.Errorf("pending when the segment was sealed (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]SeqRange{{3, 7}, {9, 10}}, s.pending); d != "" {
		t.Errorf("pending (-want +got):\n%s", d)
	}
}
