package scenarios

import (
	"slices"
)

// checkpointHonesty holds that a cursor resumes only where its consumer has
// accepted an event, never before the position that was last saved durably or from which
// one has resumed, and only while the log still holds that very event.
type checkpointHonesty struct {
	ledger   *ledger
	accepted map[string]map[uint64]string // by consumer: position, and the payload that stood there
	saved    map[string]uint64            // by consumer: one past the position saved
	resumed  map[string]uint64            // by consumer: one past the position from which it resumed last
}

func newCheckpointHonesty(l *ledger) *checkpointHonesty {
	return &checkpointHonesty{ledger: l, accepted: make(map[string]map[uint64]string), saved: make(map[string]uint64), resumed: make(map[string]uint64)}
}

func (*checkpointHonesty) Name() string { return "checkpoint-honesty" }

func (o *checkpointHonesty) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventAccepted:
		o.accept(e.Actor)
	case EventSaved:
		o.saved[e.Actor] = o.ledger.consumer(e.Actor).last.sequence + 1
	case EventForgetting:
		o.forget(e.Actor)
	case EventPlanted:
		o.forget(e.Actor)
		if n := len(o.ledger.shown); n > 0 {
			o.stand(e.Actor, o.ledger.shown[n-1])
		}
	case EventResumed:
		return o.resume(e)
	}
	return nil
}

// forget notes that the checkpoint may be gone, or another.
func (o *checkpointHonesty) forget(actor string) {
	delete(o.saved, actor)
	delete(o.resumed, actor)
}

func (o *checkpointHonesty) accept(actor string) {
	if c := o.ledger.consumer(actor); c.any {
		o.stand(actor, c.last)
	}
}

// stand notes that a checkpoint may stand on an entry.
func (o *checkpointHonesty) stand(actor string, on entry) {
	if o.accepted[actor] == nil {
		o.accepted[actor] = make(map[uint64]string)
	}
	o.accepted[actor][on.sequence] = on.name
}

func (o *checkpointHonesty) resume(e *Event) *Violation {
	next := uint64(0)
	if e.Started {
		next = e.Position + 1
	}
	if !o.ledger.lied && next < o.saved[e.Actor] {
		return violation("saved position lost", "a checkpoint that was saved survives every crash",
			"%s resumes from sequence %d, its checkpoint was saved at %d", e.Actor, next, o.saved[e.Actor]-1)
	}
	if !o.ledger.lied && next < o.resumed[e.Actor] {
		return violation("resumed position lost", "a checkpoint from which a cursor has resumed survives every crash",
			"%s resumes from sequence %d, after it has resumed from %d", e.Actor, next, o.resumed[e.Actor])
	}
	o.resumed[e.Actor] = next
	if !e.Started {
		return nil
	}
	payload, ok := o.accepted[e.Actor][e.Position]
	if !ok {
		return violation("never accepted", "a checkpoint stands on an event that the consumer accepted",
			"%s resumes after sequence %d", e.Actor, e.Position)
	}
	at, found := slices.BinarySearchFunc(o.ledger.log, e.Position, entry.compare)
	if found && o.ledger.log[at].name != payload {
		return violation("another event", "a checkpoint stands on the event that was accepted",
			"%s accepted %s at sequence %d, where the log has %s now", e.Actor, payload, e.Position, o.ledger.log[at].name)
	}
	return nil
}
