package core

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// syncer makes the journal durable and shows readers what that allows, in rounds,
// one at a time. Whoever finds none under way leads one, and everybody whose frames
// were written before its sync began is served by it: a group commit.
//
// A round that fails poisons the journal, so every waiter, present and future,
// meets its error.
type syncer struct {
	rt      Runtime
	journal *journal
	gate    *gate
	index   *atomic.Pointer[index]
	rounds  Notifier // notified at the end of each round
	joins   Notifier // notified when all whom a leader waits for have come

	telemetry *telemetry

	mu        sync.Mutex // guards what is below; never held across a yield point
	leading   bool       // a round is under way
	gathering bool       // ... and its leader waits for others
	shown     int64      // frames below this offset are durable, and readers know
	waiting   []int64    // the targets of the calls that wait for that
	crowd     int        // how many waited at the end of the last round, served or not
	pending   resolution // of the open fence, once it is written
}

// resolution is the end of a fence in the journal. It takes effect when it is durable.
type resolution struct {
	token  uint64 // zero: there is none
	cancel bool
	end    int64 // of its frame
}

// newSyncer returns the syncer of a journal of which all is durable and shown.
func newSyncer(rt Runtime, j *journal, g *gate, x *atomic.Pointer[index], t *telemetry) *syncer {
	return &syncer{rt: rt, journal: j, gate: g, index: x, rounds: rt.Notifier("syncer"), joins: rt.Notifier("joins"), telemetry: t, shown: j.durableMark().offset}
}

// forever is longer than anything lasts.
const forever time.Duration = math.MaxInt64

// sync returns once the frames below target are durable and shown, or ctx has ended.
// If it leads, it first waits until as many calls wait as did at the end of the last
// round, who tend to come again, for delay at most. What a context can give up, a task
// of its own does: a slow disk holds nobody who may leave.
func (y *syncer) sync(ctx context.Context, target int64, delay time.Duration) error {
	y.join(target)
	defer y.leave(target)
	for {
		since := y.rounds.Epoch()
		reached, err := y.reached(target)
		if reached || err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if y.lead() {
			if ctx.Done() == nil {
				y.round(delay)
				continue
			}
			y.rt.Go("sync", func() { y.round(delay) })
		}
		y.rounds.Wait(ctx, since, forever)
	}
}

// reached reports whether the frames below target are durable and shown. After a
// failure they never will be.
func (y *syncer) reached(target int64) (bool, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.shown >= target {
		return true, nil
	}
	return false, y.journal.healthy()
}

// join counts a call among those that wait.
func (y *syncer) join(target int64) {
	if y.admit(target) {
		y.joins.Notify()
	}
}

// admit reports whether with this call all have come whom a leader waits for.
func (y *syncer) admit(target int64) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if target > y.shown {
		y.waiting = append(y.waiting, target)
	}
	return y.gathering && len(y.waiting) >= y.crowd
}

// leave counts a call no more, if it waits still.
func (y *syncer) leave(target int64) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if at := slices.Index(y.waiting, target); at >= 0 {
		y.waiting = slices.Delete(y.waiting, at, at+1)
	}
}

// lead makes the caller the leader of the next round, unless one is under way.
func (y *syncer) lead() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.leading {
		return false
	}
	y.leading = true
	return true
}

// round carries out one round and wakes those who wait for it.
func (y *syncer) round(delay time.Duration) {
	defer y.end()
	if delay > 0 {
		y.gather(delay)
	}
	start := y.telemetry.now()
	err := y.advance()
	y.telemetry.count(Observation{Kind: ObservedSync, Err: err}, start)
	if err != nil {
		y.telemetry.log(slog.LevelError, poisonedMessage, errAttr(err))
	}
}

// gather waits until as many calls wait as did at the end of the last round, for delay
// at most.
func (y *syncer) gather(delay time.Duration) {
	until := y.rt.Elapsed() + delay
	for left := delay; left > 0; left = until - y.rt.Elapsed() {
		since := y.joins.Epoch()
		if y.gathered() {
			return
		}
		y.joins.Wait(context.Background(), since, left)
	}
}

func (y *syncer) gathered() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.gathering = len(y.waiting) < y.crowd
	return !y.gathering
}

// advance syncs and publishes. When it fails the journal is poisoned.
func (y *syncer) advance() error {
	if err := y.journal.sync(y.journal.writtenMark().offset); err != nil {
		return err
	}
	if err := y.show(y.journal.durableMark()); err != nil {
		return y.journal.poison(fmt.Errorf("publish: %w", err))
	}
	return nil
}

func (y *syncer) end() {
	y.mu.Lock()
	y.leading, y.gathering = false, false
	y.mu.Unlock()
	y.rounds.Notify()
}

// show publishes what is durable, up to an open fence.
func (y *syncer) show(durable mark) error {
	if o, ok := y.takePending(durable.offset); ok {
		y.rt.Yield(PointFenceResolved)
		if err := y.gate.endFence(o.token, o.cancel); err != nil {
			return err
		}
	}
	visible := y.gate.snapshot().visible
	if upTo := y.gate.publishable(durable.next); upTo > visible {
		lanes := y.index.Load().laneBounds(SeqRange{Start: visible, End: upTo})
		if err := y.gate.publish(upTo, lanes, "sync"); err != nil {
			return err
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.shown, y.crowd = durable.offset, len(y.waiting)
	y.waiting = slices.DeleteFunc(y.waiting, func(target int64) bool { return target <= y.shown })
	return nil
}

// exclude has something done, as apart does, while no round is under way.
func (y *syncer) exclude(ctx context.Context, do func() error) (left *work, err error) {
	for {
		since := y.rounds.Epoch()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if y.lead() {
			return apart(ctx, y.rt, "rotate", func() error {
				defer y.end()
				return do()
			})
		}
		y.rounds.Wait(ctx, since, forever)
	}
}

// finish makes durable all that was written, and returns when no round is under way.
func (y *syncer) finish(ctx context.Context) error {
	err := y.sync(ctx, y.journal.writtenMark().offset, 0)
	for {
		since := y.rounds.Epoch()
		if !y.busy() {
			return err
		}
		y.rounds.Wait(ctx, since, forever)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (y *syncer) busy() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.leading
}

// decide says how the open fence ends, once its outcome, which is written and not
// yet confirmed, is durable.
func (y *syncer) decide(r resolution) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.pending = r
}

// decided reports whether the outcome of that fence is written and not yet durable.
func (y *syncer) decided(token uint64) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return token != noFence && y.pending.token == token
}

// takePending returns the outcome of the open fence if it lies below durable.
func (y *syncer) takePending(durable int64) (resolution, bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	r := y.pending
	if r.token == noFence || r.end > durable {
		return resolution{}, false
	}
	y.pending = resolution{}
	return r, true
}
