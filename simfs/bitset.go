package simfs

import (
	"math"
	"math/bits"
)

// bitset has one bit a byte of a unit.
type bitset []uint64

func (s bitset) set(from, to int) {
	for ; from < to && from%64 != 0; from++ {
		s[from/64] |= 1 << (from % 64)
	}
	for ; from+64 <= to; from += 64 {
		s[from/64] = math.MaxUint64
	}
	for ; from < to; from++ {
		s[from/64] |= 1 << (from % 64)
	}
}

func (s bitset) unset(from, to int) {
	for ; from < to && from%64 != 0; from++ {
		s[from/64] &^= 1 << (from % 64)
	}
	for ; from+64 <= to; from += 64 {
		s[from/64] = 0
	}
	for ; from < to; from++ {
		s[from/64] &^= 1 << (from % 64)
	}
}

func (s bitset) minus(t bitset) {
	for i := range s {
		s[i] &^= t[i]
	}
}

// next returns the first bit from at on that is v, or size.
func (s bitset) next(at, size int, v bool) int {
	for at < size {
		word := s[at/64]
		if !v {
			word = ^word
		}
		if word >>= at % 64; word != 0 {
			return min(at+bits.TrailingZeros64(word), size)
		}
		at += 64 - at%64
	}
	return size
}

func (s bitset) none(size int) bool { return s.next(0, size, true) == size }

// runs yields the spans of set bits below size.
func (s bitset) runs(size int) func(func(int, int) bool) {
	return func(yield func(int, int) bool) {
		for from := s.next(0, size, true); from < size; {
			to := s.next(from, size, false)
			if !yield(from, to) {
				return
			}
			from = s.next(to, size, true)
		}
	}
}
