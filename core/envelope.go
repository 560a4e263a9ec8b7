package core

import (
	"encoding/binary"
	"hash/crc32"
)

// envelopeSize is the header of a file that is replaced whole, a checkpoint or a base:
// magic, version, two zero bytes, the size of the body, and a CRC-32C.
const envelopeSize = 16

// enclose fills in the size and the CRC of b, whose magic, version and body are there.
func enclose(b []byte) {
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-envelopeSize))
	binary.BigEndian.PutUint32(b[12:], envelopeCRC(b))
}

// envelopeCRC covers a whole file, its own field taken as zero.
func envelopeCRC(b []byte) uint32 {
	sum := crc32.Update(0, castagnoli, b[:12])
	sum = crc32.Update(sum, castagnoli, make([]byte, 4))
	return crc32.Update(sum, castagnoli, b[envelopeSize:])
}
