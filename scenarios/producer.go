package scenarios

import (
	"context"
	"errors"

	"github.com/batpak/batpak-sim/core"
)

// produce carries out a producer's operations until the store takes no more.
func (n *incarnation) produce(actor string, ops []op) {
	if n.shape.retries && !n.retry(actor, n.outbox[actor]) {
		return
	}
	for i := range ops {
		o := &ops[i]
		if o.skip {
			continue
		}
		n.sim.Sleep(o.think)
		var err error
		switch o.kind {
		case opAppend:
			err = n.post(actor, o)
		case opSync:
			err = n.sync(actor)
		case opCommit, opCancel:
			err = n.fence(actor, o)
		}
		if takesNoMore(err) {
			return
		}
		n.readFrontier(actor)
	}
}

// takesNoMore reports whether err says that the store takes no append any more.
func takesNoMore(err error) bool {
	return errors.Is(err, core.ErrPoisoned) || errors.Is(err, core.ErrClosed)
}

// append appends events as one operation and records what became of it.
func (n *incarnation) append(actor, op, fence string, events []core.Event, do func(context.Context, []core.Event) (core.Receipt, error)) error {
	n.record(Event{Kind: EventAttempt, Actor: actor, Op: op, Fence: fence, Events: events})
	var receipt core.Receipt
	err := n.try(actor, callAppend, func(ctx context.Context) (err error) {
		receipt, err = do(ctx, events)
		return err
	})
	switch {
	case errors.Is(err, core.ErrUnconfirmed):
		n.record(Event{Kind: EventUnconfirmed, Actor: actor, Op: op, First: receipt.First, Err: err})
		return err
	case err != nil:
		n.record(Event{Kind: EventFailed, Actor: actor, Op: op, Err: err})
		return err
	}
	n.record(Event{Kind: EventAcked, Actor: actor, Op: op, First: receipt.First, Durable: fence == "" && n.ack == core.AckDurable})
	return nil
}

func (n *incarnation) sync(actor string) error {
	written := n.store.Frontier().Written
	if err := n.insist(actor, callSync, n.store.Sync); err != nil {
		n.record(Event{Kind: EventSyncFailed, Actor: actor, Err: err})
		return err
	}
	n.record(Event{Kind: EventSynced, Actor: actor, First: written})
	return nil
}

// fence appends the operation's events one by one under a fence and resolves it.
// Where that fails without poisoning the journal, it cancels.
func (n *incarnation) fence(actor string, o *op) error {
	var f *core.Fence
	n.record(Event{Kind: EventFencing, Actor: actor, Fence: o.name})
	err := n.try(actor, callBegin, func(ctx context.Context) (err error) {
		f, err = n.store.BeginFence(ctx)
		return err
	})
	if err != nil {
		n.record(Event{Kind: EventFenceless, Actor: actor, Fence: o.name, Err: err})
		return err
	}
	for i := range o.events {
		one := o.events[i : i+1]
		if err := n.append(actor, name(one[0].Payload), o.name, one, f.AppendBatch); err != nil {
			return errors.Join(err, n.resolve(actor, o.name, false, f.Cancel))
		}
	}
	n.sim.Sleep(o.hold)
	if o.kind == opCommit {
		if err := n.resolve(actor, o.name, true, f.Commit); err == nil {
			return nil
		}
	}
	return n.resolve(actor, o.name, false, f.Cancel)
}

func (n *incarnation) resolve(actor, fence string, commit bool, do func(context.Context) error) error {
	n.record(Event{Kind: EventFenceTry, Actor: actor, Fence: fence, Commit: commit})
	err := n.insist(actor, callResolve, do)
	if errors.Is(err, core.ErrUnconfirmed) {
		err = n.sync(actor) // the outcome stands, and a sync returns when it has taken effect
	}
	if err != nil {
		n.record(Event{Kind: EventSyncFailed, Actor: actor, Err: err})
		return err
	}
	n.record(Event{Kind: EventFenceDone, Actor: actor, Fence: fence, Commit: commit})
	return nil
}

func (n *incarnation) readFrontier(actor string) {
	n.record(Event{Kind: EventFrontier, Actor: actor, Frontier: n.store.Frontier()})
}
