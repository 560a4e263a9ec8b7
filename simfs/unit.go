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

// damage is what may be wrong with the last write that a unit has seen.
type damage uint8

const (
	damageNone   damage = iota
	damageLeft          // only its first half is new
	damageRight         // only its second half is new
	damageFiller        // filler stands where it wrote
	damageBeside        // and filler stands where it did not
	damages
)

// damages lists what may have happened to a version; nothing, last.
func (s *sizing) damageKinds(u *unit, version int) []damage {
	var out []damage
	if version > u.low {
		op := &s.ops[u.writes()[version-1]]
		from, to := max(op.off, u.start), min(op.end(), u.end)
		if mid := u.middle(); s.torn && from < mid && mid < to {
			out = append(out, damageLeft, damageRight)
		}
		if s.torn && from < to {
			out = append(out, damageFiller)
		}
		if s.collateral && (from > u.start || to < u.end) {
			out = append(out, damageBeside)
		}
	}
	return append(out, damageNone)
}

func (u *unit) middle() int64 { return u.start + (u.limit-u.start)/2 }

// room is where units are put together.
type room struct {
	buf   []byte
	wrote bitset // a byte each: writes that survive put it here
	owed  bitset // lost writes would have
}

func (r *room) clear(size int64) {
	words := int(size+63) / 64
	if int64(len(r.buf)) < size {
		r.buf = make([]byte, size)
	}
	if len(r.wrote) < words {
		r.wrote, r.owed = make(bitset, words), make(bitset, words)
	}
	clear(r.wrote[:words])
	clear(r.owed[:words])
}

// mayGap reports whether a version of the unit could leave a gap.
func (s *sizing) mayGap(u *unit) bool { return u.end > s.valid || s.raw.meets(u.start, u.end) }

// owes reports whether a version leaves a gap: bytes below the size that no write that
// survives and no older bytes fill, though a lost write would have.
func (s *sizing) owes(u *unit, version int) bool {
	if !s.mayGap(u) {
		return false
	}
	s.render(u, fate{version: version})
	return !s.room.owed.none(int(u.end - u.start))
}

// fill puts the unit into the file as it came out.
func (s *sizing) fill(st *state, u *unit, f fate) {
	end := min(u.end, st.size)
	if end <= u.start {
		return
	}
	s.render(u, f)
	r, size := s.room, int(end-u.start)
	if f.filler {
		for from, to := range r.owed.runs(size) {
			stale(r.buf[from:to], s.no, u.start+int64(from))
			r.wrote.set(from, to)
		}
	}
	for from, to := range r.wrote.runs(size) {
		st.data.write(r.buf[from:to], u.start+int64(from))
	}
}

// render puts what survives of the unit together in the room: bytes, which of them are
// written, and which are owed.
func (s *sizing) render(u *unit, f fate) {
	r, left, cuts := s.room, f.version, s.cuts
	r.clear(u.limit - u.start)
	for _, pc := range u.pieces {
		for ; len(cuts) > 0 && cuts[0].op < pc; cuts = cuts[1:] {
			r.cut(u, cuts[0].size)
		}
		switch {
		case pc == lostPiece:
			for _, x := range s.lost {
				r.owe(u, max(x.from, s.valid), min(x.to, u.end))
			}
		case left == 1:
			s.put(u, &s.ops[pc], f.damage)
			left--
		case left > 0:
			s.put(u, &s.ops[pc], damageNone)
			left--
		default:
			r.owe(u, s.ops[pc].off, s.ops[pc].end())
		}
	}
	for _, c := range cuts {
		r.cut(u, c.size)
	}
	words := int(u.limit-u.start+63) / 64
	r.owed[:words].minus(r.wrote[:words])
	s.forgive(u)
}

// forgive takes out of what is owed the bytes that were durable before.
func (s *sizing) forgive(u *unit) {
	at, valid := u.start, min(s.valid, u.limit)
	for _, x := range s.raw {
		if from := min(x.from, valid); from > at {
			s.room.owed.unset(int(at-u.start), int(from-u.start))
		}
		at = max(at, x.to)
	}
	if at < valid {
		s.room.owed.unset(int(at-u.start), int(valid-u.start))
	}
}

// put applies a write that survives.
func (s *sizing) put(u *unit, op *fileOp, d damage) {
	from, to := max(op.off, u.start), min(op.end(), u.limit)
	switch d {
	case damageLeft:
		s.room.owe(u, u.middle(), to)
		to = min(to, u.middle())
	case damageRight:
		s.room.owe(u, from, u.middle())
		from = max(from, u.middle())
	case damageBeside:
		stale(s.room.buf[:u.end-u.start], s.no, u.start)
		s.room.wrote.set(0, int(u.end-u.start))
	}
	if from >= to {
		return
	}
	copy(s.room.buf[from-u.start:], op.data[from-op.off:to-op.off])
	if d == damageFiller {
		stale(s.room.buf[from-u.start:to-u.start], s.no, from)
	}
	s.room.wrote.set(int(from-u.start), int(to-u.start))
}

// owe marks the bytes of a lost write.
func (r *room) owe(u *unit, from, to int64) {
	from, to = max(from, u.start), min(to, u.limit)
	if from < to {
		r.owed.set(int(from-u.start), int(to-u.start))
	}
}

// cut forgets what stood from size on.
func (r *room) cut(u *unit, size int64) {
	if from := max(size-u.start, 0); from < u.limit-u.start {
		r.wrote.unset(int(from), int(u.limit-u.start))
		r.owed.unset(int(from), int(u.limit-u.start))
	}
}

// stale fills b with what a block holds that was never written back: bytes fixed by
// their place, none of them zero.
func stale(b []byte, no uint64, off int64) {
	for i := range b {
		at := uint64(off) + uint64(i)
		b[i] = byte(mix(no<<44^at/8)>>(at%8*8)) | 1
	}
}
