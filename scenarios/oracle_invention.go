package scenarios

import (
	"bytes"
	"maps"

	"github.com/batpak/batpak-sim/core"
)

// invention holds that everything shown was appended, with those bytes, and that
// an event keeps its sequence for ever.
type invention struct {
	ledger *ledger
	seen   map[*fate]uint64  // the sequence under which an event was first shown
	told   map[string]uint64 // in this incarnation, by append: the first sequence that its caller was told
}

func newInvention(l *ledger) *invention {
	return &invention{ledger: l, seen: make(map[*fate]uint64), told: make(map[string]uint64)}
}

func (*invention) Name() string { return "no-invention" }

func (o *invention) Observe(e *Event) *Violation {
	if e.Kind == EventOpened && o.ledger.liedLog {
		o.forgetLost()
	}
	switch e.Kind {
	case EventBegan:
		clear(o.told)
	case EventAcked, EventUnconfirmed:
		if first, known := o.told[e.Op]; known && first != e.First {
			return violation("appended again", "an append that is tried again under its keys is where it was",
				"%s is at sequence %d, was told to be at %d", e.Op, e.First, first)
		}
		o.told[e.Op] = e.First
	}
	for i := range e.Entries {
		if v := o.check(&e.Entries[i], &o.ledger.shown[i]); v != nil {
			return v
		}
	}
	return nil
}

// forgetLost forgets what the log lost legally: tried again, it gets another sequence.
func (o *invention) forgetLost() {
	maps.DeleteFunc(o.seen, func(f *fate, _ uint64) bool { return !o.ledger.present(f) })
}

func (o *invention) check(entry *core.Entry, shown *entry) *Violation {
	n, f := shown.name, shown.fate
	if f == nil {
		return violation("never appended", "only appended events are shown", "sequence %d with payload %q", entry.Sequence, n)
	}
	want := &f.event
	if !bytes.Equal(want.Payload, entry.Payload) || want.Coordinate != entry.Coordinate || want.Kind != entry.Kind || want.Lane != entry.Lane {
		return violation("changed", "an event is shown as it was appended",
			"%s was %v %v lane %d, %d bytes; shown as %v %v lane %d, %d bytes", n,
			want.Coordinate, want.Kind, want.Lane, len(want.Payload), entry.Coordinate, entry.Kind, entry.Lane, len(entry.Payload))
	}
	had, known := o.seen[f]
	if !known {
		had = entry.Sequence
		if assigned, placed := f.assigned(); placed {
			had = assigned
		}
		o.seen[f] = had
	}
	if had != entry.Sequence {
		return violation("renumbered", "an event keeps its sequence", "%s had sequence %d and is shown at %d", n, had, entry.Sequence)
	}
	return nil
}
