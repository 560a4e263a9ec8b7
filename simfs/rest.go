package simfs

// rest is what is still pending of a file once it is durable as it came out: the
// operations, and the bytes of them below the durable size.
func (s *sizing) rest(o outcome) (ops []fileOp, raw spans) {
	raw = append(raw, s.raw...)
	var done spans // of writes: a later one of the same unit that is lost does not take it back
	firm := map[int]bool{}
	for _, i := range s.firm {
		firm[i] = true
	}
	for at, i := range s.attrs {
		firm[i] = o.attrs[at]
	}
	for i := range s.ops {
		op := s.ops[i]
		switch {
		case op.kind == opData:
			ops = s.restOfWrite(ops, &raw, &done, i, o)
		case op.kind == opSize && i > s.sized, op.kind == opAttr && !firm[i]:
			ops = append(ops, op)
		}
	}
	for _, x := range done {
		raw.remove(x.from, x.to)
	}
	raw.truncate(s.size)
	return ops, raw
}

// restOfWrite appends the parts of a write that are not durable, and notes those that are.
func (s *sizing) restOfWrite(ops []fileOp, raw, done *spans, i int, o outcome) []fileOp {
	op, end := s.ops[i], s.uncut(i)
	var parts spans
	for at := op.off; at < end; {
		reached, next := s.reached(at, i, o)
		next = min(next, end)
		if reached {
			done.add(at, next)
		} else {
			parts.add(at, next)
			raw.add(max(at, s.valid), next)
		}
		at = next
	}
	first := len(ops)
	for _, x := range parts {
		part := op
		part.off, part.data, part.resizes = x.from, op.data[x.from-op.off:x.to-op.off], false
		ops = append(ops, part)
	}
	if op.resizes && i > s.sized && len(ops) > first {
		ops[len(ops)-1].resizes = true
	}
	return ops
}

// uncut is where the bytes of a write end that no later truncation has cut off.
func (s *sizing) uncut(i int) int64 {
	end := s.ops[i].end()
	for _, c := range s.cuts {
		if c.op > i {
			end = min(end, c.size)
		}
	}
	return max(end, s.ops[i].off)
}

// reached reports whether a write is durable at a byte, and up to where that holds.
func (s *sizing) reached(at int64, i int, o outcome) (bool, int64) {
	grain := s.grain()
	next := (at/grain + 1) * grain
	if at >= s.size { // what grew the file further is not durable
		return false, next
	}
	place := s.unitAt(at)
	if place < 0 || at >= s.units[place].limit {
		if place+1 < len(s.units) {
			next = min(next, s.units[place+1].start)
		}
		return false, next
	}
	for version, op := range s.units[place].writes() {
		if op == i {
			return version < o.units[place].version, min(s.units[place].limit, s.size)
		}
	}
	return false, s.units[place].limit
}
