package scenarios

// order holds that a consumer's deliveries strictly ascend, from where its cursor
// began, that what it declined comes again first, and that a poll that fails does not
// move the cursor.
type order struct {
	ledger  *ledger
	streams map[string]*stream
}

// stream is one consumer's deliveries since its cursor was opened.
type stream struct {
	next     uint64 // the lowest sequence that may come
	before   uint64 // next, before the last delivery
	first    uint64 // the first sequence of the last delivery
	declined bool   // it was declined: it comes again
}

func newOrder(l *ledger) *order { return &order{ledger: l, streams: make(map[string]*stream)} }

func (*order) Name() string { return "order" }

func (o *order) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventBegan:
		clear(o.streams)
	case EventResumed:
		o.resume(e)
	case EventDeclined:
		s := o.of(e.Actor)
		s.declined, s.next = true, s.before
	case EventUnread:
		return o.unread(e)
	case EventDelivered:
		return o.deliver(e)
	}
	return nil
}

func (o *order) of(actor string) *stream {
	if o.streams[actor] == nil {
		o.streams[actor] = &stream{}
	}
	return o.streams[actor]
}

func (o *order) resume(e *Event) {
	s := o.of(e.Actor)
	s.declined = s.declined && s.first >= o.ledger.first // what nobody had kept may be dropped
	s.next = 0
	if e.Started {
		s.next = e.Position + 1
	}
}

func (o *order) unread(e *Event) *Violation {
	if s := o.of(e.Actor); e.First != s.next {
		return violation("moved by a failed poll", "a poll that fails leaves the cursor where it stands",
			"%s stood before sequence %d, and before %d after a poll that failed: %v", e.Actor, s.next, e.First, e.Err)
	}
	return nil
}

func (o *order) deliver(e *Event) *Violation {
	s := o.of(e.Actor)
	if first := e.Entries[0].Sequence; s.declined && first > s.first {
		return violation("declined batch not repeated", "a batch that was declined comes again before any later event",
			"%s declined from sequence %d and was handed %d next", e.Actor, s.first, first)
	}
	s.before, s.first, s.declined = s.next, e.Entries[0].Sequence, false
	for _, entry := range e.Entries {
		if entry.Sequence < s.next {
			return violation("not ascending", "deliveries to a cursor strictly ascend",
				"%s was handed sequence %d where at least %d was due", e.Actor, entry.Sequence, s.next)
		}
		s.next = entry.Sequence + 1
	}
	return nil
}
