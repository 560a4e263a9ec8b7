package scenarios

import "github.com/batpak/batpak-sim/core"

// atLeastOnce holds, once the run has drained, that every consumer has accepted
// every event of its region that is in the log: in the last incarnation if the
// event lies beyond where that one's cursor began, in any otherwise.
type atLeastOnce struct {
	ledger *ledger
	ever   map[string]map[string]bool // by consumer, by payload
	now    map[string]map[string]bool // ... in this incarnation
}

func newAtLeastOnce(l *ledger) *atLeastOnce {
	return &atLeastOnce{ledger: l, ever: make(map[string]map[string]bool), now: make(map[string]map[string]bool)}
}

func (*atLeastOnce) Name() string { return "at-least-once" }

func (o *atLeastOnce) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventBegan:
		clear(o.now)
	case EventAccepted:
		for _, entry := range o.ledger.consumer(e.Actor).delivered {
			mark(o.ever, e.Actor, name(entry.Payload))
			mark(o.now, e.Actor, name(entry.Payload))
		}
	case EventPlanted:
		for _, entry := range e.Entries {
			mark(o.ever, e.Actor, name(entry.Payload))
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

func mark(by map[string]map[string]bool, actor, payload string) {
	if by[actor] == nil {
		by[actor] = make(map[string]bool)
	}
	by[actor][payload] = true
}

func (o *atLeastOnce) drained(actor string, c *consumer, log []core.Entry) *Violation {
	if !c.resumed {
		return nil
	}
	for _, entry := range log {
		if !c.region.Matches(entry.Coordinate, entry.Kind, entry.Lane, entry.Clock) {
			continue
		}
		accepted := o.now
		if c.started && entry.Sequence <= c.position {
			accepted = o.ever
		}
		if n := name(entry.Payload); !accepted[actor][n] {
			return violation("skipped", "every event in the log is accepted by every consumer of its region",
				"%s never accepted %s at sequence %d, it began this incarnation after %d (started %t)", actor, n, entry.Sequence, c.position, c.started)
		}
	}
	return nil
}
