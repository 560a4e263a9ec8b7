package core_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// A wait that nobody ends lasts as long as it was told to, and says that nothing
// came.
func TestSystemNotifierTimesOut(t *testing.T) {
	rt := core.System()
	n := rt.Notifier("n")
	for _, timeout := range []time.Duration{-time.Hour, 0, 30 * time.Millisecond} {
		start := rt.Elapsed()
		if n.Wait(ctx, 0, timeout) {
			t.Errorf("Wait(0, %v) = true, want false: nobody notified", timeout)
		}
		if took := rt.Elapsed() - start; took < timeout {
			t.Errorf("Wait(0, %v) took %v", timeout, took)
		}
	}
}

// A notify that came before the wait ends it at once: no wakeup is lost.
func TestSystemNotifierRemembers(t *testing.T) {
	n := core.System().Notifier("n")
	for want := range uint64(3) {
		if got := n.Epoch(); got != want {
			t.Errorf("Epoch() = %d, want %d", got, want)
		}
		since := n.Epoch()
		n.Notify()
		if !n.Wait(ctx, since, time.Hour) {
			t.Errorf("Wait(%d, 1h) after a notify = false, want true", since)
		}
		if !n.Wait(ctx, since, 0) {
			t.Errorf("Wait(%d, 0) after a notify = false, want true", since)
		}
	}
}

// One notify wakes every task that waits, and Join returns once a task has ended,
// for as many as ask.
func TestSystemNotifierWakesAll(t *testing.T) {
	rt := core.System()
	n := rt.Notifier("n")
	var woken atomic.Int32
	var tasks []core.Task
	for range 4 {
		tasks = append(tasks, rt.Go("waiter", func() {
			if n.Wait(ctx, 0, time.Hour) {
				woken.Add(1)
			}
		}))
	}
	n.Notify()
	for range 2 {
		for _, task := range tasks {
			task.Join(ctx)
		}
	}
	if got := woken.Load(); got != 4 {
		t.Errorf("%d tasks woke by the notify, want 4", got)
	}
}

func TestSystemClocks(t *testing.T) {
	before := time.Now()
	rt := core.System()
	first := rt.Elapsed()
	if now := rt.Now(); now.Before(before) || now.After(time.Now()) {
		t.Errorf("Now() = %v, want the wall clock", now)
	}
	if second := rt.Elapsed(); first < 0 || second < first {
		t.Errorf("Elapsed() = %v, then %v", first, second)
	}
}

func TestSystemIdentitiesDiffer(t *testing.T) {
	a, b := core.System(), core.System()
	seen := map[[16]byte]bool{a.Identity(): true, a.Identity(): true, b.Identity(): true}
	if len(seen) != 3 || seen[[16]byte{}] {
		t.Errorf("three identities gave %v, want three that are not zero", seen)
	}
}

// The list that a simulation checks its coverage against has every point once.
func TestPoints(t *testing.T) {
	seen := make(map[core.Point]bool)
	for _, p := range core.Points() {
		if p == "" || seen[p] {
			t.Errorf("point %q is empty or listed twice", p)
		}
		seen[p] = true
	}
	for _, p := range []core.Point{core.PointAppendReserved, core.PointRecoverSynced} {
		if !seen[p] {
			t.Errorf("point %q is not listed", p)
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d points, want 16", len(seen))
	}
}
