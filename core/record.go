package core

import "time"

// record is what stays in memory of an entry: all but its payload, which it says
// how to find.
type record struct {
	Sequence   uint64
	Coordinate Coordinate
	Kind       Kind
	Lane       uint32
	Clock      uint32
	Time       time.Time
	Hash       EventHash
	Key        string
	payload    payload
}

// payload is where the payload of an event is, and what it must be.
type payload struct {
	offset int64 // log offset
	size   uint32
	crc    uint32 // CRC-32C
}

func (p payload) end() int64 { return p.offset + int64(p.size) }

// entry returns the entry of r with the payload that was read for it.
func (r *record) entry(payload []byte) Entry {
	return Entry{
		Sequence: r.Sequence, Coordinate: r.Coordinate, Kind: r.Kind, Lane: r.Lane, Clock: r.Clock,
		Time: r.Time, Hash: r.Hash, Key: r.Key, Payload: payload,
	}
}

// recordsOf returns the records of entries whose payloads are in the body of a frame,
// at those places, that stands at a log offset.
func recordsOf(entries []*Entry, places []int, frame int64) []*record {
	list := make([]record, len(entries))
	pointers := make([]*record, len(entries))
	for i, e := range entries {
		list[i] = record{
			Sequence: e.Sequence, Coordinate: e.Coordinate, Kind: e.Kind, Lane: e.Lane, Clock: e.Clock,
			Time: e.Time, Hash: e.Hash, Key: e.Key,
			payload: payload{
				offset: frame + frameHeaderSize + int64(places[i]),
				size:   uint32(len(e.Payload)),
				crc:    checksum(e.Payload),
			},
		}
		pointers[i] = &list[i]
	}
	return pointers
}
