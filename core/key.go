package core

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/zeebo/blake3"
)

const (
	// MaxKey bounds Event.Key, in bytes.
	MaxKey = 256

	keyWindowDefault = 1 << 20
)

// keys knows the keys of the newest events, so that an append that is tried again
// is told from a new one. It belongs to whoever appends. Keys of events that came to
// nothing in a cancelled fence are known too: who asks looks whether they are hidden.
type keys struct {
	window uint64 // how many of the newest sequences are known
	known  map[string]keyed
	order  []keyed // by sequence, those that left the window among the first
	left   int     // how many did
}

// keyed is an event with a key.
type keyed struct {
	key      string
	sequence uint64
	content  EventHash
	end      int64 // log offset where its frame ends
}

func newKeys(window uint64) *keys { return &keys{window: window, known: make(map[string]keyed)} }

// keyedOf returns those of entries that have a key. Their frame ends at a log offset.
func keyedOf(entries []*Entry, end int64) []keyed {
	var items []keyed
	for _, e := range entries {
		if e.Key != "" {
			items = append(items, keyed{key: e.Key, sequence: e.Sequence, content: e.event().content(), end: end})
		}
	}
	return items
}

// add takes in the events with a key that were appended before the sequence next.
func (k *keys) add(items []keyed, next uint64) {
	for _, item := range items {
		k.known[item.key] = item
		k.order = append(k.order, item)
	}
	k.forget(next)
}

// between returns, ascending, those with sequences in [first, next) that are in the
// window.
func (k *keys) between(first, next uint64) []keyed {
	known := k.order[k.left:]
	return known[fromSequence(known, first):fromSequence(known, next)]
}

// fromSequence is the place in items, which ascend, of the first that is not below a
// sequence.
func fromSequence(items []keyed, sequence uint64) int {
	at, _ := slices.BinarySearchFunc(items, sequence, func(item keyed, sequence uint64) int { return cmp.Compare(item.sequence, sequence) })
	return at
}

// inWindow returns items, which ascend, without those that have left the window which
// ends before next, once these are the larger part.
func inWindow(items []keyed, window, next uint64) []keyed {
	if next <= window {
		return items
	}
	left := fromSequence(items, next-window)
	if left <= len(items)/2 {
		return items
	}
	return slices.Clone(items[left:])
}

// forget drops what is no more in the window that ends before next.
func (k *keys) forget(next uint64) {
	for ; k.left < len(k.order) && k.order[k.left].sequence+k.window < next; k.left++ {
		old := k.order[k.left]
		k.order[k.left] = keyed{}
		if k.known[old.key].sequence == old.sequence {
			delete(k.known, old.key)
		}
	}
	if k.left > len(k.order)/2 {
		k.order = append([]keyed(nil), k.order[k.left:]...)
		k.left = 0
	}
}

// oldest returns the lowest sequence of an event whose key may be known, if there is one.
func (k *keys) oldest() (uint64, bool) {
	if k.left == len(k.order) {
		return 0, false
	}
	return k.order[k.left].sequence, true
}

// find tells whether events were appended before, as a whole, and then where.
// Hidden are the events that came to nothing.
func (k *keys) find(events []Event, hidden func(sequence uint64) bool) (receipt Receipt, end int64, found bool, err error) {
	if events[0].Key == "" {
		return Receipt{}, 0, false, nil
	}
	var first keyed
	repeated := 0
	for i, e := range events {
		item, ok := k.known[e.Key]
		if !ok || hidden(item.sequence) {
			continue
		}
		if item.content != e.content() {
			return Receipt{}, 0, false, fmt.Errorf("%w: %q was appended with other content, at sequence %d", ErrKeyConflict, e.Key, item.sequence)
		}
		if i == 0 {
			first = item
		}
		if item.sequence != first.sequence+uint64(i) || item.end != first.end {
			return Receipt{}, 0, false, fmt.Errorf("%w: %q was appended in another batch, at sequence %d", ErrKeyConflict, e.Key, item.sequence)
		}
		repeated++
	}
	switch repeated {
	case 0:
		return Receipt{}, 0, false, nil
	case len(events):
		return Receipt{First: first.sequence, Count: uint64(len(events)), Duplicate: true}, first.end, true, nil
	}
	return Receipt{}, 0, false, fmt.Errorf("%w: %d of the batch's %d keys were appended before", ErrKeyConflict, repeated, len(events))
}

// validateKeys reports the first fault in how a batch uses keys.
func validateKeys(events []Event) error {
	seen := make(map[string]bool)
	for i := range events {
		e := &events[i]
		switch {
		case len(e.Key) > MaxKey:
			return fmt.Errorf("%w: key of event %d of %d has %d bytes, at most %d", ErrTooLarge, i+1, len(events), len(e.Key), MaxKey)
		case (e.Key == "") != (events[0].Key == ""):
			return fmt.Errorf("%w: event %d of %d; in a batch all events have a key or none", ErrKeysMixed, i+1, len(events))
		case e.Key != "" && seen[e.Key]:
			return fmt.Errorf("%w: %q stands twice in one batch", ErrKeyConflict, e.Key)
		}
		seen[e.Key] = true
	}
	return nil
}

// event returns what the caller appended as e.
func (e *Entry) event() Event {
	return Event{Coordinate: e.Coordinate, Kind: e.Kind, Lane: e.Lane, Payload: e.Payload, Key: e.Key}
}

// content is BLAKE3-256 over all that the caller says of an event but its key, each
// part of fixed width or preceded by its length.
func (e Event) content() EventHash {
	var room [preimageRoom]byte
	b := binary.BigEndian.AppendUint16(room[:0], uint16(e.Kind))
	b = binary.BigEndian.AppendUint32(b, e.Lane)
	for _, part := range []string{e.Coordinate.Entity(), e.Coordinate.Scope()} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return blake3.Sum256(append(b, e.Payload...))
}
