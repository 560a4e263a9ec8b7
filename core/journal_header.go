package core

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// The journal begins with a header of 32 bytes, big-endian:
//
//	 0  magic "BPJL"
//	 4  version, u16
//	 6  two zero bytes
//	 8  lineage, 16 bytes
//	24  four zero bytes
//	28  CRC-32C of the bytes before it, u32
//
// The CRC stands at this place in every version, so that damage is told from a
// later version.
const (
	journalHeaderSize = 32
	journalVersion    = 1
)

var journalMagic = [4]byte{'B', 'P', 'J', 'L'}

func encodeJournalHeader(lineage Lineage) []byte {
	b := append([]byte(nil), journalMagic[:]...)
	b = binary.BigEndian.AppendUint16(b, journalVersion)
	b = append(b, 0, 0)
	b = append(b, lineage[:]...)
	b = append(b, 0, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeJournalHeader returns the lineage and the header's CRC, with which the
// chain of frames begins.
func decodeJournalHeader(b []byte, path string) (Lineage, uint32, error) {
	refuse := func(cause error, format string, args ...any) (Lineage, uint32, error) {
		return Lineage{}, 0, &JournalError{Path: path, Reason: fmt.Sprintf(format, args...), Err: cause}
	}
	if len(b) < journalHeaderSize {
		return refuse(ErrJournalCorrupt, "%d bytes, the header has %d", len(b), journalHeaderSize)
	}
	if [4]byte(b) != journalMagic {
		return refuse(ErrJournalCorrupt, "magic % x, want % x", b[:4], journalMagic)
	}
	crc := binary.BigEndian.Uint32(b[28:])
	if computed := crc32.Checksum(b[:28], castagnoli); computed != crc {
		return refuse(ErrJournalCorrupt, "header CRC-32C %08x, computed %08x", crc, computed)
	}
	if version := binary.BigEndian.Uint16(b[4:]); version != journalVersion {
		return refuse(ErrJournalFuture, "version %d, this build reads %d", version, journalVersion)
	}
	return Lineage(b[8:24]), crc, nil
}
