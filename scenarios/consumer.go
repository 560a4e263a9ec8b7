package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// consuming is one consumer in one incarnation.
type consuming struct {
	*incarnation
	plan    *consumerPlan
	answer  func() answer
	since   time.Duration   // since when it waits for the next event
	unsaved bool            // accepted something that is not known to be saved
	opens   int             // cursors opened
	began   uint64          // the lowest sequence that the first of them had not passed
	got     map[uint64]bool // sequences accepted
}

// openAttempts bounds how often a consumer tries to open its cursor again after a
// fault of the disk.
const openAttempts = 3

// run opens the consumer's cursor or worker again and again until the store is
// closed. A checkpoint that is refused it removes, as an operator would.
func (c *consuming) run() {
	for failed := 0; failed < openAttempts; {
		err := c.consume()
		switch {
		case err == nil:
			failed = 0
		case errors.Is(err, core.ErrClosed):
			return
		default:
			failed++
			c.recover(err)
		}
	}
}

// recover deals with an error of the consumer's cursor.
func (c *consuming) recover(err error) {
	if !isRefusal(err) {
		return
	}
	c.record(Event{Kind: EventForgetting, Actor: c.plan.name})
	err = c.try(c.plan.name, callForget, func(ctx context.Context) error { return c.store.RemoveCheckpoint(ctx, c.plan.id) })
	if err == nil {
		c.record(Event{Kind: EventForgotten, Actor: c.plan.name})
	}
}

func (c *consuming) consume() error {
	if c.plan.worker {
		return c.work()
	}
	return c.read()
}

// opened records how opening the cursor went.
func (c *consuming) opened(started bool, position uint64, err error) error {
	switch {
	case err == nil:
		c.since = c.sim.Now()
		c.unsaved = false
		if c.opens++; c.opens == 1 && started {
			c.began = position + 1
		}
		c.record(Event{Kind: EventResumed, Actor: c.plan.name, Region: c.plan.region, Started: started, Position: position})
	case !errors.Is(err, core.ErrClosed):
		c.record(Event{Kind: EventRefused, Actor: c.plan.name, Region: c.plan.region, Err: err})
	}
	return err
}

// work runs one worker to its end.
func (c *consuming) work() error {
	var w *core.Worker
	err := c.insist(c.plan.name, callOpen, func(ctx context.Context) (err error) {
		w, err = c.store.Worker(ctx, core.WorkerConfig{
			Region: c.plan.region, Checkpoint: c.plan.id, BatchSize: c.plan.batch,
			Cadence: c.plan.cadence, IdleSleep: c.plan.deadline, Restart: c.plan.restart, Gaps: 4,
		}, c.handle)
		if err == nil {
			position, started := w.Position() // no yield point since the worker began
			c.opened(started, position, nil)
		}
		return err
	})
	if err != nil {
		return c.opened(false, 0, err)
	}
	err = c.insist(c.plan.name, callJoin, w.Join)
	if err == nil {
		c.saved()
	}
	if errors.Is(err, core.ErrRestartsExhausted) {
		return nil // asked for
	}
	return err
}

// handle is the worker's handler.
func (c *consuming) handle(_ context.Context, d core.Delivery) core.Action {
	if c.plan.cadence == (core.Cadence{}) {
		c.saved() // or the worker would not have gone on
	}
	switch c.deliver(d.Entries, 0) {
	case answerPanic:
		c.decline()
		panic(errPlanned)
	case answerRollback:
		c.decline()
		return core.StopWithRollback
	case answerStop:
		c.accept(d.Entries)
		return core.Stop
	default:
		c.accept(d.Entries)
		return core.Continue
	}
}

var errPlanned = errors.New("planned panic of a handler")

func (c *consuming) durable() bool { return c.plan.id != core.CheckpointID{} }

// deliver records a delivery, which was due then if at all, and decides how it is answered,
// after a while.
func (c *consuming) deliver(batch []core.Entry, due time.Duration) answerKind {
	c.record(Event{Kind: EventDelivered, Actor: c.plan.name, Entries: batch, Since: c.since, Due: due})
	c.readFrontier(c.plan.name)
	a := c.answer()
	if a.kind != answerAccept {
		note(c.src, "incarnation %d: %s %s", c.number, c.plan.name, answerNames[a.kind])
	}
	c.sim.Sleep(a.slow)
	return a.kind
}

func (c *consuming) accept(batch []core.Entry) {
	c.since = c.sim.Now()
	c.unsaved = true
	for i := range batch {
		c.got[batch[i].Sequence] = true
	}
	c.record(Event{Kind: EventAccepted, Actor: c.plan.name})
}

func (c *consuming) decline() {
	c.since = c.sim.Now()
	c.record(Event{Kind: EventDeclined, Actor: c.plan.name})
}

// saved records that what was accepted last is saved, once.
func (c *consuming) saved() {
	if c.unsaved && c.durable() {
		c.record(Event{Kind: EventSaved, Actor: c.plan.name})
	}
	c.unsaved = false
}

// lacks reports whether the consumer has still to accept an entry of log, which
// lies beyond where it began.
func (c *consuming) lacks(log []core.Entry) bool {
	for i := range log {
		e := &log[i]
		if e.Sequence >= c.began && !c.got[e.Sequence] && c.plan.region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock) {
			return true
		}
	}
	return false
}
