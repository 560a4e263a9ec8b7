package scenarios

import (
	"errors"

	"github.com/batpak/batpak-sim/core"
)

// produce carries out a producer's operations until the store takes no more.
func (l *life) produce(actor string, ops []op) {
	for i := range ops {
		o := &ops[i]
		l.sim.Sleep(o.think)
		var err error
		switch o.kind {
		case opAppend:
			err = l.append(actor, o.name, "", o.events, l.store.AppendBatch)
		case opSync:
			err = l.sync(actor)
		case opCommit, opCancel:
			err = l.fence(actor, o)
		}
		if errors.Is(err, core.ErrPoisoned) || errors.Is(err, core.ErrClosed) {
			return
		}
		l.readFrontier(actor)
	}
}

// append appends events as one operation and records what became of it.
func (l *life) append(actor, op, fence string, events []core.Event, do func([]core.Event) (core.Receipt, error)) error {
	l.record(Event{Kind: EventAttempt, Actor: actor, Op: op, Fence: fence, Events: events})
	receipt, err := do(events)
	if err != nil {
		l.record(Event{Kind: EventFailed, Actor: actor, Op: op, Err: err})
		return err
	}
	l.record(Event{Kind: EventAcked, Actor: actor, Op: op, First: receipt.First, Durable: fence == "" && l.ack == core.AckDurable})
	return nil
}

func (l *life) sync(actor string) error {
	written := l.store.Frontier().Written
	if err := l.store.Sync(); err != nil {
		l.record(Event{Kind: EventSyncFailed, Actor: actor, Err: err})
		return err
	}
	l.record(Event{Kind: EventSynced, Actor: actor, First: written})
	return nil
}

// fence appends the operation's events one by one under a fence and resolves it.
// Where that fails without poisoning the journal, it cancels.
func (l *life) fence(actor string, o *op) error {
	f, err := l.store.BeginFence()
	if err != nil {
		return err
	}
	for i := range o.events {
		one := o.events[i : i+1]
		if err := l.append(actor, name(one[0].Payload), o.name, one, f.AppendBatch); err != nil {
			return errors.Join(err, l.resolve(actor, o.name, false, f.Cancel))
		}
	}
	l.sim.Sleep(o.hold)
	if o.kind == opCommit {
		if err := l.resolve(actor, o.name, true, f.Commit); err == nil {
			return nil
		}
	}
	return l.resolve(actor, o.name, false, f.Cancel)
}

func (l *life) resolve(actor, fence string, commit bool, do func() error) error {
	l.record(Event{Kind: EventFenceTry, Actor: actor, Fence: fence, Commit: commit})
	if err := do(); err != nil {
		l.record(Event{Kind: EventSyncFailed, Actor: actor, Err: err})
		return err
	}
	l.record(Event{Kind: EventFenceDone, Actor: actor, Fence: fence, Commit: commit})
	return nil
}

func (l *life) readFrontier(actor string) {
	l.record(Event{Kind: EventFrontier, Actor: actor, Frontier: l.store.Frontier()})
}
