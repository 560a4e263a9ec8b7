package core

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"time"
)

// decodeSnapshot reads a snapshot of that size, piece by piece. It takes what encode
// writes and nothing else, and allocates no more than a few times the bytes that it
// has read.
func decodeSnapshot(r io.Reader, size int64) (*segmentSnapshot, error) {
	const sumSize = 4
	if size < snapshotHeaderSize+sumSize {
		return nil, fmt.Errorf("%d bytes, the header has %d", size, snapshotHeaderSize+sumSize)
	}
	sum := crc32.New(castagnoli)
	limited := io.LimitReader(r, size-sumSize)
	d := snapshotDecoder{r: bufio.NewReaderSize(io.TeeReader(limited, sum), snapshotBufferSize)}
	p, count := d.head()
	if room := (size - snapshotHeaderSize) / snapshotEventMin; int64(count) > room {
		d.fail("%d events in %d bytes", count, size)
	}
	if d.err != nil {
		return nil, d.err
	}
	p.fences = d.fences()
	d.events(p, count)
	if _, err := d.r.ReadByte(); d.err == nil && !errors.Is(err, io.EOF) {
		d.fail("bytes after the last event")
	}
	if d.err != nil {
		return nil, d.err
	}
	var b [sumSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, err
	}
	if want := binary.BigEndian.Uint32(b[:]); want != sum.Sum32() {
		return nil, fmt.Errorf("CRC-32C %08x, computed %08x", want, sum.Sum32())
	}
	return p, nil
}

// snapshotDecoder reads the parts of one snapshot. Its first error stays, and every
// value after it is zero.
type snapshotDecoder struct {
	r           *bufio.Reader
	coordinates []Coordinate
	known       map[Coordinate]bool
	err         error
}

func (d *snapshotDecoder) head() (*segmentSnapshot, uint32) {
	p := new(segmentSnapshot)
	b := d.bytes(snapshotHeaderSize)
	if d.err != nil {
		return p, 0
	}
	if string(b[:4]) != snapshotMagic {
		d.fail("magic is %q", b[:4])
	}
	if version := binary.BigEndian.Uint16(b[4:]); version != snapshotVersion || b[6] != 0 || b[7] != 0 {
		d.fail("version is %d, reserved bytes are % x; this build reads version %d", version, b[6:8], snapshotVersion)
	}
	size := binary.BigEndian.Uint64(b[8:])
	if size < segmentHeaderSize || size > segmentBytesMax {
		d.fail("of a segment of %d bytes", size)
	}
	header := b[16 : 16+segmentHeaderSize]
	var err error
	if p.header, _, err = decodeSegmentHeader(header, ""); err != nil {
		d.fail("%v", err)
	}
	if p.header.base < 0 || p.header.base > math.MaxInt64-segmentBytesMax {
		d.fail("segment begins at log offset %d", p.header.base)
	}
	p.size = int64(size)
	p.prev = binary.BigEndian.Uint32(b[16+segmentHeaderSize:])
	return p, binary.BigEndian.Uint32(b[20+segmentHeaderSize:])
}

func (d *snapshotDecoder) fences() fenceState {
	s := fenceState{token: d.uvarint(math.MaxUint64)}
	for _, ranges := range []*[]SeqRange{&s.hidden, &s.pending} {
		end := uint64(0)
		for n := d.uvarint(math.MaxUint64); n > 0 && d.err == nil; n-- {
			start := end + d.uvarint(math.MaxUint64-end)
			end = start + d.uvarint(math.MaxUint64-start)
			if start == end {
				d.fail("empty range at sequence %d", start)
			}
			*ranges = append(*ranges, SeqRange{Start: start, End: end})
		}
	}
	return s
}

// events reads that many events.
func (d *snapshotDecoder) events(p *segmentSnapshot, count uint32) {
	next, at, milli := p.header.next, p.header.base+segmentHeaderSize, int64(0)
	p.records = make([]*record, 0, count)
	var room []record
	for ; count > 0 && d.err == nil; count-- {
		if len(room) == 0 {
			room = make([]record, min(count, MaxBatchEvents))
		}
		r := &room[0]
		room = room[1:]
		if next == math.MaxUint64 {
			d.fail("no sequence is left")
			return
		}
		r.Sequence = next + d.uvarint(math.MaxUint64-1-next)
		r.Coordinate = d.coordinate()
		r.Kind = Kind(d.uvarint(math.MaxUint16))
		r.Lane = uint32(d.uvarint(math.MaxUint32))
		r.Clock = uint32(d.uvarint(math.MaxUint32))
		milli += d.varint()
		r.Time = time.UnixMilli(milli).UTC()
		d.fill(r.Hash[:])
		r.payload = d.payload(at, p.end())
		var content EventHash
		var known bool
		if r.Key, content, known = d.key(); known {
			p.keyed = append(p.keyed, keyed{key: r.Key, sequence: r.Sequence, content: content})
		}
		p.records = append(p.records, r)
		next, at = r.Sequence+1, r.payload.end()
	}
}

// coordinate reads the number of a coordinate, and a new one behind it.
func (d *snapshotDecoder) coordinate() Coordinate {
	number := d.uvarint(uint64(len(d.coordinates)))
	if number < uint64(len(d.coordinates)) {
		return d.coordinates[number]
	}
	c, err := NewCoordinate(d.text(MaxNameLen), d.text(MaxNameLen))
	if err != nil {
		d.fail("%v", err)
	}
	if d.known[c] {
		d.fail("coordinate %v is given twice", c)
	}
	if d.known == nil {
		d.known = make(map[Coordinate]bool)
	}
	d.known[c] = true
	d.coordinates = append(d.coordinates, c)
	return c
}

// payload reads where a payload is, between two log offsets.
func (d *snapshotDecoder) payload(from, to int64) payload {
	offset := from + int64(d.uvarint(uint64(to-from)))
	size := d.uvarint(min(MaxPayload, uint64(to-offset)))
	var crc [4]byte
	d.fill(crc[:])
	return payload{offset: offset, size: uint32(size), crc: binary.BigEndian.Uint32(crc[:])}
}

// key reads the key of an event, and the hash of its content if that is known.
func (d *snapshotDecoder) key() (key string, content EventHash, known bool) {
	length := d.uvarint(MaxKey<<1 | 1)
	known = length&1 == 1
	if known && length>>1 == 0 {
		d.fail("content of an event without a key")
	}
	key = string(d.bytes(int(length >> 1)))
	if known {
		d.fill(content[:])
	}
	return key, content, known && d.err == nil
}

func (d *snapshotDecoder) text(sizeMax uint64) string {
	return string(d.bytes(int(d.uvarint(sizeMax))))
}

// uvarint reads a number of at most that in its shortest form.
func (d *snapshotDecoder) uvarint(most uint64) uint64 {
	if d.err != nil {
		return 0
	}
	value, shift := uint64(0), 0
	for {
		b, err := d.r.ReadByte()
		switch {
		case err != nil:
			d.end(err)
			return 0
		case shift > 0 && b == 0, shift == 63 && b > 1:
			d.fail("number that is not in its shortest form, or too large")
			return 0
		}
		value |= uint64(b&0x7F) << shift
		if b < 0x80 {
			break
		}
		shift += 7
	}
	if value > most {
		d.fail("number %d, at most %d", value, most)
		return 0
	}
	return value
}

func (d *snapshotDecoder) varint() int64 {
	u := d.uvarint(math.MaxUint64)
	return int64(u>>1) ^ -int64(u&1)
}

func (d *snapshotDecoder) bytes(n int) []byte {
	b := make([]byte, n)
	d.fill(b)
	return b
}

func (d *snapshotDecoder) fill(b []byte) {
	if d.err != nil {
		return
	}
	if _, err := io.ReadFull(d.r, b); err != nil {
		d.end(err)
	}
}

// end keeps the error of a read. The end of the file comes too early.
func (d *snapshotDecoder) end(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	d.err = err
}

func (d *snapshotDecoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}
