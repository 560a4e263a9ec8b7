package core

import (
	"encoding/binary"
	"fmt"

	"github.com/zeebo/blake3"
)

// chain knows where the events of each entity on each lane have got to. Every event
// carries the hash of itself and of the event of its entity and lane before it, so
// that none can be changed, left out or put in without all later ones telling.
// It belongs to whoever appends.
type chain map[clockKey]link

// clockKey names what one clock counts: an entity on a lane.
type clockKey struct {
	entity string
	lane   uint32
}

// link is the end of one chain; the zero value stands before the first event.
type link struct {
	clock uint32 // of the next event
	hash  EventHash
}

// join gives e, whose other fields are set, its clock and its hash, as the next of
// its chain.
func (c chain) join(e *Entry, lineage Lineage) {
	key := clockKey{e.Coordinate.Entity(), e.Lane}
	before := c[key]
	e.Clock = before.clock
	e.Hash = e.hash(lineage, before.hash)
	c[key] = link{clock: e.Clock + 1, hash: e.Hash}
}

// verify takes e in, or says why it is not the next of its chain.
func (c chain) verify(e *Entry, lineage Lineage) error {
	key := clockKey{e.Coordinate.Entity(), e.Lane}
	before := c[key]
	if e.Clock != before.clock {
		return fmt.Errorf("clock %d of %s on lane %d, want %d", e.Clock, key.entity, key.lane, before.clock)
	}
	if want := e.hash(lineage, before.hash); e.Hash != want {
		return fmt.Errorf("hash %v of %s on lane %d at clock %d, computed %v", e.Hash, key.entity, key.lane, e.Clock, want)
	}
	c[key] = link{clock: e.Clock + 1, hash: e.Hash}
	return nil
}

// replaced is a link before events joined its chain.
type replaced struct {
	key  clockKey
	link link
}

// take returns the links that events, which are about to join, will replace.
func (c chain) take(events []Event) []replaced {
	var old []replaced
	for _, e := range events {
		key := clockKey{e.Coordinate.Entity(), e.Lane}
		if n := len(old); n == 0 || old[n-1].key != key {
			old = append(old, replaced{key, c[key]})
		}
	}
	return old
}

// restore puts links back that take has returned.
func (c chain) restore(old []replaced) {
	for _, r := range old {
		c[r.key] = r.link
	}
}

// preimageRoom is how many bytes of what is hashed take no allocation.
const preimageRoom = 1 << 10

// hash is BLAKE3-256 over the lineage, the hash of the event before it in its chain,
// and every field of e, each of fixed width or preceded by its length, so that no
// two entries share an encoding.
func (e *Entry) hash(lineage Lineage, before EventHash) EventHash {
	var room [preimageRoom]byte
	b := append(room[:0], lineage[:]...)
	b = append(b, before[:]...)
	b = binary.BigEndian.AppendUint64(b, e.Sequence)
	b = binary.BigEndian.AppendUint16(b, uint16(e.Kind))
	b = binary.BigEndian.AppendUint32(b, e.Lane)
	b = binary.BigEndian.AppendUint32(b, e.Clock)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Time.UnixMilli()))
	for _, part := range []string{e.Coordinate.Entity(), e.Coordinate.Scope(), e.Key} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return blake3.Sum256(append(b, e.Payload...))
}
