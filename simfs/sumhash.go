package simfs

import (
	"encoding/binary"
	"math/bits"
)

// sumOf hashes bytes to 128 bits, in two lanes that differ in their secrets. Each folds two words at a time with the step of
// wyhash (Wang Yi; its final version 3): the halves of a 128-bit product, xored. SHA-256, which it replaces, took most of the
// time that it takes to tell images apart.
func sumOf(b []byte) (sum Sum) {
	size := uint64(len(b))
	low, high := uint64(sumSecret2), uint64(sumSecret3)
	for ; len(b) >= 16; b = b[16:] {
		x, y := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		low, high = fold(low, x^sumSecret0, y), fold(high, x^sumSecret1, y)
	}
	var rest [16]byte // the size comes last, so zeros behind the end are no other bytes
	copy(rest[:], b)
	x, y := binary.LittleEndian.Uint64(rest[:]), binary.LittleEndian.Uint64(rest[8:])
	low, high = fold(low, x^sumSecret0, y), fold(high, x^sumSecret1, y)
	binary.LittleEndian.PutUint64(sum[:], fold(low, size^sumSecret1, sumSecret3))
	binary.LittleEndian.PutUint64(sum[8:], fold(high, size^sumSecret0, sumSecret2))
	return sum
}

// The secrets of wyhash.
const (
	sumSecret0 = 0xa0761d6478bd642f
	sumSecret1 = 0xe7037ed1a0b428db
	sumSecret2 = 0x8ebc6af09c88c6e3
	sumSecret3 = 0x589965cc75374cc3
)

func fold(h, x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y^h)
	return hi ^ lo
}
