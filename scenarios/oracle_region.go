package scenarios

import "github.com/batpak/batpak-sim/core"

// regionBinding holds that a checkpoint opens only under the region it was saved
// for, and that no two regions share an identity.
type regionBinding struct {
	ledger     *ledger
	saved      map[string]core.Region // by consumer
	identities map[string]core.Region
}

func newRegionBinding(l *ledger) *regionBinding {
	return &regionBinding{ledger: l, saved: make(map[string]core.Region), identities: make(map[string]core.Region)}
}

func (*regionBinding) Name() string { return "region-binding" }

func (o *regionBinding) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventSaved:
		o.saved[e.Actor] = o.ledger.consumer(e.Actor).region
	case EventForgetting, EventPlanted:
		delete(o.saved, e.Actor)
	case EventResumed:
		return o.resume(e)
	case EventTrespassed:
		if saved, known := o.saved[e.Actor]; known && e.Err == nil && saved != e.Region && !o.ledger.lied {
			return violation("opened for another region", "a checkpoint opens only under the region it was saved for",
				"%s was saved for %s and opened for %s", e.Actor, saved.Identity(), e.Region.Identity())
		}
	}
	return nil
}

func (o *regionBinding) resume(e *Event) *Violation {
	identity := e.Region.Identity()
	if other, known := o.identities[identity]; known && other != e.Region {
		return violation("shared identity", "two regions never share an identity", "%s names two regions", identity)
	}
	o.identities[identity] = e.Region
	if saved, known := o.saved[e.Actor]; known && saved != e.Region && !o.ledger.lied {
		return violation("opened for another region", "a checkpoint opens only under the region it was saved for",
			"%s was saved for %s and opened for %s", e.Actor, saved.Identity(), identity)
	}
	return nil
}
