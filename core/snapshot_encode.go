package core

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// FORMAT.md shows a snapshot byte by byte.
const (
	snapshotMagic   = "BPSN"
	snapshotVersion = 1

	// snapshotHeaderSize is what precedes the varints: magic, version, two zero bytes,
	// the size of the segment, its header, the CRC of its last frame, and the number
	// of events.
	snapshotHeaderSize = 8 + 8 + segmentHeaderSize + 4 + 4

	// snapshotEventMin is the size of an event with the shortest of everything.
	snapshotEventMin = 9 + int64(len(EventHash{})) + 4

	snapshotBufferSize = 64 << 10
)

// encode writes p, in the one form that decodeSnapshot takes, piece by piece: a large
// segment has many events.
func (p *segmentSnapshot) encode(w io.Writer) error {
	sum := crc32.New(castagnoli)
	e := snapshotEncoder{w: bufio.NewWriterSize(io.MultiWriter(w, sum), snapshotBufferSize), coordinates: make(map[Coordinate]uint64)}
	e.head(p)
	e.fences(p.fences)
	e.events(p)
	if err := e.w.Flush(); err != nil {
		return err
	}
	_, err := w.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
	return err
}

// snapshotEncoder writes the parts of one snapshot. An error of its writer stays there.
type snapshotEncoder struct {
	w           *bufio.Writer
	coordinates map[Coordinate]uint64 // the number of each, in the order of their first events
	b           []byte                // of one part
}

func (e *snapshotEncoder) head(p *segmentSnapshot) {
	b := append(e.b[:0], snapshotMagic...)
	b = binary.BigEndian.AppendUint16(b, snapshotVersion)
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(p.size))
	header, _ := p.header.encode()
	b = append(b, header...)
	b = binary.BigEndian.AppendUint32(b, p.prev)
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.records)))
	e.put(b)
}

func (e *snapshotEncoder) fences(s fenceState) {
	b := binary.AppendUvarint(e.b[:0], s.token)
	for _, ranges := range [][]SeqRange{s.hidden, s.pending} {
		b = binary.AppendUvarint(b, uint64(len(ranges)))
		end := uint64(0)
		for _, r := range ranges {
			b = binary.AppendUvarint(b, r.Start-end)
			b = binary.AppendUvarint(b, r.End-r.Start)
			end = r.End
		}
	}
	e.put(b)
}

// events writes what each event adds to the one before it.
func (e *snapshotEncoder) events(p *segmentSnapshot) {
	next, at, milli := p.header.next, p.header.base+segmentHeaderSize, int64(0)
	keyed := p.keyed
	for _, r := range p.records {
		b := binary.AppendUvarint(e.b[:0], r.Sequence-next)
		b = e.coordinate(b, r.Coordinate)
		b = binary.AppendUvarint(b, uint64(r.Kind))
		b = binary.AppendUvarint(b, uint64(r.Lane))
		b = binary.AppendUvarint(b, uint64(r.Clock))
		b = binary.AppendVarint(b, r.Time.UnixMilli()-milli)
		b = append(b, r.Hash[:]...)
		b = binary.AppendUvarint(b, uint64(r.payload.offset-at))
		b = binary.AppendUvarint(b, uint64(r.payload.size))
		b = binary.BigEndian.AppendUint32(b, r.payload.crc)
		b, keyed = appendKey(b, r, keyed)
		e.put(b)
		next, at, milli = r.Sequence+1, r.payload.end(), r.Time.UnixMilli()
	}
}

// coordinate appends the number of c, and at its first event c itself.
func (e *snapshotEncoder) coordinate(b []byte, c Coordinate) []byte {
	number, known := e.coordinates[c]
	if known {
		return binary.AppendUvarint(b, number)
	}
	number = uint64(len(e.coordinates))
	e.coordinates[c] = number
	b = binary.AppendUvarint(b, number)
	for _, name := range []string{c.Entity(), c.Scope()} {
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
	}
	return b
}

// appendKey appends the key of r, and the hash of its content if that is known: if
// the first of keyed, which it then takes away, is of r.
func appendKey(b []byte, r *record, keyed []keyed) ([]byte, []keyed) {
	length := uint64(len(r.Key)) << 1
	if len(keyed) == 0 || keyed[0].sequence != r.Sequence {
		return append(binary.AppendUvarint(b, length), r.Key...), keyed
	}
	b = append(binary.AppendUvarint(b, length|1), r.Key...)
	return append(b, keyed[0].content[:]...), keyed[1:]
}

func (e *snapshotEncoder) put(b []byte) {
	_, _ = e.w.Write(b) // it keeps its error for Flush
	e.b = b
}
