package sim

import "math/bits"

// The digest folds two words of 64 bits at a time into the state, with the step of wyhash (Wang Yi; its final version 3,
// https://github.com/wangyi-fudan/wyhash): the halves of a 128-bit product, xored. It is written out because a hash of a
// library would first need the event as bytes. The constants are two of its secrets.
const (
	digestStart  = 0xa0761d6478bd642f
	digestSecret = 0xe7037ed1a0b428db
)

func fold(h, a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^digestSecret, b^h)
	return hi ^ lo
}

// digest continues h with all fields of e. The lengths come before the strings, with a bit for args, so that events that
// differ are never the same sequence of words.
func (e *Event) digest(h uint64) uint64 {
	h = fold(h, e.Step, uint64(e.Time))
	a, b := uint64(len(e.Task))|uint64(len(e.Kind))<<32, uint64(len(e.Object))|uint64(len(e.Detail))<<32
	if e.Args == ([4]uint64{}) {
		h = fold(h, a, b)
	} else {
		h = fold(h, a, b|1<<63)
		h = fold(h, e.Args[0], e.Args[1])
		h = fold(h, e.Args[2], e.Args[3])
	}
	h = foldString(h, e.Task)
	h = foldString(h, e.Kind)
	h = foldString(h, e.Object)
	return foldString(h, e.Detail)
}

// foldString folds 16 bytes at a time, the last ones with zeros behind.
func foldString(h uint64, s string) uint64 {
	for len(s) > 16 {
		h = fold(h, word(s), word(s[8:]))
		s = s[16:]
	}
	switch {
	case len(s) > 8:
		return fold(h, word(s), tail(s[8:]))
	case len(s) > 0:
		return fold(h, tail(s), 0)
	}
	return h
}

// word is the first 8 bytes of s, the lowest first.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// tail is word of the 1 to 8 bytes of s and zeros.
func tail(s string) (w uint64) {
	switch n := len(s); {
	case n >= 4: // the two halves overlap, unless they are whole
		return half(s) | half(s[n-4:])<<(8*(n-4))
	default:
		for i := range n {
			w |= uint64(s[i]) << (8 * i)
		}
		return w
	}
}

// half is the first 4 bytes of s, the lowest first.
func half(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
