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
		first := &o.ledger.shown[0]
		due, known := o.ledger.visible(first.fate)
		if due = max(due, e.Since); known && e.Time > due {
			return o.late(e, first.name, due)
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
		for i, f := range a.fates {
			due, known := o.ledger.visible(f)
			if !known || due >= e.Time || !a.placed || a.first+uint64(i) < e.First || o.ledger.dropped(f) {
				continue
			}
			if c.region.Matches(f.event.Coordinate, f.event.Kind, f.event.Lane, 0) {
				return o.late(e, "nothing, not even "+f.name+",", due)
			}
		}
	}
	return nil
}
