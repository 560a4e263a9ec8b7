package scenarios

import (
	"errors"

	"github.com/batpak/batpak-sim/core"
)

// failClosed holds that what is damaged or foreign is refused with a typed error,
// and that nothing else is: a refusal needs a cause, and every cause a refusal.
type failClosed struct {
	ledger    *ledger
	planted   map[string]error       // by consumer: how its checkpoint must be refused
	removed   map[string]bool        // by consumer: the removal of the planted file was begun
	saved     map[string]core.Region // by consumer: the region its checkpoint may be of
	contended map[string]bool        // by consumer: in this incarnation another has tried to open its checkpoint, or its removal was given up
	fences    fencing
}

func newFailClosed(l *ledger) *failClosed {
	return &failClosed{ledger: l, planted: make(map[string]error), removed: make(map[string]bool), saved: make(map[string]core.Region), contended: make(map[string]bool), fences: newFencing()}
}

func (*failClosed) Name() string { return "fail-closed" }

func (o *failClosed) Observe(e *Event) *Violation {
	o.fences.observe(e)
	switch e.Kind {
	case EventBegan:
		clear(o.contended)
	case EventContending:
		o.contended[e.Actor] = true
	case EventGaveUp:
		if e.Op == callForget { // it may go on
			o.contended[e.Actor] = true
		}
	case EventPlanted:
		o.planted[e.Actor] = e.Err
		delete(o.removed, e.Actor)
	case EventForgetting:
		o.removed[e.Actor] = true
		delete(o.saved, e.Actor)
	case EventForgotten, EventSaved:
		delete(o.planted, e.Actor)
	case EventAccepted:
		o.saved[e.Actor] = o.ledger.consumer(e.Actor).region
	case EventOpenFailed:
		return o.openFailed(e)
	case EventFailed, EventFenceless, EventSyncFailed, EventDropped:
		return o.writeFailed(e)
	case EventCloseFailed:
		return o.closeFailed(e)
	case EventRefused:
		return o.refused(e)
	case EventResumed:
		if want := o.planted[e.Actor]; want != nil && !o.removed[e.Actor] && !o.ledger.lied {
			return violation("foreign file accepted", "a damaged or foreign checkpoint is refused", "%s was opened, due was: %v", e.Actor, want)
		}
	}
	return nil
}

func (o *failClosed) openFailed(e *Event) *Violation {
	switch {
	case errors.Is(e.Err, core.ErrJournalCorrupt), errors.Is(e.Err, core.ErrJournalFuture):
		if !o.ledger.liedLog {
			return violation("journal refused", "an honest disk never makes a journal unreadable", "%v", e.Err)
		}
	case !o.ledger.struck:
		return violation("open failed", "opening fails only for a refusal or a fault of the disk", "%v", e.Err)
	}
	return nil
}

// writeFailed checks that what the engine does not write has a reason.
func (o *failClosed) writeFailed(e *Event) *Violation {
	if e.Err == nil {
		return nil
	}
	switch {
	case errors.Is(e.Err, core.ErrFenceActive):
		if !o.fences.refuses(e.Actor) {
			return violation("refused for no fence", "an append, or another fence, is refused for a fence only while that is open", "%s: %v", e.Actor, e.Err)
		}
	case !errors.Is(e.Err, core.ErrClosed) && !o.ledger.struck && !contextError(e.Err):
		return violation("write failed", "an append, sync or drop fails only for a fence, a closed store, a context, or a fault of the disk", "%s: %v", e.Actor, e.Err)
	}
	return nil
}

func (o *failClosed) closeFailed(e *Event) *Violation {
	if !o.ledger.struck {
		return violation("close failed", "closing a store that nobody has closed fails only for a fault of the disk", "%v", e.Err)
	}
	return nil
}

func (o *failClosed) refused(e *Event) *Violation {
	if want, planted := o.planted[e.Actor]; planted && isRefusal(e.Err) {
		if (want == nil || !errors.Is(e.Err, want)) && !o.ledger.lied {
			return violation("wrong refusal", "a refusal says what is wrong", "%s got %v, due was: %v", e.Actor, e.Err, want)
		}
		return nil
	}
	switch {
	case errors.Is(e.Err, core.ErrCheckpointLeased):
		if !o.contended[e.Actor] {
			return violation("own lease refused", "a checkpoint is in use only while another uses it", "%s: %v", e.Actor, e.Err)
		}
	case errors.Is(e.Err, core.ErrRegionMismatch):
		if o.saved[e.Actor] == e.Region && !o.ledger.lied {
			return violation("own region refused", "a checkpoint opens under the region it was saved for", "%s: %v", e.Actor, e.Err)
		}
	case isRefusal(e.Err):
		if !o.ledger.lied {
			return violation("checkpoint refused", "an honest disk never makes a checkpoint unusable", "%s: %v", e.Actor, e.Err)
		}
	case !o.ledger.struck:
		return violation("cursor failed", "a cursor is refused only for its checkpoint or a fault of the disk", "%s: %v", e.Actor, e.Err)
	}
	return nil
}

// isRefusal reports whether err is the engine's typed refusal of a checkpoint.
func isRefusal(err error) bool {
	for _, refusal := range []error{
		core.ErrCheckpointCorrupt, core.ErrCheckpointFuture, core.ErrCheckpointUnproven,
		core.ErrRegionMismatch, core.ErrLineageMismatch, core.ErrIDMismatch,
	} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
