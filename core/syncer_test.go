package core

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Whom a round has served no longer waits, also before it wakes: the next leader must
// not take it for one that came again.
func TestSyncerForgetsTheServed(t *testing.T) {
	s := openOn(t, afero.NewMemMapFs(), Config{})
	y := s.syncer
	durable := s.journal.durableMark()
	for _, frame := range []int64{0, 10, 20, 30} {
		y.join(durable.offset + frame)
	}
	must(t, y.show(mark{durable.offset + 20, durable.next}))
	if d := cmp.Diff([]int64{durable.offset + 30}, y.waiting); d != "" {
		t.Errorf("targets of those who wait, after a round (-want +got):\n%s", d)
	}
	if y.crowd != 3 {
		t.Errorf("crowd = %d, want 3: all who waited, and not the one that had nothing to wait for", y.crowd)
	}
	y.leave(durable.offset + 20)
	y.leave(durable.offset + 30)
	if len(y.waiting) > 0 {
		t.Errorf("waiting = %v after all have left, want none", y.waiting)
	}
}
