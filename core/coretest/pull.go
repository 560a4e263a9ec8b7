package coretest

import (
	"time"

	"github.com/batpak/batpak-sim/core"
)

// M-2, M-6: an idle pull ends at its deadline, with nothing, and not before.
func pullDeadline(f *fixture) {
	s := f.open()
	start := f.Runtime.Elapsed()
	batch, err := f.cursor(s).Pull(ctx, 8, 50*time.Millisecond)
	f.need(err)
	same(f, "batch of an idle pull", batch, nil)
	if took := f.Runtime.Elapsed() - start; took < 50*time.Millisecond {
		f.Errorf("idle pull took %v, want 50ms", took)
	}
	f.within("idle pull of 50ms", start)
	f.need(s.Close())
}

// C-5: without time to wait a pull still polls once, and without room for an event
// it does not wait.
func pullOnce(f *fixture) {
	s := f.open()
	c := f.cursor(s)
	start := f.Runtime.Elapsed()
	for _, tt := range []struct {
		max      int
		deadline time.Duration
	}{{8, 0}, {8, -time.Hour}, {0, time.Hour}, {-1, time.Hour}} {
		for _, want := range [][]string{nil, {"a"}} {
			if want != nil {
				f.append(s, want...)
			}
			batch, err := c.Pull(ctx, tt.max, tt.deadline)
			f.need(err)
			if tt.max <= 0 {
				want = nil
			}
			same(f, "pulled texts", texts(batch), want)
		}
		c = f.cursorAtEnd(s)
	}
	f.within("pulls without waiting", start)
	f.need(s.Close())
}

// cursorAtEnd is a cursor that has seen everything.
func (f *fixture) cursorAtEnd(s *core.Store) *core.Cursor {
	f.Helper()
	c := f.cursor(s)
	_, err := c.PollBatch(ctx, 1<<20)
	f.need(err)
	return c
}

// parked is a task that pulls, and what it got.
type parked struct {
	task  core.Task
	batch []core.Entry
	err   error
}

// pull starts a task that pulls for an hour, and lets it park.
func (f *fixture) pull(c *core.Cursor) *parked {
	p := new(parked)
	p.task = f.Runtime.Go("puller", func() { p.batch, p.err = c.Pull(ctx, 100, time.Hour) })
	f.rest()
	return p
}

// M-23: a parked reader wakes at whatever publishes, not at its deadline.
func pullWakes(f *fixture) {
	s := f.openAs(core.AckWritten)
	c := f.cursor(s)
	for _, tt := range []struct {
		name    string
		publish func() error
	}{
		{"sync", func() error { f.append(s, "sync"); return s.Sync(ctx) }},
		{"fence", func() error { return f.fenced(s, "fence").Commit(ctx) }},
	} {
		start := f.Runtime.Elapsed()
		p := f.pull(c)
		f.need(tt.publish())
		p.task.Join(ctx)
		f.need(p.err)
		same(f, "pulled texts", texts(p.batch), []string{tt.name})
		f.within("pull until "+tt.name, start)
	}
	f.need(s.Close())

	s = f.open()
	p := f.pull(f.cursorAtEnd(s))
	f.append(s, "append")
	p.task.Join(ctx)
	f.need(p.err)
	same(f, "pulled texts", texts(p.batch), []string{"append"})
	f.need(s.Close())
}

// fenced begins a fence and appends the texts under it.
func (f *fixture) fenced(s *core.Store, texts ...string) *core.Fence {
	f.Helper()
	fence, err := s.BeginFence(ctx)
	f.need(err)
	for _, text := range texts {
		_, err := fence.Append(ctx, f.event(text))
		f.need(err)
	}
	return fence
}

// C-5: a wake with nothing to deliver parks again; for a lane no less than for all.
func pullForeign(f *fixture) {
	s := f.open()
	p := f.pull(f.cursorOf(s, core.Region{}.WithLane(7), core.CursorConfig{}))
	f.append(s, "foreign", "foreign too")
	f.rest()
	own := f.event("own")
	own.Lane = 7
	_, err := s.Append(ctx, own)
	f.need(err)
	p.task.Join(ctx)
	f.need(p.err)
	same(f, "pulled texts", texts(p.batch), []string{"own"})
	f.need(s.Close())
}

func pullClose(f *fixture) {
	s := f.open()
	start := f.Runtime.Elapsed()
	p := f.pull(f.cursor(s))
	f.need(s.Close())
	p.task.Join(ctx)
	f.fails("pull over Close", p.err, core.ErrClosed)
	same(f, "batch of a pull over Close", p.batch, nil)
	f.within("pull until Close", start)
}
