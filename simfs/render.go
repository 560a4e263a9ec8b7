package simfs

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
	from, to := int(max(size-u.start, 0)), int(u.limit-u.start)
	r.wrote.unset(from, to)
	r.owed.unset(from, to)
}

// stale fills b with what a block holds that was never written back: bytes fixed by
// their place, none of them zero.
func stale(b []byte, no uint64, off int64) {
	at := uint64(off)
	for i := 0; i < len(b); {
		word := mix(no<<44^at/8) >> (at % 8 * 8)
		for n := 8 - at%8; n > 0 && i < len(b); n-- {
			b[i] = byte(word) | 1
			word >>= 8
			i++
			at++
		}
	}
}
