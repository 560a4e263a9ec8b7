package properties

import (
	"context"
	"errors"
	"fmt"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
)

// standing is why an append outside a fence, or a new fence, is refused now, or nil.
func (x *experiment) standing() error {
	switch {
	case x.model.poisoned:
		return core.ErrPoisoned
	case x.fence != nil:
		return core.ErrFenceActive
	}
	return nil
}

func (x *experiment) events(t *rapid.T) []core.Event {
	events := make([]core.Event, rapid.IntRange(1, 4).Draw(t, "events"))
	for i := range events {
		events[i] = event(t, fmt.Sprintf("e%d", x.names))
		x.names++
	}
	return events
}

func (x *experiment) append(t *rapid.T) {
	if x.fence != nil && !x.model.poisoned && rapid.IntRange(0, 7).Draw(t, "stray") < 7 {
		x.fenceAppend(t)
		return
	}
	events := x.events(t)
	f := frame{entries: x.model.entries(events, x.runtime.Now())}
	want := x.standing()
	ok := x.attempt(t, "AppendBatch", want, func() error { return x.appended(t, f, events, x.store.AppendBatch) })
	switch {
	case ok:
		x.model.wrote(f)
		if x.ack == core.AckDurable {
			x.model.sync()
		}
	case want == nil:
		x.model.failed(f)
		x.sight(sightFailed, !x.model.poisoned && !x.crashed)
	default:
		x.sight(sightRefused, want == core.ErrFenceActive)
	}
	x.survive(t)
}

// appended appends the events and checks the receipt.
func (x *experiment) appended(t *rapid.T, f frame, events []core.Event, do func(context.Context, []core.Event) (core.Receipt, error)) error {
	receipt, err := do(ctx, events)
	want := core.Receipt{First: f.entries[0].Sequence, Count: uint64(len(f.entries))}
	if err == nil && receipt != want {
		t.Fatalf("receipt = %+v, want %+v", receipt, want)
	}
	return err
}

func (x *experiment) sync(t *rapid.T) {
	if x.model.poisoned {
		err := x.store.Sync(ctx)
		if f := x.store.Frontier(); !errors.Is(err, core.ErrPoisoned) && f.Written > f.Durable {
			t.Fatalf("Sync of a poisoned store = %v with %+v", err, f)
		}
		return
	}
	if x.attempt(t, "Sync", nil, func() error { return x.store.Sync(ctx) }) {
		x.model.sync()
	}
	x.survive(t)
}

func (x *experiment) beginFence(t *rapid.T) {
	fence, err := x.store.BeginFence(ctx)
	if want := x.standing(); !errors.Is(err, want) || want == nil && err != nil {
		t.Fatalf("BeginFence = %v, want %v", err, want)
	}
	if err == nil {
		x.model.fences++
		x.fence, x.model.fence = fence, &openFence{x.model.fences, x.model.next}
		x.retried = false
	}
}

func (x *experiment) fenceAppend(t *rapid.T) {
	events := x.events(t)
	f := frame{entries: x.model.entries(events, x.runtime.Now()), fence: x.model.fence.id}
	if x.attempt(t, "Fence.AppendBatch", nil, func() error { return x.appended(t, f, events, x.fence.AppendBatch) }) {
		x.model.wrote(f)
	} else {
		x.model.failed(f)
	}
	x.survive(t)
}

func (x *experiment) commitFence(t *rapid.T) { x.resolve(t, true) }
func (x *experiment) cancelFence(t *rapid.T) { x.resolve(t, false) }

func (x *experiment) resolve(t *rapid.T, commit bool) {
	if x.fence == nil {
		x.beginFence(t)
		return
	}
	outcome := x.fence.Cancel
	if commit {
		outcome = x.fence.Commit
	}
	do := func() error { return outcome(ctx) }
	var want error
	if x.model.poisoned {
		want = core.ErrPoisoned
	}
	switch ok := x.attempt(t, "outcome of a fence", want, do); {
	case ok:
		x.sight(sightSecondTry, x.retried)
		x.model.resolve(commit)
		if err := do(); !x.crashed && !errors.Is(err, core.ErrFenceNotActive) {
			t.Fatalf("second outcome of a fence = %v, want %v", err, core.ErrFenceNotActive)
		}
		x.fence = nil
	case want == nil:
		x.model.failed(frame{fence: x.model.fence.id, commit: commit})
		x.retried = true
	}
	x.survive(t)
}

// pick draws a consumer whose cursor is open, or is not; nil if there is none.
func (x *experiment) pick(t *rapid.T, open bool) *consumer {
	var list []*consumer
	for _, c := range x.consumers {
		if (c.cursor != nil) == open {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(t, "consumer")]
}

func (x *experiment) openCursor(t *rapid.T) {
	c := x.pick(t, false)
	if c == nil {
		x.poll(t)
		return
	}
	if !x.attempt(t, "Cursor", nil, func() error { return x.resume(t, c) }) || !c.durable() {
		x.survive(t)
		return
	}
	if _, err := x.store.Cursor(ctx, c.region, c.config); !errors.Is(err, core.ErrCheckpointLeased) {
		t.Fatalf("second cursor of an id = %v, want %v", err, core.ErrCheckpointLeased)
	}
	x.survive(t)
}

// resume opens the cursor of a consumer.
func (x *experiment) resume(t *rapid.T, c *consumer) error {
	if err := c.open(t, x.store); err != nil {
		return err
	}
	x.sight(sightDoubt, c.place != c.saved[0])
	x.sight(sightBehind, c.place == c.saved[0] && c.place != c.saved[len(c.saved)-1])
	return nil
}

func (x *experiment) poll(t *rapid.T) {
	c := x.pick(t, true)
	if c == nil {
		x.openCursor(t)
		return
	}
	c.poll(t, &x.model, rapid.IntRange(1, 5).Draw(t, "most"))
	if rapid.Bool().Draw(t, "take gaps") {
		x.sight(sightGap, len(c.gaps) > 0 && c.config.Gaps > 0)
		c.takeGaps(t)
	}
}

func (x *experiment) save(t *rapid.T) {
	c := x.pick(t, true)
	if c == nil {
		x.openCursor(t)
		return
	}
	if rapid.Bool().Draw(t, "poll before") {
		c.poll(t, &x.model, 2)
	}
	x.attempt(t, "Commit", nil, func() error { return c.commit(t) })
	x.survive(t)
}

func (x *experiment) closeCursor(t *rapid.T) {
	c := x.pick(t, true)
	if c == nil {
		x.openCursor(t)
		return
	}
	need(t, c.cursor.Close())
	c.died()
}

func (x *experiment) forget(t *rapid.T) {
	c := x.pick(t, false)
	if c == nil || !c.durable() {
		return
	}
	x.attempt(t, "RemoveCheckpoint", nil, func() error { return c.remove(x.store) })
	x.survive(t)
}
