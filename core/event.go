package core

import (
	"fmt"
	"time"
)

// Bounds on what one append may carry. They hold when reading too: nothing is
// allocated on the word of a length field beyond them.
const (
	MaxPayload     = 1 << 20 // bytes in one event's payload
	MaxBatchEvents = 256     // events in one AppendBatch
	MaxBatchBytes  = 4 << 20 // encoded bytes of one AppendBatch
)

// Event is what a caller appends.
type Event struct {
	Coordinate Coordinate
	Kind       Kind
	Lane       uint32 // a branch label within the one commit order
	Payload    []byte // at most MaxPayload bytes; the engine keeps no reference

	// Key tells an append that is tried again from a new one; at most MaxKey bytes,
	// empty = none. While the event is within Config.KeyWindow, appending it again
	// under its key appends nothing and returns its first receipt.
	Key string
}

// validate reports the first fault of an event that a user hands in.
func (e *Event) validate() error {
	if e.Coordinate == (Coordinate{}) { // all others have passed NewCoordinate
		return e.Coordinate.Validate()
	}
	if e.Kind.Reserved() {
		return fmt.Errorf("%w: %v", ErrReservedKind, e.Kind)
	}
	if len(e.Payload) > MaxPayload {
		return fmt.Errorf("%w: payload of %d bytes, at most %d", ErrTooLarge, len(e.Payload), MaxPayload)
	}
	return nil
}

// Entry is an event in the log.
type Entry struct {
	Sequence   uint64 // place in the one commit order; never assigned twice to visible events
	Coordinate Coordinate
	Kind       Kind
	Lane       uint32
	Clock      uint32    // counts the events of this entity on this lane, from 0
	Time       time.Time // wall clock at append, in whole milliseconds, UTC
	Payload    []byte
	Key        string    // as it was appended; empty = none
	Hash       EventHash // links it to the event before it of this entity on this lane
}
