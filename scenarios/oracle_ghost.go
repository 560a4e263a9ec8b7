package scenarios

// ghost holds that nothing is shown that nobody may see: nothing fenced or
// cancelled, nothing whose append failed in this incarnation of the process, or in any
// with its context before it was written, no part of a batch, and nothing above the visible frontier.
type ghost struct {
	ledger *ledger
	top    uint64 // one past the highest sequence delivered in this incarnation
}

func newGhost(l *ledger) *ghost { return &ghost{ledger: l} }

func (*ghost) Name() string { return "no-ghost" }

func (o *ghost) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventBegan:
		o.top = 0
	case EventOpened, EventDrained:
		if v := o.wholeBatches(); v != nil {
			return v
		}
	case EventFrontier:
		if o.top > e.Frontier.Visible {
			return violation("above the frontier", "deliveries stay below the visible frontier",
				"sequence %d was delivered, visible is %d", o.top-1, e.Frontier.Visible)
		}
	}
	for i := range o.ledger.shown {
		if v := o.check(e, &o.ledger.shown[i]); v != nil {
			return v
		}
	}
	return nil
}

func (o *ghost) check(e *Event, shown *entry) *Violation {
	o.top = max(o.top, shown.sequence+1)
	f := shown.fate
	if f == nil {
		return nil // no-invention's matter
	}
	if !o.ledger.allowed(f) {
		return violation("hidden", "no event of a fence is shown unless its commit was begun, or after its cancel",
			"%s of fence %s at sequence %d, to %s", shown.name, f.attempt.fence, shown.sequence, e.Actor)
	}
	if f.attempt.void {
		return violation("left behind", "an append that was given up before it was written, or refused, leaves nothing",
			"%s at sequence %d, to %s", shown.name, shown.sequence, e.Actor)
	}
	if f.attempt.failed && f.attempt.incarnation == e.Incarnation {
		return violation("failed append", "an append that failed shows nothing before the store is opened again",
			"%s at sequence %d, to %s", shown.name, shown.sequence, e.Actor)
	}
	return nil
}

// wholeBatches checks that the log holds each append wholly or not at all.
func (o *ghost) wholeBatches() *Violation {
	for i := range o.ledger.log {
		if f := o.ledger.log[i].fate; f != nil && f.copies > 1 {
			return violation("doubled", "the log holds an event once", "%s is there twice", f.name)
		}
	}
	for _, a := range o.ledger.order {
		count := 0
		for _, f := range a.fates {
			if o.ledger.present(f) {
				count++
			}
		}
		if count != 0 && count != len(a.fates) {
			return violation("part of a batch", "a batch is there wholly or not at all", "%d of %d events of append %s", count, len(a.fates), a.op)
		}
	}
	return nil
}
