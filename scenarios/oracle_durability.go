package scenarios

import "github.com/batpak/batpak-sim/core"

// durability holds that what was acknowledged as durable, and what anyone has
// seen, is in the log after every crash, and that what survives of one incarnation's
// appends is a prefix of them. A disk that drops syncs of the log
// voids the first half. What was dropped is another oracle's matter.
type durability struct{ ledger *ledger }

func newDurability(l *ledger) *durability { return &durability{ledger: l} }

func (*durability) Name() string { return "acknowledged-durable" }

func (o *durability) Observe(e *Event) *Violation {
	if e.Kind != EventOpened && e.Kind != EventDrained {
		return nil
	}
	present := make(map[string]bool, len(e.Entries))
	for _, entry := range e.Entries {
		present[name(entry.Payload)] = true
	}
	if v := o.nothingLost(present); v != nil {
		return v
	}
	return o.prefix(e.Entries)
}

func (o *durability) nothingLost(present map[string]bool) *Violation {
	if o.ledger.liedLog {
		return nil
	}
	for _, a := range o.ledger.order {
		for _, n := range a.names {
			f := o.ledger.fates[n]
			switch {
			case present[n] || o.ledger.dropped(f) || !o.ledger.allowed(f):
			case a.durable:
				return violation("acknowledged event lost", "an append acknowledged as durable survives every crash",
					"%s of append %s, first sequence %d, is not in the log", n, a.op, a.first)
			case f.delivered:
				return violation("delivered event lost", "what a reader has seen stays in the log", "%s of append %s is not in the log", n, a.op)
			}
		}
	}
	return nil
}

// prefix checks that no append whose place is known is missing below one that is there,
// both of the same incarnation and outside a fence.
func (o *durability) prefix(log []core.Entry) *Violation {
	top := make(map[int]uint64) // by incarnation: the highest sequence that survives
	present := make(map[string]bool, len(log))
	for _, entry := range log {
		n := name(entry.Payload)
		present[n] = true
		if f := o.ledger.fates[n]; f != nil {
			top[f.attempt.incarnation] = max(top[f.attempt.incarnation], entry.Sequence)
		}
	}
	for _, a := range o.ledger.order {
		if a.placed && a.fence == "" && a.first >= o.ledger.first && a.first < top[a.incarnation] && !present[a.names[0]] {
			return violation("not a prefix", "what survives is a prefix of the append order",
				"append %s at sequence %d is missing, sequence %d of the same incarnation is there", a.op, a.first, top[a.incarnation])
		}
	}
	return nil
}
