package simfs

import "slices"

// span is the bytes from from up to, not including, to.
type span struct{ from, to int64 }

// spans is a set of bytes: spans that are ascending, apart and not empty.
type spans []span

// add puts the bytes of a span in.
func (s *spans) add(from, to int64) {
	if from >= to {
		return
	}
	i, _ := slices.BinarySearchFunc(*s, from, func(x span, at int64) int {
		if x.to < at {
			return -1
		}
		return 1
	})
	j := i
	for ; j < len(*s) && (*s)[j].from <= to; j++ {
		from, to = min(from, (*s)[j].from), max(to, (*s)[j].to)
	}
	*s = slices.Replace(*s, i, j, span{from, to})
}

// remove takes the bytes of a span out.
func (s *spans) remove(from, to int64) {
	var out spans
	for _, x := range *s {
		if left := (span{x.from, min(x.to, from)}); left.from < left.to {
			out = append(out, left)
		}
		if right := (span{max(x.from, to), x.to}); right.from < right.to {
			out = append(out, right)
		}
	}
	*s = out
}

// truncate takes out every byte from size on.
func (s *spans) truncate(size int64) {
	for i, x := range *s {
		if x.to <= size {
			continue
		}
		*s = (*s)[:i]
		s.add(x.from, size)
		return
	}
}

// meets reports whether the set holds a byte of the span.
func (s spans) meets(from, to int64) bool {
	for _, x := range s {
		if x.from < to && from < x.to {
			return true
		}
	}
	return false
}

// rewrite widens a write to whole units when it meets the set, and takes those
// units out: a cache writes back units, so a unit that is written again goes to
// the disk with everything in it.
func (s *spans) rewrite(from, to, unit int64) (wideFrom, wideTo int64, widened bool) {
	if len(*s) == 0 {
		return from, to, false
	}
	wideFrom, wideTo = from-from%unit, to+(unit-to%unit)%unit
	if !s.meets(wideFrom, wideTo) {
		return from, to, false
	}
	s.remove(wideFrom, wideTo)
	return wideFrom, wideTo, true
}
