package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// pollAttempts bounds how often a cursor is polled again after a fault of the disk, until
// a poll goes well.
const pollAttempts = 2

// reading is a consumer at work with a cursor of its own.
type reading struct {
	*consuming
	cursor *core.Cursor
	failed int // polls since the last that went well
}

// read opens a cursor and reads with it, as the consumer does that, until an answer ends it.
func (c *consuming) read() error {
	var cursor *core.Cursor
	err := c.insist(c.plan.name, callOpen, func(ctx context.Context) (err error) {
		cursor, err = c.store.Cursor(ctx, c.plan.region, core.CursorConfig{Checkpoint: c.plan.id, Gaps: 4})
		return err
	})
	if err != nil {
		return c.opened(false, 0, err)
	}
	defer cursor.Close()
	position, started := cursor.Position()
	c.opened(started, position, nil)
	r := &reading{consuming: c, cursor: cursor}
	turn := r.pull
	if c.plan.ranges {
		turn = r.follow
	}
	for {
		if ended, err := turn(); ended || err != nil {
			return err
		}
	}
}

// pull waits for one batch and deals with it. It reports whether the cursor is to be closed.
func (r *reading) pull() (ended bool, err error) {
	due := r.sim.Now() + r.plan.deadline
	var batch []core.Entry
	err = r.try(r.plan.name, callPull, func(ctx context.Context) (err error) {
		batch, err = r.cursor.Pull(ctx, r.plan.batch, r.plan.deadline)
		return err
	})
	switch {
	case err != nil && !givenUp(err):
		return false, r.unread(err, due)
	case len(batch) == 0:
		r.failed = 0
		r.record(Event{Kind: EventIdle, Actor: r.plan.name, First: r.next(), Since: r.since, Due: due, Err: err})
		return false, nil
	}
	r.failed = 0
	answer, err := r.take(batch, due)
	return answer != answerAccept, err
}

// follow ranges over the events of the cursor and deals with one after the other. A loop that was
// left, or whose context has ended, another goes on with. It reports whether the cursor is to be closed.
func (r *reading) follow() (ended bool, err error) {
	waits := r.sim.Now() // since when the loop waits for an event
	ctx, ends, cancel := r.patience(callRange)
	defer cancel()
	for entry, err := range r.cursor.Events(ctx) {
		if givenUp(err) {
			r.gaveUp(r.plan.name, callRange, max(ends, waits), err)
			if ends > waits {
				r.record(Event{Kind: EventIdle, Actor: r.plan.name, First: r.next(), Since: r.since, Err: err})
			}
			return false, nil
		}
		if err != nil {
			return false, r.unread(err, 0)
		}
		r.failed = 0
		answer, err := r.take([]core.Entry{entry}, 0)
		switch {
		case err != nil || answer == answerRollback || answer == answerPanic:
			return true, err
		case answer == answerStop:
			return false, nil
		}
		waits = r.sim.Now()
	}
	return false, nil
}

// take deals with what was handed over, and commits it if the consumer is durable.
func (r *reading) take(batch []core.Entry, due time.Duration) (answerKind, error) {
	answer := r.deliver(batch, due)
	if answer == answerRollback || answer == answerPanic {
		r.decline()
		return answer, nil
	}
	r.accept(batch)
	if !r.durable() {
		return answer, nil
	}
	if err := r.insist(r.plan.name, callCommit, r.cursor.Commit); err != nil {
		return answer, err
	}
	r.saved()
	return answer, nil
}

// unread records a poll that failed, and returns why the cursor is polled no more, if it is not.
func (r *reading) unread(err error, due time.Duration) error {
	r.record(Event{Kind: EventUnread, Actor: r.plan.name, First: r.next(), Due: due, Err: err})
	if r.failed++; r.failed > pollAttempts || errors.Is(err, core.ErrClosed) {
		return err
	}
	return nil
}

// next is the lowest sequence that the cursor has not passed.
func (r *reading) next() uint64 {
	position, started := r.cursor.Position()
	if !started {
		return 0
	}
	return position + 1
}
