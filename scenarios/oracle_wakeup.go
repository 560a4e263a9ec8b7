package scenarios

import "time"

// wakeup holds that a waiting reader gets an event at the virtual moment at which
// it becomes visible. Virtual time stands still while any task can run, so a
// reader that comes later has slept through its wake-up.
type wakeup struct {
	ledger *ledger
	next   map[string]uint64 // by consumer: the lowest sequence it was not handed
}

func newWakeup(l *ledger) *wakeup { return &wakeup{ledger: l, next: make(map[string]uint64)} }

func (*wakeup) Name() string { return "no-lost-wakeup" }

func (o *wakeup) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventDelivered:
		due, known := o.ledger.visible[name(e.Entries[0].Payload)]
		if due = max(due, e.Since); known && e.Time > due {
			return o.late(e, name(e.Entries[0].Payload), due)
		}
	case EventIdle:
		return o.idle(e)
	}
	return nil
}

func (o *wakeup) late(e *Event, payload string, due time.Duration) *Violation {
	return violation("late", "a waiting reader gets an event when it becomes visible",
		"%s waits since %v and got %s at %v, due at %v", e.Actor, e.Since, payload, e.Time, due)
}

// idle checks that a reader that got nothing had nothing to get.
func (o *wakeup) idle(e *Event) *Violation {
	c := o.ledger.consumer(e.Actor)
	if _, limited := c.region.Clock(); limited {
		return nil // the clock of an event is the engine's: the ledger cannot tell
	}
	for _, a := range o.ledger.order {
		for i, n := range a.names {
			due, known := o.ledger.visible[n]
			f := o.ledger.fates[n]
			if !known || due >= e.Time || !a.placed || a.first+uint64(i) < e.First || o.ledger.dropped(f) {
				continue
			}
			if c.region.Matches(f.event.Coordinate, f.event.Kind, f.event.Lane, 0) {
				return o.late(e, "nothing, not even "+n+",", due)
			}
		}
	}
	return nil
}
