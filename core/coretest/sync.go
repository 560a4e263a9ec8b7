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

// grouped opens a store with that GroupDelay on a disk that counts its syncs.
func (f *fixture) grouped(delay time.Duration) (*core.Store, *slowDisk) {
	f.Helper()
	disk := newSlowDisk(f)
	s, err := core.Open(ctx, disk, f.Dir, core.Config{Runtime: f.Runtime, GroupDelay: delay})
	f.need(err)
	return s, disk
}

// With a GroupDelay a producer that is alone waits for nobody. Where nine waited when
// the last sync ended, the leader of the next waits for nine, and goes as soon as they
// are there.
func syncGrouped(f *fixture) {
	s, disk := f.grouped(2 * patience)
	start := f.Runtime.Elapsed()
	f.append(s, "alone", "again")
	syncs := disk.syncs.Load()
	disk.holdsSyncs.Store(true)
	first := f.Runtime.Go("twice", func() {
		f.append(s, "first")
		f.rest() // until the others have a leader, who waits
		f.append(s, "ninth")
	})
	f.rest()
	rest := f.producers(s, 8)
	f.rest()
	disk.release()
	f.need(first.Join(ctx))
	for _, err := range rest() {
		f.need(err)
	}
	same(f, "syncs", disk.syncs.Load()-syncs, 2)
	f.need(s.Sync(ctx)) // nothing to sync, nobody to wait for
	same(f, "syncs after Sync", disk.syncs.Load()-syncs, 2)
	f.within("appends in groups", start)
	f.need(s.Close())
}

// A leader waits for those who do not come again no longer than the delay, and not
// once more.
func syncDelayed(f *fixture) {
	const delay = 50 * time.Millisecond
	s, disk := f.grouped(delay)
	disk.holdsSyncs.Store(true)
	start := f.Runtime.Elapsed()
	all := f.producers(s, 2)
	f.rest()
	disk.release()
	for _, err := range all() {
		f.need(err)
	}
	f.append(s, "late")
	if took := f.Runtime.Elapsed() - start; took < delay {
		f.Errorf("appends took %v, want the delay of %v", took, delay)
	}
	f.within("appends", start)
	f.need(s.Close())

	_, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime, GroupDelay: -1})
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
