package simfs

import "slices"

// piece is what one write put into one unit; op is -1 for the bytes that a failed
// or lying sync left behind.
type piece struct {
	unit int64
	op   int
}

// fill keeps a version of every unit that a pending write touched.
func (r *recovery) fill() {
	pieces := r.pieces()
	if len(pieces) == 0 {
		return
	}
	words := int(r.unit+63) / 64
	r.buf = make([]byte, r.unit)
	r.wrote, r.owed = make(bitset, words), make(bitset, words)
	for len(pieces) > 0 {
		n := 1
		for n < len(pieces) && pieces[n].unit == pieces[0].unit {
			n++
		}
		r.fillUnit(pieces[0].unit*r.unit, pieces[:n])
		pieces = pieces[n:]
	}
}

// pieces lists, by unit and then by age, what the file's pending writes put below
// its recovered size.
func (r *recovery) pieces() []piece {
	var out []piece
	for _, x := range r.p.lost {
		out = r.cover(out, max(x.from, r.valid), x.to, -1)
	}
	for i := range r.p.ops {
		if op := &r.p.ops[i]; op.kind == opData {
			out = r.cover(out, op.off, op.end(), i)
		}
	}
	slices.SortFunc(out, func(a, b piece) int {
		if a.unit != b.unit {
			return int(a.unit - b.unit)
		}
		return a.op - b.op
	})
	return out
}

// cover appends the pieces of the bytes from up to to. What lies beyond the size
// in its last unit matters only to the order of versions, and to that only if a
// truncation is lost that one of them may need.
func (r *recovery) cover(out []piece, from, to int64, op int) []piece {
	end := r.size
	if r.floors != nil {
		end += (r.unit - end%r.unit) % r.unit
	}
	if to = min(to, end); from >= to {
		return out
	}
	for u := from / r.unit; u*r.unit < to; u++ {
		out = append(out, piece{u, op})
	}
	return out
}

// fillUnit lets fate pick the version of the unit that starts at start: how many
// of its writes, oldest first, the disk has seen. What the lost ones owe is a gap,
// unless older bytes stand there.
func (r *recovery) fillUnit(start int64, pieces []piece) {
	clear(r.wrote)
	clear(r.owed)
	end := min(start+r.unit, r.size)
	kept := r.version(start, pieces)
	cuts := r.cuts
	for _, pc := range pieces {
		for ; len(cuts) > 0 && cuts[0].op < pc.op; cuts = cuts[1:] {
			r.cutUnit(start, cuts[0].size)
		}
		switch {
		case pc.op < 0:
			r.oweLost(start, end)
		case kept > 0:
			kept--
			r.put(start, &r.p.ops[pc.op])
		default:
			r.owe(start, r.p.ops[pc.op].off, r.p.ops[pc.op].end())
		}
	}
	for _, c := range cuts {
		r.cutUnit(start, c.size)
	}
	r.store(start, end)
}

// version is the number of writes of the unit that survive.
func (r *recovery) version(start int64, pieces []piece) int {
	n := 0
	for _, pc := range pieces {
		if pc.op < 0 {
			continue
		}
		op := &r.p.ops[pc.op]
		if r.floors != nil && min(op.end(), start+r.unit) > r.floors[pc.op] {
			break
		}
		n++
	}
	if n == 0 {
		return 0
	}
	return int(r.fate(LabelUnit, uint64(n)+1))
}

// put applies a write to the unit.
func (r *recovery) put(start int64, op *fileOp) {
	from, to := max(op.off, start), min(op.end(), start+r.unit)
	copy(r.buf[from-start:], op.data[from-op.off:to-op.off])
	r.wrote.set(int(from-start), int(to-start))
	r.touch(op.seq, op.when)
}

// owe marks the bytes of a lost write.
func (r *recovery) owe(start, from, to int64) {
	from, to = max(from, start), min(to, start+r.unit)
	if from < to {
		r.owed.set(int(from-start), int(to-start))
	}
}

func (r *recovery) oweLost(start, end int64) {
	for _, x := range r.p.lost {
		r.owe(start, max(x.from, r.valid), min(x.to, end))
	}
}

// cutUnit forgets what stood from size on.
func (r *recovery) cutUnit(start, size int64) {
	from := max(size-start, 0)
	if from < r.unit {
		r.wrote.unset(int(from), int(r.unit))
		r.owed.unset(int(from), int(r.unit))
	}
}

// store writes the unit, up to end, and fills its gap.
func (r *recovery) store(start, end int64) {
	size := int(end - start)
	for from, to := range r.wrote.runs(size) {
		r.data.write(r.buf[from:to], start+int64(from))
	}
	r.owed.minus(r.wrote)
	r.owed.unset(0, int(min(max(r.valid-start, 0), r.unit)))
	if r.owed.none(size) || r.fate(LabelGap, 2) == 0 {
		return
	}
	for from, to := range r.owed.runs(size) {
		stale(r.buf[from:to], r.no, start+int64(from))
		r.data.write(r.buf[from:to], start+int64(from))
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
