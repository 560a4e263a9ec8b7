package scenarios

import "github.com/batpak/batpak-sim/core"

// atLeastOnce holds, once the run has drained, that every consumer has accepted
// every event of its region that is in the log: in the last incarnation if the
// event lies beyond where that one's cursor began, in any otherwise. A consumer that
// began afresh is not owed what had been dropped then, should a crash bring it back.
type atLeastOnce struct {
	ledger   *ledger
	afresh   map[*consumer]uint64 // where the log began when its cursor last began afresh
	accepted map[acceptance]int   // ledger.life when it last was; zero = in no incarnation, but it counts as accepted
}

// acceptance is that a consumer has dealt with an event.
type acceptance struct {
	by    *consumer
	event *fate
}

func newAtLeastOnce(l *ledger) *atLeastOnce {
	return &atLeastOnce{ledger: l, afresh: make(map[*consumer]uint64), accepted: make(map[acceptance]int)}
}

func (*atLeastOnce) Name() string { return "at-least-once" }

func (o *atLeastOnce) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventAccepted:
		c := o.ledger.consumer(e.Actor)
		for i := range c.delivered {
			o.accepted[acceptance{c, c.delivered[i].fate}] = o.ledger.life
		}
	case EventResumed:
		if !e.Started {
			o.afresh[o.ledger.consumer(e.Actor)] = o.ledger.first
		}
	case EventPlanted:
		c := o.ledger.consumer(e.Actor)
		for _, entry := range o.ledger.shown {
			a := acceptance{c, entry.fate}
			if _, known := o.accepted[a]; !known {
				o.accepted[a] = 0 // in no life of this log
			}
		}
	case EventDrained:
		for _, actor := range sortedKeys(o.ledger.consumers) {
			if v := o.drained(actor, o.ledger.consumers[actor], e.Entries); v != nil {
				return v
			}
		}
	}
	return nil
}

func (o *atLeastOnce) drained(actor string, c *consumer, log []core.Entry) *Violation {
	if !c.resumed {
		return nil
	}
	for i := range log {
		e, shown := &log[i], &o.ledger.shown[i]
		if e.Sequence < o.afresh[c] || !c.region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock) {
			continue
		}
		life, accepted := o.accepted[acceptance{c, shown.fate}]
		before := c.started && e.Sequence <= c.position
		if !accepted || !before && life != o.ledger.life {
			return violation("skipped", "every event in the log is accepted by every consumer of its region",
				"%s never accepted %s at sequence %d, it began this incarnation after %d (started %t)", actor, shown.name, e.Sequence, c.position, c.started)
		}
	}
	return nil
}
