package coretest

import (
	"errors"
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/core"
)

var errSlowDisk = errors.New("the disk is broken")

// producers starts n tasks that append one event each, and returns how to wait for
// what became of them.
func (f *fixture) producers(s *core.Store, n int) func() []error {
	errs := make([]error, n)
	tasks := make([]core.Task, n)
	for i := range tasks {
		tasks[i] = f.Runtime.Go(fmt.Sprintf("producer-%d", i), func() { _, errs[i] = s.Append(ctx, f.event(fmt.Sprint(i))) })
	}
	return func() []error {
		for _, t := range tasks {
			f.need(t.Join(ctx))
		}
		return errs
	}
}

// One sync serves all appends that were written before it began: of eight that come
// during a sync, all share the next.
func syncShared(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	syncs := disk.syncs.Load()
	disk.holdsSyncs.Store(true)
	first := f.producers(s, 1)
	f.rest()
	rest := f.producers(s, 8)
	f.rest()
	disk.release()
	for _, err := range append(first(), rest()...) {
		f.need(err)
	}
	same(f, "syncs", disk.syncs.Load()-syncs, 2)
	same(f, "visible", s.Frontier().Visible, 9)
	f.need(s.Close())
}

// With a GroupDelay the leader waits for others, but not longer: eight appends share
// one sync, and a lonely one is late by the delay.
func syncDelayed(f *fixture) {
	const delay = 50 * time.Millisecond
	disk := newSlowDisk(f)
	s, err := core.Open(ctx, disk, f.Dir, core.Config{Runtime: f.Runtime, GroupDelay: delay})
	f.need(err)
	syncs, start := disk.syncs.Load(), f.Runtime.Elapsed()
	for _, err := range f.producers(s, 8)() {
		f.need(err)
	}
	same(f, "syncs", disk.syncs.Load()-syncs, 1)
	if took := f.Runtime.Elapsed() - start; took < delay {
		f.Errorf("eight appends took %v, want the delay of %v", took, delay)
	}
	f.need(s.Sync(ctx)) // nothing to sync, nobody to wait for
	same(f, "syncs after Sync", disk.syncs.Load()-syncs, 1)
	f.within("grouped appends", start)
	f.need(s.Close())

	_, err = core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime, GroupDelay: -1})
	if err == nil {
		f.Error("Open with a negative GroupDelay = nil, want an error")
	}
}

// A sync that fails is everybody's error, its leader's and its followers', and that of
// all who come later.
func syncFails(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	f.append(s, "durable")
	disk.holdsSyncs.Store(true)
	leader := f.producers(s, 1)
	f.rest()
	followers := f.producers(s, 4)
	f.rest()
	disk.failure = errSlowDisk
	syncs := disk.syncs.Load()
	disk.release()
	for _, err := range append(leader(), followers()...) {
		f.fails("Append", err, core.ErrPoisoned)
		f.fails("Append", err, errSlowDisk)
	}
	disk.failure = nil
	f.fails("Sync", s.Sync(ctx), core.ErrPoisoned)
	_, err := s.Append(ctx, f.event("late"))
	f.fails("Append after the failure", err, core.ErrPoisoned)
	same(f, "syncs after the failure", disk.syncs.Load()-syncs, 0)
	f.holds(s, "durable")
	f.fails("Close", s.Close(), core.ErrPoisoned)
}
