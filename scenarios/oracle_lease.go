package scenarios

// lease holds that a checkpoint id has one owner at a time: while somebody else holds
// the cursor of an id, no consumer opens one.
type lease struct{ others map[string]bool } // by consumer: another holds its checkpoint

func newLease() *lease { return &lease{others: make(map[string]bool)} }

func (*lease) Name() string { return "single-owner" }

func (o *lease) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventBegan:
		clear(o.others)
	case EventContended:
		o.others[e.Actor] = e.Err == nil
	case EventReleased:
		delete(o.others, e.Actor)
	case EventResumed:
		if o.others[e.Actor] {
			return violation("two owners", "a checkpoint id has one owner at a time", "%s opened its checkpoint while another held it", e.Actor)
		}
	}
	return nil
}
