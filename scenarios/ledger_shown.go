package scenarios

import (
	"cmp"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// entry is an entry of the log as the ledger knows it.
type entry struct {
	name     string // of its payload
	sequence uint64
	fate     *fate // nil = nothing of that name was ever handed to an append
}

func (e entry) compare(sequence uint64) int { return cmp.Compare(e.sequence, sequence) }

// entries looks up what was shown.
func (l *ledger) entries(shown []core.Entry) []entry {
	if len(shown) == 0 {
		return nil
	}
	entries := make([]entry, len(shown))
	for i := range shown {
		e := &entries[i]
		e.sequence, e.fate = shown[i].Sequence, l.fates[string(nameBytes(shown[i].Payload))]
		if e.fate != nil {
			e.name = e.fate.name
		} else {
			e.name = name(shown[i].Payload)
		}
	}
	return entries
}

// see notes that what the event at hand shows was shown to someone.
func (l *ledger) see(at time.Duration) {
	for i := range l.shown {
		if f := l.shown[i].fate; f != nil {
			f.delivered = true
			f.at(l.shown[i].sequence)
			l.show(f, at)
		}
	}
}

// at notes the sequence of an event.
func (f *fate) at(sequence uint64) { f.known, f.sequence = true, sequence }

// dropped reports whether the event may be gone because retention dropped it.
func (l *ledger) dropped(f *fate) bool { return f.known && f.sequence < l.first }

// list notes that the event at hand shows the whole log.
func (l *ledger) list() {
	l.log = l.shown
	l.listings++
	for i := range l.shown {
		f := l.shown[i].fate
		switch {
		case f == nil:
		case f.listing == l.listings:
			f.copies++
		default:
			f.listing, f.copies = l.listings, 1
		}
	}
}

// present reports whether the event was in the log when all of it was last shown.
func (l *ledger) present(f *fate) bool { return l.listings > 0 && f.listing == l.listings }

// show notes that the event is visible in this incarnation.
func (l *ledger) show(f *fate, at time.Duration) {
	if f.life != l.life {
		f.life, f.since = l.life, at
	}
}

// visible reports since when the event is surely visible in this incarnation.
func (l *ledger) visible(f *fate) (since time.Duration, known bool) {
	if f == nil || f.life != l.life {
		return 0, false
	}
	return f.since, true
}
