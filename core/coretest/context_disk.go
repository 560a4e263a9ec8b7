package coretest

import (
	"context"
	"errors"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// A context that ends while the disk takes its time with a read: the call returns at
// once and has done nothing. The cursor has not moved, and the checkpoint id is free.
func contextSlowRead(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	f.append(s, "a", "b")
	f.commitAfter(s, core.Region{}, 1)
	c := f.cursor(s)
	disk.holdsReads.Store(true)
	start := f.Runtime.Elapsed()
	for _, call := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"Read", func(ctx context.Context) error { _, _, err := s.Read(ctx, 0); return err }},
		{"Poll", func(ctx context.Context) error { _, _, err := c.Poll(ctx); return err }},
		{"Pull", func(ctx context.Context) error { _, err := c.Pull(ctx, 9, time.Hour); return err }},
		{"Cursor", func(ctx context.Context) error { _, err := s.Cursor(ctx, core.Region{}, f.durably()); return err }},
		{"Worker", func(ctx context.Context) error { _, err := s.Worker(ctx, f.single(), refuseDelivery(f)); return err }},
	} {
		g := f.give(call.name, call.do)
		g.waits()
		g.end()
		f.fails(call.name, g.returns(), context.Canceled)
	}
	f.within("reads that are given up", start)
	disk.release()
	f.polls(c, 9, "a", "b")
	f.resumes(s, core.Region{}, "b")
	f.need(s.Close())
}

// A context that ends once a cursor or worker has begun does not end it.
func contextOfTheStart(f *fixture) {
	s := f.open()
	opening, end := f.Runtime.WithCancel(ctx)
	c, err := s.Cursor(opening, core.Region{}, core.CursorConfig{})
	f.need(err)
	in := f.inbox()
	w, err := s.Worker(opening, f.single(), in.answer(stops))
	f.need(err)
	end()
	f.append(s, "a")
	f.need(f.join(w))
	in.got([]string{"a"})
	f.polls(c, 9, "a")
	f.need(s.Close())
}

// A context that ends while the disk takes its time with a new segment: the append
// returns at once and has left nothing behind, and the next one goes into that segment.
func contextSlowRotation(f *fixture) {
	disk := newSlowDisk(f)
	s, err := core.Open(ctx, disk, f.Dir, core.Config{Runtime: f.Runtime, SegmentBytes: 256})
	f.need(err)
	f.append(s, "a")
	same(f, "segments", len(f.segments()), 1)
	disk.holdsSyncs.Store(true)
	start := f.Runtime.Elapsed()
	first := f.give("Append", func(ctx context.Context) error { _, err := s.Append(ctx, f.event("never")); return err })
	second := f.give("Append behind it", func(ctx context.Context) error { _, err := s.Append(ctx, f.event("b")); return err })
	first.waits()
	first.end()
	err = first.returns()
	f.fails("Append", err, context.Canceled)
	if errors.Is(err, core.ErrUnconfirmed) {
		f.Errorf("Append that began a segment and wrote nothing: %v", err)
	}
	f.within("an append that is given up", start)
	second.waits()
	same(f, "frontier", s.Frontier(), core.Frontier{Allocated: 1, Written: 1, Durable: 1, Visible: 1})
	disk.release()
	f.need(second.returns())
	f.holds(s, "a", "b")
	same(f, "segments", len(f.segments()), 2)
	s = f.reopen(s)
	f.append(s, "c")
	f.holds(s, "a", "b", "c")
	f.need(s.Close())
}

// A context that ends while the disk takes its time with a drop: the call returns at
// once and says that it does not know, and the drop goes on. The next one waits for it,
// and so does Shutdown.
func contextSlowDrop(f *fixture) {
	f.rotated(sixTexts...)
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	disk.holdsSyncs.Store(true)
	start := f.Runtime.Elapsed()
	drop := func(ctx context.Context) error { _, err := s.DropBefore(ctx, 2); return err }
	first, second := f.give("DropBefore", drop), f.give("DropBefore behind it", drop)
	first.waits()
	first.end()
	err := first.returns()
	f.fails("DropBefore", err, core.ErrUnconfirmed)
	f.fails("DropBefore", err, context.Canceled)
	second.waits()
	second.end()
	err = second.returns()
	f.fails("DropBefore behind it", err, context.Canceled)
	if errors.Is(err, core.ErrUnconfirmed) {
		f.Errorf("DropBefore that has not begun: %v", err)
	}
	f.givesShutdownUp(s, "the drop")
	f.within("calls that are given up", start)
	disk.release()
	f.need(s.Shutdown(ctx))
	s = f.open()
	same(f, "first", s.First(), 2)
	f.holds(s, sixTexts[2:]...)
	f.need(s.Close())
}

// A context that ends while the disk takes its time with the removal of a checkpoint: the
// call returns at once, and the removal goes on. Until it has ended nobody uses the id.
func contextSlowRemoval(f *fixture) {
	disk := newSlowDisk(f)
	s := f.openAt(disk, f.Dir, core.AckDurable)
	f.append(s, "a", "b")
	f.commitAfter(s, core.Region{}, 1)
	disk.holdsSyncs.Store(true)
	start := f.Runtime.Elapsed()
	g := f.give("RemoveCheckpoint", func(ctx context.Context) error { return s.RemoveCheckpoint(ctx, f.id()) })
	g.waits()
	g.end()
	err := g.returns()
	f.fails("RemoveCheckpoint", err, core.ErrCheckpointIndeterminate)
	f.fails("RemoveCheckpoint", err, context.Canceled)
	_, err = s.Cursor(ctx, core.Region{}, f.durably())
	f.fails("Cursor of the id during the removal", err, core.ErrCheckpointLeased)
	f.givesShutdownUp(s, "the removal")
	f.within("calls that are given up", start)
	disk.release()
	f.need(s.Shutdown(ctx))
	s = f.open()
	f.resumes(s, core.Region{}, "a", "b")
	f.need(s.Close())
}
