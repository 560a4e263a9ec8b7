package scenarios

import (
	"slices"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// post appends an operation's events. Where producers try again, the events carry
// their names as keys, and the operation goes into the producer's outbox first: that
// outlives the process, as a table of the application's would.
func (n *incarnation) post(actor string, o *op) error {
	if !n.shape.retries {
		return n.append(actor, o.name, "", o.events, n.store.AppendBatch)
	}
	o.events = keyed(o.events)
	n.outbox[actor] = append(n.outbox[actor], o)
	err := n.deliver(actor, o)
	if err != nil && !takesNoMore(err) {
		err = n.deliver(actor, o)
	}
	return err
}

// keyed returns events with their names as keys.
func keyed(events []core.Event) []core.Event {
	events = slices.Clone(events)
	for i := range events {
		events[i].Key = name(events[i].Payload)
	}
	return events
}

// retry appends again what the outbox holds: all that was not acknowledged, and now
// and then what was. It reports whether the store goes on taking appends.
func (n *incarnation) retry(actor string, outbox []*op) bool {
	for _, o := range outbox {
		if o.acked && !sim.Chance(n.src, labelWorkload, 1, 4) {
			continue
		}
		if err := n.deliver(actor, o); takesNoMore(err) {
			return false
		}
	}
	return true
}

func (n *incarnation) deliver(actor string, o *op) error {
	err := n.append(actor, o.name, "", o.events, n.store.AppendBatch)
	o.acked = o.acked || err == nil
	return err
}
