package core

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The upstream engine's mutation_kill_tests, one by one and under their names: the
// same observable properties, on virtual time where they slept. The tests after
// them pin mutants that other upstream tests name. Of the rest M-1 and M-26 are
// pinned in gap_test.go, M-10 in restart_test.go, M-11 and M-12 in worker_test.go
// and coretest, M-20 and M-21 in checkpoint_id_test.go, M-22, M-24, M-25 and M-34 in
// gate_test.go and index_test.go, M-36 in index_test.go, M-40 and M-41 in
// region_test.go.

func TestRecordGapIntersectsWithAHalfOpenRangeExcludingZeroWidthOverlaps(t *testing.T) {
	// M-1: of the ranges (2,4) and (5,7) only the first overlaps [1,5).
	s, _ := soloStore(t, AckDurable)
	s.gate.reserve(1)
	must(t, s.gate.restore(1, 1, []SeqRange{{2, 4}, {5, 7}}, nil))
	ring := gapRing{capacity: 8}
	if gap, ok := observeGap(1, 5, s.gate.snapshot().hidden); ok {
		ring.push(gap)
	}
	want := []GapObservation{{Expected: 1, Delivered: 5, Cancelled: []SeqRange{{2, 4}}}}
	if d := cmp.Diff(want, ring.take()); d != "" {
		t.Errorf("gaps (-want +got):\n%s", d)
	}
}

func TestPullBatchBlocksUntilTheDeadlineBeforeReportingEmpty(t *testing.T) {
	// M-2: no sooner than the deadline, and here no later either.
	s, rt := soloStore(t, AckDurable)
	const deadline = 50 * time.Millisecond
	batch, err := cursorOn(t, s, Region{}).Pull(ctx, 8, deadline)
	if len(batch) != 0 || err != nil || rt.now != deadline {
		t.Errorf("idle Pull(8, %v) = %v, %v at %v", deadline, batch, err, rt.now)
	}
}

func TestVisibilityEpochAdvancesWithEachPublish(t *testing.T) {
	// M-3, M-4: 0, 1, 2; for those who look at a view and for those who wait.
	g := newGate(newSolo())
	for want := range uint64(3) {
		if want > 0 {
			g.reserve(1)
			must(t, g.publish(want, nil, "mutation-kill-visibility"))
		}
		if epoch, woken := g.snapshot().epoch, g.wake.Epoch(); epoch != want || woken != want {
			t.Errorf("after %d publishes: epoch %d, waiters' epoch %d", want, epoch, woken)
		}
	}
}

func TestParkForDataBlocksUntilTheTimeoutWhenNoPublishRaces(t *testing.T) {
	// M-5.
	rt := newSolo()
	g := newGate(rt)
	const timeout = 50 * time.Millisecond
	g.park(ctx, g.wake.Epoch(), timeout)
	if rt.now != timeout {
		t.Errorf("park for %v ended at %v", timeout, rt.now)
	}
}

func TestPullBatchReturnsEmptyNotManyWhenNoDataArrives(t *testing.T) {
	// M-6: nothing is no batch, not a batch of nothing.
	s, _ := soloStore(t, AckDurable)
	batch, err := cursorOn(t, s, Region{}).Pull(ctx, 8, 30*time.Millisecond)
	if batch != nil || err != nil {
		t.Errorf("Pull of an empty log = %v, %v, want nil, nil", batch, err)
	}
}

// M-23: a publish wakes who is parked, and what was published before does not let
// anyone park.
func TestPublishWakesAParkedReader(t *testing.T) {
	rt := newSolo()
	g := newGate(rt)
	g.reserve(2)
	since := g.wake.Epoch()
	rt.after(time.Second, func() { must(t, g.publish(1, nil, "race")) })
	g.park(ctx, since, 5*time.Second)
	if rt.now != time.Second {
		t.Errorf("parked reader woke at %v, want at the publish, 1s", rt.now)
	}
	g.park(ctx, since, 5*time.Second)
	if rt.now != time.Second {
		t.Errorf("reader who missed a publish parked until %v", rt.now)
	}
}

// C-3, named by no upstream test: `started && seq > after`. A cursor that has
// delivered sequence zero does not deliver it again, and one that has not does.
func TestSequenceZeroIsDeliveredOnce(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "zero")
	c := cursorOn(t, s, Region{})
	polls(t, c, "zero")
	polls(t, c)
	if position, started := c.Position(); position != 0 || !started {
		t.Errorf("Position() = %d, %v, want 0, true", position, started)
	}
	c.rewind(place{})
	polls(t, c, "zero")
}
