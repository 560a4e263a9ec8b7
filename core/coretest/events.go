package coretest

import (
	"context"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// C-1, C-4: Events ranges over everything in order, waits for more, and stands on
// the event in hand: a loop that is left goes on after it, in memory and, once it was
// committed, after a reopen.
func eventsRange(f *fixture) {
	s := f.open()
	f.append(s, "a", "b", "c")
	c := f.cursorOf(s, core.Region{}, f.durably())
	var got []string
	for e, err := range c.Events(ctx) {
		f.need(err)
		got = append(got, string(e.Payload))
		if len(got) == 2 {
			f.need(c.Commit(ctx))
			break
		}
	}
	position, ok := c.Position()
	same(f, "position after two", position, 1)
	same(f, "started", ok, true)
	f.Runtime.Go("append", func() {
		f.rest()
		f.append(s, "d")
	})
	for e, err := range c.Events(ctx) {
		f.need(err)
		if got = append(got, string(e.Payload)); len(got) == 4 {
			break
		}
	}
	same(f, "events", got, []string{"a", "b", "c", "d"})
	s = f.reopen(s)
	f.polls(f.cursorOf(s, core.Region{}, f.durably()), 9, "c", "d")
	f.need(s.Close())
}

// Events ends with the error of its context, of a closed cursor, or of a store that
// closes while it waits; each comes once.
func eventsEnd(f *fixture) {
	s := f.open()
	f.append(s, "a")
	drain := func(c *core.Cursor) func(context.Context) error {
		return func(ctx context.Context) error {
			var ends []error
			for _, err := range c.Events(ctx) {
				if err != nil {
					ends = append(ends, err)
				}
			}
			same(f, "errors", len(ends), 1)
			return ends[0]
		}
	}
	g := f.give("Events", drain(f.cursor(s)))
	g.waits()
	g.end()
	f.fails("Events", g.returns(), context.Canceled)

	c := f.cursor(s)
	for _, err := range c.Events(ctx) {
		f.need(err)
		f.need(c.Close())
		break
	}
	f.fails("Events of a closed cursor", drain(c)(ctx), core.ErrClosed)

	g = f.give("Events", drain(f.cursor(s)))
	g.waits()
	f.need(s.Close())
	f.fails("Events over Close", g.returns(), core.ErrClosed)
}

// W-6, X-14: a worker saves when its cadence says so and when it ends, and never
// beyond what was accepted.
func workerCadence(f *fixture) {
	s := f.open()
	for _, text := range []string{"1", "2", "3", "4", "5"} {
		f.append(s, text)
	}
	for _, tt := range []struct {
		name    string
		cadence core.Cadence
		saved   []int // the events that are saved when the n-th is handled
	}{
		{"zero", core.Cadence{}, []int{0, 1, 2, 3, 4}},
		{"events", core.Cadence{Events: 2}, []int{0, 0, 2, 2, 4}},
		{"bytes", core.Cadence{Bytes: 3}, []int{0, 0, 0, 3, 3}},
		{"interval", core.Cadence{Interval: time.Hour}, []int{0, 0, 0, 0, 0}},
		{"whichever comes first", core.Cadence{Events: 4, Bytes: 3, Interval: time.Hour}, []int{0, 0, 0, 3, 3}},
	} {
		var saved []int
		handled := 0
		err := f.work(s, core.WorkerConfig{Checkpoint: f.id(), BatchSize: 1, Cadence: tt.cadence}, func(context.Context, core.Delivery) core.Action {
			saved = append(saved, f.savedEvents())
			if handled++; handled == 5 {
				return core.Stop
			}
			return core.Continue
		})
		f.need(err)
		same(f, tt.name+": saved at each event", saved, tt.saved)
		same(f, tt.name+": saved at the end", f.savedEvents(), 5)
		f.need(s.RemoveCheckpoint(ctx, f.id()))
	}
	f.need(s.Close())
}

// savedEvents is how many events the checkpoint's file accounts for.
func (f *fixture) savedEvents() int {
	f.Helper()
	if _, err := f.FS.Stat(f.checkpointPath()); err != nil {
		return 0
	}
	var c core.Checkpoint
	f.need(c.UnmarshalBinary(f.read(f.checkpointPath())))
	if !c.Started {
		return 0
	}
	return int(c.Position) + 1
}

// What was accepted is saved however the worker ends: by a rollback or a panic too
// many, which do not save the batch that they refuse, and while it is idle once the
// interval is over.
func workerCadenceEnds(f *fixture) {
	s := f.open()
	f.append(s, "1", "2", "3")
	config := f.single()
	config.Cadence = core.Cadence{Events: 100}
	f.need(f.work(s, config, f.inbox().answer(continues, rollsBack)))
	same(f, "saved after a rollback", f.savedEvents(), 1)

	config.Restart = core.RestartBounded(0, time.Hour)
	f.fails("Join", f.work(s, config, f.inbox().answer(continues, panics)), core.ErrRestartsExhausted)
	same(f, "saved after a panic", f.savedEvents(), 2)

	config.Cadence = core.Cadence{Interval: 20 * time.Millisecond}
	config.IdleSleep = time.Hour
	in := f.inbox()
	w, err := s.Worker(ctx, config, in.answer(continues))
	f.need(err)
	in.await(1)
	for start := f.Runtime.Elapsed(); f.savedEvents() < 3; f.rest() {
		f.within("save of an idle worker", start)
	}
	w.Stop()
	f.need(f.join(w))

	config.Cadence = core.Cadence{Events: -1}
	if _, err := s.Worker(ctx, config, in.answer(continues)); err == nil {
		f.Error("Worker with a negative Cadence = nil, want an error")
	}
	f.need(s.Close())
}
