package simfs

import (
	"cmp"
	"slices"
)

// unit is the bytes of a file that survive together, and the writes that touched them
// since they were durable.
type unit struct {
	start, limit int64 // bytes
	end          int64 // limit, or that of the file in its last unit
	pieces       []int // the operations that wrote into it, oldest first; lostPiece before them
	low, high    int   // how many of the writes survive at least, and at most
}

// lostPiece stands for the bytes that a failed or lying sync left behind.
const lostPiece = -1

// writes are the pieces that operations wrote.
func (u *unit) writes() []int {
	if len(u.pieces) > 0 && u.pieces[0] == lostPiece {
		return u.pieces[1:]
	}
	return u.pieces
}

// grain is the bytes that caches and disks handle together.
func (t *traits) grain() int64 {
	if t.unit == WholeCall {
		return pageSize
	}
	return t.unit
}

// divide lists the units that a write touched, below the most that the size may be.
func (s *sizing) divide(h *horizon) []unit {
	out := s.written()
	for i := range out {
		u := &out[i]
		u.end = min(u.limit, s.reach())
		s.bound(u, h)
	}
	return out
}

func (s *sizing) written() []unit {
	if s.unit == WholeCall && !s.dataJoins {
		return s.calls()
	}
	grain := s.grain()
	var all []covered
	for _, x := range s.lost {
		all = s.cover(all, max(x.from, s.valid), x.to, lostPiece)
	}
	for i := range s.ops {
		if op := &s.ops[i]; op.kind == opData {
			all = s.cover(all, op.off, op.end(), i)
		}
	}
	slices.SortFunc(all, func(a, b covered) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.op, b.op))
	})
	all = slices.Compact(all)
	pieces := make([]int, len(all))
	out := make([]unit, 0, len(all))
	for i, c := range all {
		pieces[i] = c.op
		last := len(out) - 1
		if last < 0 || out[last].start != c.unit*grain {
			out = append(out, unit{start: c.unit * grain, limit: (c.unit + 1) * grain, pieces: pieces[i:i:len(pieces)]})
			last++
		}
		out[last].pieces = out[last].pieces[:len(out[last].pieces)+1]
	}
	return out
}

// covered says that an operation wrote into a unit.
type covered struct {
	unit int64
	op   int
}

// cover appends the units of the bytes from from up to to. What lies beyond the size
// in its last unit matters only to the order of versions, and to that only if a
// truncation is lost that one of them may need.
func (s *sizing) cover(out []covered, from, to int64, op int) []covered {
	grain, end := s.grain(), s.reach()
	if s.floors != nil {
		end += (grain - end%grain) % grain
	}
	if to = min(to, end); from >= to {
		return out
	}
	for u := from / grain; u*grain < to; u++ {
		out = append(out, covered{u, op})
	}
	return out
}

// calls lists the writes whose bytes survive together: each by itself, but those that
// overlap are one unit, of which they are the versions.
func (s *sizing) calls() []unit {
	var out []unit
	add := func(from, to int64, op int) {
		if from = min(from, s.reach()); from >= to {
			return
		}
		u := unit{start: from, limit: to, pieces: []int{op}}
		out = slices.DeleteFunc(out, func(v unit) bool {
			if v.limit <= from || to <= v.start {
				return false
			}
			u.start, u.limit = min(u.start, v.start), max(u.limit, v.limit)
			u.pieces = append(u.pieces, v.pieces...)
			return true
		})
		slices.Sort(u.pieces)
		u.pieces = slices.Compact(u.pieces)
		out = append(out, u)
	}
	for _, x := range s.lost {
		add(max(x.from, s.valid), x.to, lostPiece)
	}
	for i := range s.ops {
		if op := &s.ops[i]; op.kind == opData {
			add(op.off, op.end(), i)
		}
	}
	slices.SortFunc(out, func(a, b unit) int { return cmp.Compare(a.start, b.start) })
	return out
}

// bound finds which versions of a unit may survive. One that goes beyond what a lost
// truncation cut off needs that truncation; what has a place in the order of metadata
// survives with it.
func (s *sizing) bound(u *unit, h *horizon) {
	for i, pc := range u.writes() {
		op := &s.ops[pc]
		if s.floors != nil && min(op.end(), u.limit) > s.floors[pc] {
			return
		}
		switch {
		case s.binds(op) && (h.survives(op) || h.reaches(op, u, s.grain())):
			u.low = i + 1
		case s.dataJoins:
			return
		}
		u.high = i + 1
	}
}

// reaches reports whether the write under way was through with the unit.
func (h *horizon) reaches(op *fileOp, u *unit, grain int64) bool {
	return h.write != 0 && op.seq == h.write && (u.start-op.off/grain*grain)/grain < h.units
}

// at returns the place of the unit that holds a byte.
func (s *sizing) unitAt(off int64) int {
	i, found := slices.BinarySearchFunc(s.units, off, func(u unit, off int64) int { return cmp.Compare(u.start, off) })
	if found {
		return i
	}
	return i - 1
}
