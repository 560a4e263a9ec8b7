package scenarios

// retention holds that what was dropped was asked for, that nobody who still needed it
// loses it, and that it never comes back. A disk that drops syncs voids the last.
type retention struct {
	ledger *ledger
	first  uint64                // below it all was dropped, as was last told
	asked  uint64                // ... may have been, by a drop whose end was not told
	saved  map[string]bool       // by consumer: it has a checkpoint
	passed map[string]*retaining // by consumer: how far its cursor has got
}

// retaining is a cursor that is open.
type retaining struct {
	next  uint64 // the lowest sequence it has not handed out
	loose bool   // where it began is not known: a drop was under way
}

func newRetention(l *ledger) *retention {
	return &retention{ledger: l, saved: make(map[string]bool), passed: make(map[string]*retaining)}
}

func (*retention) Name() string { return "retention" }

func (o *retention) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventBegan:
		clear(o.passed)
	case EventOpened:
		return o.opened(e)
	case EventDropping:
		o.asked = max(o.asked, e.First)
	case EventDropped:
		return o.dropped(e)
	case EventSaved:
		o.saved[e.Actor] = true
	case EventForgetting, EventPlanted:
		delete(o.saved, e.Actor)
	case EventResumed:
		return o.resumed(e)
	case EventDelivered:
		return o.delivered(e)
	case EventDeclined:
		delete(o.passed, e.Actor) // it comes again, or the cursor is gone: the order is another oracle's
	}
	return nil
}

// opened checks where the log begins after a crash.
func (o *retention) opened(e *Event) *Violation {
	if v := o.moved(e.First); v != nil {
		return v
	}
	o.asked = e.First
	if len(e.Entries) > 0 && e.Entries[0].Sequence < e.First {
		return violation("dropped and shown", "what was dropped is shown to nobody",
			"sequence %d, the log begins at %d", e.Entries[0].Sequence, e.First)
	}
	return nil
}

// moved takes in where the log begins now.
func (o *retention) moved(first uint64) *Violation {
	switch {
	case first < o.first && !o.ledger.lied:
		return violation("came back", "what was dropped stays dropped", "the log begins at sequence %d, after %d", first, o.first)
	case first > o.asked:
		return violation("not asked for", "only what was asked for is dropped", "the log begins at sequence %d, up to %d might be dropped", first, o.asked)
	}
	o.first = first
	return nil
}

func (o *retention) dropped(e *Event) *Violation {
	before := o.first
	if v := o.moved(e.First); v != nil {
		return v
	}
	if e.Err != nil {
		o.first = before // a crash may bring it back
	}
	for _, actor := range sortedKeys(o.saved) {
		if last := o.ledger.consumer(actor).last.sequence; last < e.First && !o.ledger.lied {
			return violation("beneath a checkpoint", "the event that a checkpoint stands on stays, and all after it",
				"%s has accepted nothing beyond sequence %d, the log begins at %d", actor, last, e.First)
		}
	}
	return nil
}

func (o *retention) resumed(e *Event) *Violation {
	c := &retaining{next: o.first, loose: o.ledger.dropping}
	if e.Started {
		c.next, c.loose = e.Position+1, false
	}
	o.passed[e.Actor] = c
	if e.Started && e.Position < o.first {
		return violation("checkpoint without its event", "the event that a checkpoint stands on stays, and all after it",
			"%s resumes at sequence %d, the log begins at %d", e.Actor, e.Position, o.first)
	}
	return nil
}

// delivered checks that nothing of what a cursor passes over was taken from it.
func (o *retention) delivered(e *Event) *Violation {
	c := o.passed[e.Actor]
	if c == nil {
		return nil
	}
	from, to := c.next, e.Entries[0].Sequence
	loose := c.loose
	c.next, c.loose = e.Entries[len(e.Entries)-1].Sequence+1, false
	if loose || from >= o.first {
		return nil
	}
	for _, f := range o.ledger.between(from, min(to, o.first)) {
		if o.matches(e.Actor, f) {
			return violation("beneath a cursor", "what an open cursor has still to hand out stays",
				"%s at sequence %d was dropped before %s got it", f.name, f.sequence, e.Actor)
		}
	}
	return nil
}

// matches reports whether the event is surely one that the consumer gets.
func (o *retention) matches(actor string, f *fate) bool {
	c := o.ledger.consumer(actor)
	if _, limited := c.region.Clock(); limited {
		return false // the clock of an event is the engine's: the ledger cannot tell
	}
	_, visible := o.ledger.visible(f)
	return visible && c.region.Matches(f.event.Coordinate, f.event.Kind, f.event.Lane, 0)
}

// between returns the events that have a sequence in [from, to).
func (l *ledger) between(from, to uint64) []*fate {
	var between []*fate
	for _, a := range l.order {
		for _, f := range a.fates {
			if f.known && f.sequence >= from && f.sequence < to {
				between = append(between, f)
			}
		}
	}
	return between
}
