package coretest

import (
	"context"
	"errors"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// ended is a context that has ended.
func (f *fixture) ended() context.Context {
	ended, end := f.Runtime.WithCancel(ctx)
	end()
	return ended
}

// given is a call with a context that can end, in a task of its own.
type given struct {
	f    *fixture
	what string
	end  context.CancelFunc
	over core.Notifier
	err  error
}

// give starts a call, and lets it run to where it waits.
func (f *fixture) give(what string, call func(context.Context) error) *given {
	ctx, end := f.Runtime.WithCancel(ctx)
	g := &given{f: f, what: what, end: end, over: f.Runtime.Notifier(what)}
	f.Runtime.Go(what, func() {
		g.err = call(ctx)
		g.over.Notify()
	})
	f.rest()
	return g
}

// returns waits for the call, but not for ever.
func (g *given) returns() error {
	g.f.Helper()
	if !g.over.Wait(ctx, 0, patience) {
		g.f.Fatalf("%s does not return", g.what)
	}
	return g.err
}

// givesShutdownUp checks that Shutdown waits during something, and is given up.
func (f *fixture) givesShutdownUp(s *core.Store, during string) {
	f.Helper()
	g := f.give("Shutdown", s.Shutdown)
	g.waits()
	g.end()
	f.fails("Shutdown during "+during, g.returns(), context.Canceled)
}

// waits checks that the call has not returned.
func (g *given) waits() {
	g.f.Helper()
	if g.over.Epoch() > 0 {
		g.f.Fatalf("%s = %v, want it to wait", g.what, g.err)
	}
}

// A call whose context has ended before does nothing.
func contextEnded(f *fixture) {
	s := f.open()
	f.append(s, "a")
	c := f.cursorOf(s, core.Region{}, f.durably())
	w, err := s.Worker(ctx, core.WorkerConfig{}, f.inbox().answer(continues))
	f.need(err)
	ended := f.ended()
	before := s.Frontier()
	for _, tt := range []struct {
		name string
		call func() error
	}{
		{"Open", func() error { _, err := core.Open(ended, f.FS, f.Dir+"2", core.Config{Runtime: f.Runtime}); return err }},
		{"Append", func() error { _, err := s.Append(ended, f.event("b")); return err }},
		{"AppendBatch", func() error { _, err := s.AppendBatch(ended, f.events("b", "c")); return err }},
		{"BeginFence", func() error { _, err := s.BeginFence(ended); return err }},
		{"Cursor", func() error { _, err := s.Cursor(ended, core.Region{}, core.CursorConfig{}); return err }},
		{"Worker", func() error { _, err := s.Worker(ended, core.WorkerConfig{}, refuseDelivery(f)); return err }},
		{"DropBefore", func() error { _, err := s.DropBefore(ended, 1); return err }},
		{"RemoveCheckpoint", func() error { return s.RemoveCheckpoint(ended, f.id()) }},
		{"Read", func() error { _, _, err := s.Read(ended, 0); return err }},
		{"Poll", func() error { _, _, err := c.Poll(ended); return err }},
		{"PollBatch", func() error { _, err := c.PollBatch(ended, 1); return err }},
		{"Pull", func() error { _, err := c.Pull(ended, 1, time.Hour); return err }},
		{"Cursor.Commit", func() error { return c.Commit(ended) }},
		{"Join", func() error { return w.Join(ended) }},
	} {
		f.fails(tt.name, tt.call(), context.Canceled)
	}
	if exists, err := f.FS.Stat(f.Dir + "2"); err == nil {
		f.Errorf("Open with an ended context made %s", exists.Name())
	}
	same(f, "frontier", s.Frontier(), before)

	fence := f.fenced(s, "b")
	before = s.Frontier()
	_, err = fence.Append(ended, f.event("c"))
	f.fails("Fence.Append", err, context.Canceled)
	f.fails("Fence.Commit", fence.Commit(ended), context.Canceled)
	f.fails("Fence.Cancel", fence.Cancel(ended), context.Canceled)
	same(f, "frontier under a fence", s.Frontier(), before)
	f.fails("Sync", s.Sync(ended), context.Canceled)
	f.need(fence.Commit(ctx))
	f.polls(c, 9, "a", "b")

	f.fails("Shutdown", s.Shutdown(ended), context.Canceled)
	f.need(s.Shutdown(ctx))
	f.fails("third Shutdown", s.Shutdown(ctx), core.ErrClosed)
}

// A context that ends while the disk takes its time with a sync: the call returns at
// once and says that it does not know, and what was written becomes durable by the
// same sync. Nobody syncs again for it.
func contextSlowSync(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	for _, tt := range []struct {
		name string
		call func(context.Context) error
	}{
		{"Append", func(ctx context.Context) error { _, err := s.Append(ctx, f.event("a")); return err }},
		{"Fence.Commit", f.fencedLater(s, (*core.Fence).Commit, "b")},
		{"Fence.Cancel", f.fencedLater(s, (*core.Fence).Cancel, "c")},
	} {
		start, syncs, visible := f.Runtime.Elapsed(), disk.syncs.Load(), s.Frontier().Visible
		disk.holdsSyncs.Store(true)
		g := f.give(tt.name, tt.call)
		g.waits()
		g.end()
		err := g.returns()
		f.fails(tt.name, err, core.ErrUnconfirmed)
		f.fails(tt.name, err, context.Canceled)
		f.within(tt.name+" that is given up", start)
		same(f, tt.name+": visible during the sync", s.Frontier().Visible, visible)
		disk.release()
		f.need(s.Sync(ctx))
		same(f, tt.name+": syncs", disk.syncs.Load()-syncs, 1)
	}
	f.holds(s, "a", "b")
	f.need(s.Close())
}

// A context that ends while the disk takes its time with a checkpoint: Commit returns
// at once, and the save goes on. Until it has ended nothing else is done under its id.
func contextSlowCommit(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	f.append(s, "a", "b")
	config := f.durably()
	c := f.cursorOf(s, core.Region{}, config)
	f.polls(c, 1, "a")
	disk.holdsSyncs.Store(true)
	start := f.Runtime.Elapsed()
	for _, want := range []error{core.ErrCheckpointIndeterminate, context.Canceled} {
		g := f.give("Commit", c.Commit)
		g.waits()
		g.end()
		err := g.returns()
		f.fails("Commit", err, context.Canceled)
		f.fails("Commit", err, want)
		if behind := want == context.Canceled; errors.Is(err, core.ErrCheckpointIndeterminate) == behind {
			f.Errorf("Commit behind another: %v, and the error is %v", behind, err)
		}
	}
	f.within("two commits that are given up", start)
	f.polls(c, 1, "b")
	f.need(c.Close())
	_, err := s.Cursor(ctx, core.Region{}, config)
	f.fails("Cursor of the id during the save", err, core.ErrCheckpointLeased)
	f.fails("RemoveCheckpoint during the save", s.RemoveCheckpoint(ctx, config.Checkpoint), core.ErrCheckpointLeased)
	f.givesShutdownUp(s, "the save")
	disk.release()
	f.need(s.Shutdown(ctx))

	s = f.open()
	same(f, "position", f.position(s), 0)
	c = f.cursorOf(s, core.Region{}, config)
	f.polls(c, 1, "b")
	g := f.give("Commit", c.Commit)
	f.need(g.returns())
	f.need(c.Close())
	same(f, "position", f.position(s), 1)
	f.need(s.Close())
}

// fencedLater is a call that writes the text under a fence and then resolves it with
// a context.
func (f *fixture) fencedLater(s *core.Store, resolve func(*core.Fence, context.Context) error, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		fence := f.fenced(s, text)
		err := resolve(fence, ctx)
		late := context.WithoutCancel(ctx)
		_, again := fence.Append(late, f.event("late"))
		f.fails("Append after the outcome", again, core.ErrFenceNotActive)
		f.fails("Commit after the outcome", fence.Commit(late), core.ErrFenceNotActive)
		f.fails("Cancel after the outcome", fence.Cancel(late), core.ErrFenceNotActive)
		return err
	}
}

// What waits behind a slow sync or write of another's is given up no less, and before
// its write it leaves nothing behind.
func contextBehind(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	appends := func(text string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.Append(ctx, f.event(text)); return err }
	}
	disk.holdsSyncs.Store(true)
	first := f.give("first", appends("a"))
	follower := f.give("follower", appends("b"))
	sync := f.give("Sync", s.Sync)
	shutdown := f.give("Shutdown", s.Shutdown)
	for _, g := range []*given{follower, sync, shutdown} {
		g.waits()
		g.end()
		f.fails(g.what, g.returns(), context.Canceled)
	}
	f.fails("follower", follower.err, core.ErrUnconfirmed)
	first.waits()
	disk.release()
	f.need(first.returns())
	f.need(s.Shutdown(ctx))

	disk = newSlowDisk(f)
	s = f.openAt(disk, f.Dir, core.AckDurable)
	f.holds(s, "a", "b")
	disk.holdsWrites.Store(true)
	writer := f.give("writer", appends("c"))
	var behind []*given
	for _, call := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"Append", appends("never")},
		{"BeginFence", func(ctx context.Context) error { _, err := s.BeginFence(ctx); return err }},
	} {
		g := f.give(call.name, call.do)
		g.waits()
		behind = append(behind, g)
	}
	for _, g := range behind {
		g.end()
		f.fails(g.what, g.returns(), context.Canceled)
	}
	disk.release()
	f.need(writer.returns())
	f.append(s, "d")
	f.holds(s, "a", "b", "c", "d")
	same(f, "frontier", s.Frontier(), core.Frontier{Allocated: 4, Written: 4, Durable: 4, Visible: 4})
	f.need(s.Close())
}

// A reader that is parked, and one that joins a worker, return when their context
// ends; the worker goes on.
func contextParked(f *fixture) {
	s := f.open()
	in := f.inbox()
	w, err := s.Worker(ctx, core.WorkerConfig{IdleSleep: time.Hour}, in.answer(continues))
	f.need(err)
	c := f.cursor(s)
	for _, g := range []*given{
		f.give("Pull", func(ctx context.Context) error { _, err := c.Pull(ctx, 1, time.Hour); return err }),
		f.give("Join", w.Join),
	} {
		g.waits()
		g.end()
		f.fails(g.what, g.returns(), context.Canceled)
	}
	f.append(s, "a")
	in.await(1)
	f.polls(c, 9, "a")
	f.need(s.Close())
}

// The context of a handler ends when its worker is stopped, and when the store shuts
// down; what it answers then counts.
func contextHandler(f *fixture) {
	s := f.open()
	f.append(s, "a", "b")
	var w *core.Worker
	var shutdown *given
	for _, tt := range []struct {
		name string
		stop func()
	}{
		{"Stop", func() { w.Stop() }},
		{"Shutdown", func() { shutdown = f.give("Shutdown", s.Shutdown) }},
	} {
		in := f.inbox()
		var got error
		var err error
		w, err = s.Worker(ctx, f.single(), func(ctx context.Context, d core.Delivery) core.Action {
			got = ctx.Err()
			in.record(d)
			for n := f.Runtime.Notifier("handler"); ctx.Err() == nil; {
				n.Wait(ctx, 0, patience)
			}
			return core.Continue
		})
		f.need(err)
		start := f.Runtime.Elapsed()
		in.await(1)
		f.rest()
		tt.stop()
		f.need(f.join(w))
		f.within(tt.name, start)
		f.need(got)
	}
	f.need(shutdown.returns())
	s = f.open()
	same(f, "position", f.position(s), 1)
	f.need(s.Close())
}

// Shutdown gives up on a handler that does not return, and a later one goes on.
func contextShutdown(f *fixture) {
	s := f.open()
	f.append(s, "a")
	in, leave := f.inbox(), f.Runtime.Notifier("leave")
	w, err := s.Worker(ctx, f.single(), func(_ context.Context, d core.Delivery) core.Action {
		in.record(d)
		leave.Wait(ctx, 0, patience)
		return core.Continue
	})
	f.need(err)
	in.await(1)
	g := f.give("Shutdown", s.Shutdown)
	g.waits()
	f.fails("Shutdown beside another", s.Shutdown(ctx), core.ErrClosed)
	g.end()
	f.fails("Shutdown", g.returns(), context.Canceled)
	_, err = s.Append(ctx, f.event("b"))
	f.fails("Append after a Shutdown that was given up", err, core.ErrClosed)
	leave.Notify()
	f.need(s.Shutdown(ctx))
	f.need(f.join(w))
	s = f.open()
	same(f, "position", f.position(s), 0)
	f.need(s.Close())
}
