package scenarios

// punctuality holds that a pull that gets nothing returns at the virtual instant of its
// deadline, whatever the wall clock says, and no pull later. Virtual time stands still while
// any task can run, so one that returns before has not waited, and one that returns after has
// waited for something else.
type punctuality struct{}

func (punctuality) Name() string { return "deadline-kept" }

func (punctuality) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventIdle, EventDelivered, EventUnread:
	default:
		return nil
	}
	switch {
	case e.Due == 0: // it was no pull
	case e.Time > e.Due:
		return violation("late", "a pull returns at its deadline at the latest", "%s: %s at %v, due at %v", e.Actor, e.Kind, e.Time, e.Due)
	case e.Kind == EventIdle && e.Err == nil && e.Time < e.Due:
		return violation("early", "a pull waits for an event until its deadline", "%s got nothing at %v, due at %v", e.Actor, e.Time, e.Due)
	}
	return nil
}
