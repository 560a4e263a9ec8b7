package core

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// encodeEntries appends to b the body of a frame of events, and returns where in it the
// payload of each begins.
func encodeEntries(b []byte, entries []*Entry) (_ []byte, payloads []int) {
	b = slices.Grow(b, entriesRoom(entries))
	payloads = make([]int, len(entries))
	for i, e := range entries {
		b = e.appendHead(b)
		payloads[i] = len(b)
		b = append(b, e.Payload...)
	}
	return b, payloads
}

const entryFields = 9

// appendHead appends the encoding of e up to the bytes of its payload.
func (e *Entry) appendHead(b []byte) []byte {
	b = msgp.AppendArrayHeader(b, entryFields)
	b = msgp.AppendString(b, e.Coordinate.Entity())
	b = msgp.AppendString(b, e.Coordinate.Scope())
	b = msgp.AppendUint16(b, uint16(e.Kind))
	b = msgp.AppendUint32(b, e.Lane)
	b = msgp.AppendUint32(b, e.Clock)
	b = msgp.AppendInt64(b, e.Time.UnixMilli())
	b = msgp.AppendBytes(b, e.Hash[:])
	b = msgp.AppendString(b, e.Key)
	return msgp.AppendBytesHeader(b, uint32(len(e.Payload)))
}

// entriesRoom is what the encoding of entries takes at most.
func entriesRoom(entries []*Entry) int {
	const fixed = 80 // more than the hash, the integers, and all lengths
	room := fixed * len(entries)
	for _, e := range entries {
		room += len(e.Coordinate.Entity()) + len(e.Coordinate.Scope()) + len(e.Key) + len(e.Payload)
	}
	return room
}

// entries decodes the events of f, whose payloads are parts of its body, and returns
// where each of those begins. It takes no other encoding than that of encodeEntries.
// Their coordinates are of known, or join it.
func (f *frame) entries(known coordinates) ([]*Entry, []int, error) {
	if f.kind != frameEvents {
		return nil, nil, nil
	}
	if f.count == 0 || f.count > MaxBatchEvents {
		return nil, nil, fmt.Errorf("%d events in a frame, want 1 to %d", f.count, MaxBatchEvents)
	}
	list := make([]Entry, f.count)
	entries, payloads := make([]*Entry, f.count), make([]int, f.count)
	rest := f.body
	for i := range list {
		e := &list[i]
		left, err := e.decode(rest, known)
		if err != nil {
			return nil, nil, fmt.Errorf("event %d of %d: %w", i+1, f.count, err)
		}
		e.Sequence = f.first + uint64(i)
		entries[i], payloads[i] = e, len(f.body)-len(left)-len(e.Payload)
		if !e.isShortest(rest[:len(rest)-len(left)]) {
			return nil, nil, fmt.Errorf("event %d of %d is in an encoding that is not the shortest", i+1, f.count)
		}
		rest = left
	}
	if len(rest) > 0 {
		return nil, nil, fmt.Errorf("%d bytes after the last event", len(rest))
	}
	return entries, payloads, nil
}

// isShortest reports whether b, from which e was decoded, is what encodeEntries makes
// of it. Its payload is the end of b.
func (e *Entry) isShortest(b []byte) bool {
	var room [512]byte
	return bytes.Equal(e.appendHead(room[:0]), b[:len(b)-len(e.Payload)])
}

// coordinates are those that were decoded: each was validated once, and its names are
// held once.
type coordinates map[Coordinate]Coordinate

// of returns the coordinate of these names.
func (c coordinates) of(entity, scope []byte) (Coordinate, error) {
	if known, ok := c[Coordinate{string(entity), string(scope)}]; ok {
		return known, nil
	}
	made, err := NewCoordinate(string(entity), string(scope))
	if err == nil {
		c[made] = made
	}
	return made, err
}

// decode sets all of e but its sequence from the start of b, and returns the rest.
func (e *Entry) decode(b []byte, known coordinates) ([]byte, error) {
	fields, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return nil, err
	}
	if fields != entryFields {
		return nil, fmt.Errorf("%d fields, want %d", fields, entryFields)
	}
	entity, b, err := msgp.ReadStringZC(b)
	if err != nil {
		return nil, fmt.Errorf("entity: %w", err)
	}
	scope, b, err := msgp.ReadStringZC(b)
	if err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	kind, b, errKind := msgp.ReadUint16Bytes(b)
	lane, b, errLane := msgp.ReadUint32Bytes(b)
	clock, b, errClock := msgp.ReadUint32Bytes(b)
	milli, b, errTime := msgp.ReadInt64Bytes(b)
	if err := errors.Join(errKind, errLane, errClock, errTime); err != nil {
		return nil, err
	}
	hash, b, err := msgp.ReadBytesZC(b)
	switch {
	case err != nil:
		return nil, fmt.Errorf("hash: %w", err)
	case len(hash) != len(EventHash{}):
		return nil, fmt.Errorf("hash of %d bytes, want %d", len(hash), len(EventHash{}))
	}
	key, b, err := msgp.ReadStringBytes(b)
	switch {
	case err != nil:
		return nil, fmt.Errorf("key: %w", err)
	case len(key) > MaxKey:
		return nil, fmt.Errorf("key of %d bytes, at most %d", len(key), MaxKey)
	}
	payload, b, err := msgp.ReadBytesZC(b)
	switch {
	case err != nil:
		return nil, fmt.Errorf("payload: %w", err)
	case len(payload) > MaxPayload:
		return nil, fmt.Errorf("payload of %d bytes, at most %d", len(payload), MaxPayload)
	}
	coordinate, err := known.of(entity, scope)
	if err != nil {
		return nil, err
	}
	*e = Entry{
		Coordinate: coordinate, Kind: Kind(kind), Lane: lane, Clock: clock,
		Time: time.UnixMilli(milli).UTC(), Payload: payload, Hash: EventHash(hash), Key: key,
	}
	return b, nil
}
