package coretest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// J-11: nobody sees the events of a fence before Commit, and a reader that waits
// gets all of them in one batch.
func fenceCommit(f *fixture) {
	s := f.open()
	f.append(s, "a")
	p := f.pull(f.cursorAtEnd(s))
	fence := f.fenced(s, "b", "c")
	_, err := fence.AppendBatch(ctx, f.events("d", "e"))
	f.need(err)
	f.rest()
	f.holds(s, "a")
	if got := s.Frontier(); got.Visible != 1 || got.Allocated != 5 {
		f.Errorf("frontier under a fence = %+v, want 1 visible of 5", got)
	}
	if e, ok := f.entry(s, 1); ok {
		f.Errorf("Read(1) under a fence = %v, want nothing", e)
	}
	f.need(fence.Commit(ctx))
	p.task.Join(ctx)
	f.need(p.err)
	same(f, "pulled texts", texts(p.batch), []string{"b", "c", "d", "e"})
	same(f, "frontier after Commit", s.Frontier(), core.Frontier{Allocated: 5, Written: 5, Durable: 5, Visible: 5})
	s = f.reopen(s)
	f.holds(s, "a", "b", "c", "d", "e")
	f.need(s.Close())
}

// I-18, X-6a: what was cancelled is not seen, in this life or another, and what
// stands around it is.
func fenceCancel(f *fixture) {
	s := f.open()
	f.append(s, "a")
	f.need(f.fenced(s, "b", "c").Cancel(ctx))
	f.holds(s, "a")
	f.append(s, "d")
	f.need(f.fenced(s, "e").Commit(ctx))
	f.need(f.fenced(s, "f").Cancel(ctx))
	for range 3 {
		f.holds(s, "a", "d", "e")
		for _, hidden := range []uint64{1, 2, 5} {
			if e, ok := f.entry(s, hidden); ok {
				f.Errorf("Read(%d) = %v, want nothing: it was cancelled", hidden, e)
			}
		}
		s = f.reopen(s)
		same(f, "recovery", s.Recovery(), core.Recovery{Events: 6, Hidden: 3})
	}
	f.append(s, "g")
	f.holds(s, "a", "d", "e", "g")
	f.need(s.Close())
}

// X-6a, P-17: a fence that nobody resolved before the store ended is cancelled,
// even if a later one is committed.
func fenceUnresolved(f *fixture) {
	s := f.open()
	f.append(s, "a")
	f.fenced(s, "b")
	s = f.reopen(s)
	same(f, "recovery", s.Recovery(), core.Recovery{Events: 2, Hidden: 1})
	f.append(s, "c")
	f.need(f.fenced(s, "d").Commit(ctx))
	f.fenced(s, "e")
	for range 2 {
		s = f.reopen(s)
		f.holds(s, "a", "c", "d")
		same(f, "recovery", s.Recovery(), core.Recovery{Events: 5, Hidden: 2})
	}
	f.need(s.Close())
}

// I-15: one fence at a time, only its own appends meanwhile, and nothing through
// it once it is resolved.
func fenceOne(f *fixture) {
	s := f.open()
	for _, resolve := range []func(*core.Fence, context.Context) error{(*core.Fence).Commit, (*core.Fence).Cancel} {
		before := s.Frontier()
		fence, err := s.BeginFence(ctx)
		f.need(err)
		_, err = s.Append(ctx, f.event("x"))
		f.fails("Append beside a fence", err, core.ErrFenceActive)
		_, err = s.AppendBatch(ctx, f.events("x", "y"))
		f.fails("AppendBatch beside a fence", err, core.ErrFenceActive)
		_, err = s.BeginFence(ctx)
		f.fails("BeginFence beside a fence", err, core.ErrFenceActive)
		same(f, "frontier", s.Frontier(), before)
		f.need(s.Sync(ctx))
		f.need(resolve(fence, ctx))
		_, err = fence.Append(ctx, f.event("x"))
		f.fails("Append under a resolved fence", err, core.ErrFenceNotActive)
		f.fails("Commit of a resolved fence", fence.Commit(ctx), core.ErrFenceNotActive)
		f.fails("Cancel of a resolved fence", fence.Cancel(ctx), core.ErrFenceNotActive)

		later := f.fenced(s)
		f.fails("Commit of an older fence", fence.Commit(ctx), core.ErrFenceNotActive)
		f.need(later.Commit(ctx))
		f.append(s, "after")
	}
	f.holds(s, "after", "after")
	f.need(s.Close())
}

// A fence without events resolves, and what was written before it shows without
// waiting for it.
func fenceEmpty(f *fixture) {
	s := f.openAs(core.AckWritten)
	f.append(s, "a")
	f.need(f.fenced(s).Commit(ctx))
	f.holds(s, "a")
	f.append(s, "b")
	fence := f.fenced(s, "hidden")
	f.need(s.Sync(ctx))
	f.holds(s, "a", "b")
	f.need(fence.Cancel(ctx))
	f.need(f.fenced(s).Cancel(ctx))
	f.append(s, "c")
	s = f.reopen(s)
	f.holds(s, "a", "b", "c")
	f.need(s.Close())
}

// X-6b: batches that race the beginning of a fence stand before it or are refused.
// Nothing under it shows early, nothing cancelled ever, and the store goes on.
func fenceRace(f *fixture) {
	const writers, batches, fences = 3, 10, 16
	s := f.open()
	var tasks []core.Task
	for range writers {
		tasks = append(tasks, f.Runtime.Go("writer", func() { f.writeBesideFences(s, batches) }))
	}
	var committed []string
	for n := range fences {
		text := fmt.Sprintf("fenced %d", n)
		fence := f.fenced(s, text, text)
		f.rest()
		if seen := texts(f.entries(s)); slices.Contains(seen, text) {
			f.Errorf("%q shows while its fence is open: %v", text, seen)
		}
		if n%2 == 0 {
			f.need(fence.Cancel(ctx))
			continue
		}
		f.need(fence.Commit(ctx))
		committed = append(committed, text, text)
	}
	for _, task := range tasks {
		task.Join(ctx)
	}
	f.append(s, "last")
	for range 2 {
		f.checkBesideFences(texts(f.entries(s)), committed, writers*batches)
		s = f.reopen(s)
	}
	f.need(s.Close())
}

// writeBesideFences appends batches of two, each as soon as no fence is open.
func (f *fixture) writeBesideFences(s *core.Store, batches int) {
	for batches > 0 {
		_, err := s.AppendBatch(ctx, f.events("first", "second"))
		switch {
		case err == nil:
			batches--
		case errors.Is(err, core.ErrFenceActive):
			f.sleep(time.Millisecond)
		default:
			f.Errorf("batch beside a fence: %v", err)
			return
		}
	}
}

// checkBesideFences checks that the log holds what was committed, in order, and
// that many batches, each in one piece.
func (f *fixture) checkBesideFences(seen, committed []string, batches int) {
	f.Helper()
	var fenced []string
	for i, text := range seen {
		switch text {
		case "first":
			batches--
			if i+1 == len(seen) || seen[i+1] != "second" {
				f.Errorf("batch at %d is in pieces: %v", i, seen)
			}
		case "second", "last":
		default:
			fenced = append(fenced, text)
		}
	}
	same(f, "texts of fences", fenced, committed)
	same(f, "batches missing", batches, 0)
}
