package core

import (
	"slices"
	"sync"
	"sync/atomic"
)

// growing is a list that one writer appends to while any number of readers look at
// it, and neither waits for the other.
//
// What stands below the length never changes. An item is written, and room that was
// grown is stored, before the length that covers it; a reader loads the length first
// and the room after it. By the memory model, in which a load of an atomic is
// synchronised after the store it observes, the reader thus finds room of at least
// that length, and all items below it. Room that was replaced stays as it is for the
// readers that still hold it.
type growing[T any] struct {
	length atomic.Int64
	room   atomic.Pointer[[]T] // nil before the first append; len is what there is room for
}

// append adds item. Only the writer may call it.
func (g *growing[T]) append(item T) {
	n := int(g.length.Load())
	room := g.room.Load()
	if room == nil || n == len(*room) {
		room = g.grow(room)
	}
	(*room)[n] = item
	g.length.Store(int64(n + 1))
}

// grow puts larger room in place of full room, nil at first, and returns it.
func (g *growing[T]) grow(full *[]T) *[]T {
	var larger []T
	if full != nil {
		larger = *full
	}
	larger = slices.Grow(larger, 1)
	larger = larger[:cap(larger)]
	g.room.Store(&larger)
	return &larger
}

// items returns what the list holds now, which its caller must not change.
func (g *growing[T]) items() []T {
	n := g.length.Load()
	if n == 0 {
		return nil
	}
	return (*g.room.Load())[:n:n]
}

// places are the positions in the log of the entries that one value of an axis has,
// ascending.
type places struct {
	value string // of an axis of strings: the one copy that is kept of it
	growing[uint32]
}

// listed holds the places of each value of one axis that entries have.
type listed[K comparable] struct {
	values sync.Map // K to *places; its loads take no lock

	// The value that the writer asked for last, and its places: events that are
	// alike come one after the other. They belong to the writer.
	last       K
	lastPlaces *places // nil: none yet
}

// find returns the places of value, nil if no entry has it.
func (l *listed[K]) find(value K) *places {
	if p, found := l.values.Load(value); found {
		return p.(*places)
	}
	return nil
}

// of returns the places of value, none of them yet if it is new. Only the writer may
// call it.
func (l *listed[K]) of(value K) *places {
	if l.lastPlaces != nil && l.last == value {
		return l.lastPlaces
	}
	p := l.find(value)
	if p == nil {
		p = new(places)
		if text, ok := any(value).(string); ok {
			p.value = text
		}
		l.values.Store(value, p)
	}
	l.last, l.lastPlaces = value, p
	return p
}
