package scenarios

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
	if v := o.nothingLost(); v != nil {
		return v
	}
	return o.prefix()
}

func (o *durability) nothingLost() *Violation {
	if o.ledger.liedLog {
		return nil
	}
	for _, a := range o.ledger.order {
		for _, f := range a.fates {
			switch {
			case o.ledger.present(f) || o.ledger.dropped(f) || !o.ledger.allowed(f):
			case a.durable:
				return violation("acknowledged event lost", "an append acknowledged as durable survives every crash",
					"%s of append %s, first sequence %d, is not in the log", f.name, a.op, a.first)
			case f.delivered:
				return violation("delivered event lost", "what a reader has seen stays in the log", "%s of append %s is not in the log", f.name, a.op)
			}
		}
	}
	return nil
}

// prefix checks that no append whose place is known is missing below one that is there,
// both of the same incarnation and outside a fence.
func (o *durability) prefix() *Violation {
	top := make(map[int]uint64) // by incarnation: the highest sequence that survives
	for i := range o.ledger.log {
		if f := o.ledger.log[i].fate; f != nil {
			top[f.attempt.incarnation] = max(top[f.attempt.incarnation], o.ledger.log[i].sequence)
		}
	}
	for _, a := range o.ledger.order {
		if a.placed && a.fence == "" && a.first >= o.ledger.first && a.first < top[a.incarnation] && !o.ledger.present(a.fates[0]) {
			return violation("not a prefix", "what survives is a prefix of the append order",
				"append %s at sequence %d is missing, sequence %d of the same incarnation is there", a.op, a.first, top[a.incarnation])
		}
	}
	return nil
}
