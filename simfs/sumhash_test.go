package simfs

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// Inputs that differ in one bit, or in zeros at the end, or in their length alone, have sums
// that differ in both lanes: each lane alone tells them apart.
func TestSumTellsApart(t *testing.T) {
	low, high := map[uint64]string{}, map[uint64]string{}
	note := func(what string, b []byte) {
		t.Helper()
		sum := sumOf(b)
		for lane, seen := range []map[uint64]string{low, high} {
			half := binary.LittleEndian.Uint64(sum[8*lane:])
			if other, known := seen[half]; known {
				t.Errorf("%s and %s have the same lane %d", what, other, lane)
			}
			seen[half] = what
		}
	}
	for n := range 100 {
		note(fmt.Sprintf("%d zeros", n), make([]byte, n))
	}
	for _, n := range []int{1, 7, 8, 15, 16, 17, 33, 4096} {
		for bit := range 8 * n {
			b := make([]byte, n)
			b[bit/8] = 1 << (bit % 8)
			note(fmt.Sprintf("bit %d of %d bytes", bit, n), b)
		}
	}
	for i := range 256 {
		b := make([]byte, 64)
		copy(b[i%4*16:], []byte{byte(i), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
		note(fmt.Sprintf("block %d", i), b)
	}
}

// The sum is the same in every process and on every machine.
func TestSumGolden(t *testing.T) {
	if got, want := sumOf([]byte("the quick brown fox jumps over the lazy dog")), (Sum{0xdf, 0x0a, 0x09, 0x0f, 0x53, 0xae, 0x9e, 0xcf, 0x75, 0x25, 0x6c, 0x96, 0x08, 0x99, 0xb7, 0xfd}); got != want {
		t.Errorf("sum %x, want %x", got, want)
	}
}
