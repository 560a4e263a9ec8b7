package scenarios

import (
	"context"
	"errors"
)

// promptness holds that a call returns at the virtual instant at which its context ends,
// if not before, and with the context's error only if it has ended. Virtual time stands
// still while any task can run, so a call that returns later has waited for something else.
type promptness struct{ ended map[string]bool } // by actor: the context of the call that returned last had ended

func newPromptness() *promptness { return &promptness{ended: make(map[string]bool)} }

func (*promptness) Name() string { return "context-obeyed" }

func (o *promptness) Observe(e *Event) *Violation {
	ended := o.ended[e.Actor]
	delete(o.ended, e.Actor)
	switch e.Kind {
	case EventGaveUp:
		o.ended[e.Actor] = true
		if e.Time > e.Since {
			return violation("late", "a call returns when its context ends", "%s of %s returned at %v, its context ended at %v", e.Op, e.Actor, e.Time, e.Since)
		}
	case EventFailed, EventUnconfirmed, EventSyncFailed, EventIdle, EventCloseFailed:
		if contextError(e.Err) && !ended {
			return violation("ended for nothing", "a call fails with its context's error only once that has ended", "%s: %v", e.Actor, e.Err)
		}
	}
	return nil
}

// contextError tells that an error is that of a context which has ended.
func contextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
