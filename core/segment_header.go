package core

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// A segment begins with a header of 64 bytes, big-endian:
//
//	 0  magic "BPJL"
//	 4  version, u16
//	 6  two zero bytes
//	 8  lineage, 16 bytes
//	24  number of the segment, u64; the first of a log is 1
//	32  log offset at which this file begins, u64
//	40  sequence after all that was handed out before it, u64
//	48  CRC-32C of the last frame before it, or of the header before it, u32
//	52  eight zero bytes
//	60  CRC-32C of the bytes before it, u32
//
// The CRC stands at this place in every version, so that damage is told from a
// later version. A log is its segments one behind the other: log offsets count the
// bytes of all of them, headers included.
type segmentHeader struct {
	lineage Lineage
	number  uint64
	base    int64
	next    uint64
	prev    uint32
}

const (
	segmentHeaderSize = 64
	segmentVersion    = 2
)

var segmentMagic = [4]byte{'B', 'P', 'J', 'L'}

// encode returns the header, and its CRC.
func (h segmentHeader) encode() ([]byte, uint32) {
	b := append([]byte(nil), segmentMagic[:]...)
	b = binary.BigEndian.AppendUint16(b, segmentVersion)
	b = append(b, 0, 0)
	b = append(b, h.lineage[:]...)
	b = binary.BigEndian.AppendUint64(b, h.number)
	b = binary.BigEndian.AppendUint64(b, uint64(h.base))
	b = binary.BigEndian.AppendUint64(b, h.next)
	b = binary.BigEndian.AppendUint32(b, h.prev)
	b = append(b, make([]byte, 8)...)
	crc := checksum(b)
	return binary.BigEndian.AppendUint32(b, crc), crc
}

// decodeSegmentHeader returns the header and its CRC, with which the frames of the
// segment are chained to it.
func decodeSegmentHeader(b []byte, path string) (segmentHeader, uint32, error) {
	refuse := func(cause error, format string, args ...any) (segmentHeader, uint32, error) {
		return segmentHeader{}, 0, &JournalError{Path: path, Reason: fmt.Sprintf(format, args...), Err: cause}
	}
	if len(b) < segmentHeaderSize {
		return refuse(ErrJournalCorrupt, "%d bytes, the header has %d", len(b), segmentHeaderSize)
	}
	if [4]byte(b) != segmentMagic {
		return refuse(ErrJournalCorrupt, "magic % x, want % x", b[:4], segmentMagic)
	}
	crc := binary.BigEndian.Uint32(b[60:])
	if computed := checksum(b[:60]); computed != crc {
		return refuse(ErrJournalCorrupt, "header CRC-32C %08x, computed %08x", crc, computed)
	}
	switch version := binary.BigEndian.Uint16(b[4:]); {
	case version > segmentVersion:
		return refuse(ErrJournalFuture, "version %d, this build reads %d", version, segmentVersion)
	case version < segmentVersion:
		return refuse(ErrJournalCorrupt, "version %d, which was never released", version)
	}
	h := segmentHeader{
		lineage: Lineage(b[8:24]),
		number:  binary.BigEndian.Uint64(b[24:]),
		base:    int64(binary.BigEndian.Uint64(b[32:])),
		next:    binary.BigEndian.Uint64(b[40:]),
		prev:    binary.BigEndian.Uint32(b[48:]),
	}
	if only, _ := h.encode(); !bytes.Equal(only, b[:segmentHeaderSize]) {
		return refuse(ErrJournalCorrupt, "reserved bytes are not zero")
	}
	return h, crc, nil
}
