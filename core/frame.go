package core

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// A frame is the unit of the journal that is there wholly or not at all. It holds
// the events of one append, or the outcome of one fence. Integers are big-endian:
//
//	 0  magic "BPFR"
//	 4  kind: 1 events, 2 fence committed, 3 fence cancelled
//	 5  three zero bytes
//	 8  body length in bytes, u32
//	12  CRC-32C, u32
//	16  sequence of the first event; in a fence's outcome, the next one, u64
//	24  number of events, u32
//	28  CRC-32C of the frame before it, or of the segment's header, u32
//	32  fence token, zero outside a fence, u64
//	40  log offset below which all was durable when this was written, u64
//	48  body: MessagePack, one array for each event
//
// The CRC covers the lineage, the frame's own log offset, the header with the CRC as
// zero, and the body: a frame is valid in its own log at its own place only, and
// the CRC of the frame before it ties the journal into a chain.
type frame struct {
	kind     frameKind
	reserved uint32 // 24 bits
	first    uint64
	count    uint32
	prev     uint32
	fence    uint64
	synced   int64
	body     []byte
	crc      uint32
}

type frameKind uint8

const (
	frameEvents      frameKind = 1
	frameFenceCommit frameKind = 2
	frameFenceCancel frameKind = 3
)

const (
	frameHeaderSize = 48
	frameBodyMax    = MaxBatchBytes
)

var (
	frameMagic = [4]byte{'B', 'P', 'F', 'R'}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// encode appends the frame as it stands at offset in a log of that lineage, and
// fills f.crc.
func (f *frame) encode(b []byte, lineage Lineage, offset int64) []byte {
	start := len(b)
	b = slices.Grow(b, frameHeaderSize+len(f.body))
	b = append(b, frameMagic[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(f.kind)<<24|f.reserved)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.body)))
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint64(b, f.first)
	b = binary.BigEndian.AppendUint32(b, f.count)
	b = binary.BigEndian.AppendUint32(b, f.prev)
	b = binary.BigEndian.AppendUint64(b, f.fence)
	b = binary.BigEndian.AppendUint64(b, uint64(f.synced))
	b = append(b, f.body...)
	f.crc = frameCRC(b[start:], lineage, offset)
	binary.BigEndian.PutUint32(b[start+12:], f.crc)
	return b
}

// reusable returns b, emptied, as room for what is encoded next, unless it would hold
// too much memory.
func reusable(b []byte) []byte {
	const held = 1 << 20
	if cap(b) > held {
		return nil
	}
	return b[:0]
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// frameCRC is the CRC of a whole encoded frame, whatever its CRC field holds.
func frameCRC(b []byte, lineage Lineage, offset int64) uint32 {
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], uint64(offset))
	crc := crc32.Update(0, castagnoli, lineage[:])
	crc = crc32.Update(crc, castagnoli, place[:])
	crc = crc32.Update(crc, castagnoli, b[:12])
	crc = crc32.Update(crc, castagnoli, []byte{0, 0, 0, 0})
	return crc32.Update(crc, castagnoli, b[16:])
}

// decodeFrame reads the frame at the start of b, which stands at offset, and
// returns it with its size. The body is a part of b.
func decodeFrame(b []byte, lineage Lineage, offset int64) (frame, int, error) {
	if len(b) < frameHeaderSize {
		return frame{}, 0, fmt.Errorf("%d bytes left, a frame header has %d", len(b), frameHeaderSize)
	}
	if [4]byte(b) != frameMagic {
		return frame{}, 0, fmt.Errorf("magic % x, want % x", b[:4], frameMagic)
	}
	length := binary.BigEndian.Uint32(b[8:])
	if length > frameBodyMax {
		return frame{}, 0, fmt.Errorf("body of %d bytes, at most %d", length, frameBodyMax)
	}
	size := frameHeaderSize + int(length)
	if len(b) < size {
		return frame{}, 0, fmt.Errorf("frame of %d bytes, %d left", size, len(b))
	}
	f := frame{
		kind:     frameKind(b[4]),
		reserved: binary.BigEndian.Uint32(b[4:]) & 0xFFFFFF,
		crc:      binary.BigEndian.Uint32(b[12:]),
		first:    binary.BigEndian.Uint64(b[16:]),
		count:    binary.BigEndian.Uint32(b[24:]),
		prev:     binary.BigEndian.Uint32(b[28:]),
		fence:    binary.BigEndian.Uint64(b[32:]),
		synced:   int64(binary.BigEndian.Uint64(b[40:])),
		body:     b[frameHeaderSize:size:size],
	}
	if crc := frameCRC(b[:size], lineage, offset); crc != f.crc {
		return frame{}, 0, fmt.Errorf("CRC-32C %08x, computed %08x", f.crc, crc)
	}
	return f, size, nil
}

// fault says what makes a whole frame none that this engine wrote.
func (f *frame) fault() error {
	outcome := f.kind == frameFenceCommit || f.kind == frameFenceCancel
	switch {
	case f.kind != frameEvents && !outcome:
		return fmt.Errorf("frame of kind %d", f.kind)
	case f.reserved != 0:
		return fmt.Errorf("reserved bytes %06x, want zeros", f.reserved)
	case outcome && (f.count != 0 || len(f.body) != 0):
		return fmt.Errorf("outcome of a fence with %d events and %d bytes, want none", f.count, len(f.body))
	case outcome && f.fence == noFence:
		return errors.New("outcome of no fence")
	case f.fence == math.MaxUint64:
		return fmt.Errorf("fence %d, after which there is none", f.fence)
	case uint64(f.count) > math.MaxUint64-f.first:
		return fmt.Errorf("%d events from sequence %d, after which there is none", f.count, f.first)
	}
	return nil
}
