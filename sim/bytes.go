package sim

import "math/bits"

// Bytes is a Source that takes its decisions from a byte string, whatever the label: for each as many bytes, the highest
// first, as its range needs, modulo the range. Where the bytes have run out it answers 0. So a native fuzz target searches
// schedules and all else with the guidance of coverage.
type Bytes struct{ rest []byte }

// NewBytes returns the source of b. It keeps no reference to b.
func NewBytes(b []byte) *Bytes { return &Bytes{append([]byte(nil), b...)} }

// Draw implements [Source].
func (b *Bytes) Draw(_ string, n uint64) uint64 {
	if n == 0 {
		panic("sim: Draw from an empty range")
	}
	var v uint64
	for range byteLen(n) {
		v <<= 8
		if len(b.rest) > 0 {
			v |= uint64(b.rest[0])
			b.rest = b.rest[1:]
		}
	}
	return v % n
}

// AppendBytes appends to b the bytes from which [Bytes] makes the same decisions: a seed for a corpus of fuzzing.
func AppendBytes(b []byte, decisions []Decision) []byte {
	for _, d := range decisions {
		for i := byteLen(d.N) - 1; i >= 0; i-- {
			b = append(b, byte(d.Value>>(8*i)))
		}
	}
	return b
}

// byteLen is how many bytes a number below n needs.
func byteLen(n uint64) int { return (bits.Len64(n-1) + 7) / 8 }
