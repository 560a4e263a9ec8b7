package simfs

import (
	"math"
	"slices"
)

// sizing is a file whose size is settled, with all that still is not: which changes
// of its attributes survive, and which version of each unit.
type sizing struct {
	*fileLog
	size  int64 // bytes
	valid int64 // durable bytes below this are in force; those above were cut
	sized int   // the last operation whose size survives, -1 = none

	// floors holds, for each operation, the least size that a lost truncation
	// before it cut to: a write beyond that needs the truncation. nil = no
	// truncation is lost.
	floors []int64
	cuts   []cut
	grows  []int  // operations whose growth survives if their data does, oldest first; see traits.follows
	firm   []int  // changes of attributes that survive
	attrs  []int  // those that may go either way
	units  []unit // ascending
	pages  []*pageOfUnits
}

// cut is a truncation that survives.
type cut struct {
	op   int // its place in the log
	size int64
}

// newSizing keeps the first operations that resize; beyond firm only if data does.
func newSizing(l *fileLog, firm, sizes int, h *horizon) *sizing {
	s := &sizing{fileLog: l, size: l.dur.size, valid: l.dur.size, sized: -1}
	s.keepSizes(firm, sizes)
	for i := range s.ops {
		switch op := &s.ops[i]; {
		case op.kind != opAttr:
		case !s.ordered:
			s.attrs = append(s.attrs, i)
		case h.survives(op):
			s.firm = append(s.firm, i)
		}
	}
	s.units = s.divide(h)
	s.pages = s.paginate()
	return s
}

func (s *sizing) keepSizes(firm, sizes int) {
	floor, done := int64(math.MaxInt64), 0
	for i := range s.ops {
		op := &s.ops[i]
		if s.floors != nil {
			s.floors[i] = floor
		}
		switch {
		case !op.resizes:
			continue
		case done < firm || !s.follows() && done < sizes:
			s.size, s.sized = op.size, i
			if op.shrinks {
				s.valid = min(s.valid, op.size)
				s.cuts = append(s.cuts, cut{i, op.size})
			}
		case done < sizes:
			s.grows = append(s.grows, i)
		case op.shrinks:
			if s.floors == nil {
				s.floors = slices.Repeat([]int64{math.MaxInt64}, len(s.ops))
			}
			floor = min(floor, op.size)
		}
		done++
	}
	s.valid = min(s.valid, s.size)
}

// reach is the most that the size may be.
func (s *sizing) reach() int64 {
	if last := len(s.grows) - 1; last >= 0 {
		return s.ops[s.grows[last]].size
	}
	return s.size
}

// The choices of a sizing, by what their places begin with: attributes, then for
// each unit its version, and what hangs on that.
const (
	aboutAttr = iota
	aboutVersion
	aboutDamage
	aboutGap
	abouts
)

func (s *sizing) choices() []*choice {
	made := make([]choice, 0, len(s.attrs)+len(s.units))
	for i := range s.attrs {
		made = append(made, choice{label: LabelAttr, m: 2, kept: 1, leaf: true, by: s, at: i*abouts + aboutAttr})
	}
	for i := range s.units {
		u := &s.units[i]
		c := choice{label: LabelUnit, m: uint32(u.high-u.low) + 1, by: s, at: i*abouts + aboutVersion}
		c.kept = c.m - 1
		c.leaf = !s.torn && !s.collateral && !(s.stale && s.mayGap(u))
		made = append(made, c)
	}
	out := make([]*choice, len(made))
	for i := range made {
		out[i] = &made[i]
	}
	return out
}

func (s *sizing) under(at int, option uint32) []*choice {
	i, about := at/abouts, at%abouts
	if about != aboutVersion {
		return nil
	}
	u := &s.units[i]
	var out []*choice
	version := u.low + int(option)
	if kinds := s.damageKinds(u, version); len(kinds) > 1 {
		whole := uint32(len(kinds)) - 1
		out = append(out, &choice{label: LabelDamage, m: whole + 1, lost: whole, kept: whole, leaf: true, by: s, at: i*abouts + aboutDamage})
	}
	if s.stale && s.owes(u, version) {
		out = append(out, &choice{label: LabelGap, m: 2, leaf: true, by: s, at: i*abouts + aboutGap})
	}
	return out
}

func (s *sizing) settle(d *draft, at int, option uint32) {
	i, f := at/abouts, &d.current
	switch at % abouts {
	case aboutAttr:
		f.attrs[i] = option == 1
	case aboutVersion:
		u := &s.units[i]
		f.units[i] = fate{version: u.low + int(option)}
	case aboutDamage:
		f.units[i].damage = s.damageKinds(&s.units[i], f.units[i].version)[option]
	case aboutGap:
		f.units[i].filler = option == 1
	}
}

// outcome is what became of a file whose size is settled.
type outcome struct {
	attrs []bool // by place in sizing.attrs
	units []fate // by place in sizing.units
}

// fate is what became of a unit.
type fate struct {
	version int    // its first writes survive
	damage  damage // of the last of them
	filler  bool   // its gap holds filler
}

// waysKept bounds what is kept of a file, or of a page of it, from one image to others.
const waysKept = 1 << 10

// code numbers the ways that a file may come out; not few = they are too many.
func (s *sizing) code(o outcome) (code uint64, few bool) {
	weight := uint64(1)
	for i := range o.attrs {
		if o.attrs[i] {
			code += weight
		}
		if weight *= 2; weight > waysKept {
			return 0, false
		}
	}
	for i, f := range o.units {
		digit, radix := s.codeOf(f, &s.units[i])
		code += digit * weight
		if weight *= radix; weight > waysKept {
			return 0, false
		}
	}
	return code, true
}

// codeOf numbers what may become of a unit.
func (s *sizing) codeOf(f fate, u *unit) (digit, radix uint64) {
	digit, radix = uint64(f.version-u.low), uint64(u.high-u.low+1)
	if s.torn || s.collateral {
		digit, radix = digit*uint64(damages)+uint64(f.damage), radix*uint64(damages)
	}
	if s.stale && (s.torn || s.collateral || s.mayGap(u)) {
		digit, radix = digit*2, radix*2
		if f.filler {
			digit++
		}
	}
	return digit, radix
}

// resize makes room for a file, all of it lost.
func (o *outcome) resize(attrs, units int) {
	o.attrs, o.units = slices.Grow(o.attrs[:0], attrs)[:attrs], slices.Grow(o.units[:0], units)[:units]
	clear(o.attrs)
	clear(o.units)
}

// outcome is the one in which every change of attributes survives, and of each unit the
// version and the filler that are asked for; no filler for nil.
func (s *sizing) outcome(version func(*unit) int, filler func(u *unit, version int) bool) outcome {
	var o outcome
	o.resize(len(s.attrs), len(s.units))
	for i := range o.attrs {
		o.attrs[i] = true
	}
	for i := range s.units {
		u := &s.units[i]
		o.units[i].version = version(u)
		o.units[i].filler = filler != nil && filler(u, o.units[i].version)
	}
	return o
}

// build returns the file as it came out.
func (s *sizing) build(o outcome) state {
	st := s.dur.share()
	if s.valid < st.size {
		st.data.truncate(s.valid)
	}
	size, sized := s.final(o)
	st.size = size
	if sized >= 0 {
		st.touch(s.ops[sized].seq, s.ops[sized].when)
	}
	s.setAttrs(&st, o)
	for _, p := range s.pages {
		s.fillPage(&st, p, o.units[p.from:p.to])
	}
	return st
}

// final is the size that the file comes out with, and the operation that set it.
func (s *sizing) final(o outcome) (size int64, op int) {
	size, op = s.size, s.sized
	for _, i := range s.grows {
		if s.wrote(o, i) {
			size, op = s.ops[i].size, i
		}
	}
	return size, op
}

// wrote reports whether the last unit of a write survives.
func (s *sizing) wrote(o outcome, op int) bool {
	at := (s.ops[op].end() - 1) / s.unit * s.unit
	i, _ := slices.BinarySearchFunc(s.units, at, func(u unit, at int64) int { return int(u.start - at) })
	written := 0
	for _, pc := range s.units[i].pieces {
		if pc >= 0 && pc <= op {
			written++
		}
	}
	return o.units[i].version >= written
}

// setAttrs applies the changes of attributes that survive.
func (s *sizing) setAttrs(st *state, o outcome) {
	set := func(i int) {
		a := *s.ops[i].attr
		if a.setTime {
			st.touch(s.ops[i].seq, a.mtime)
			a.setTime = false
		}
		a.apply(st)
	}
	for _, i := range s.firm {
		set(i)
	}
	for at, i := range s.attrs {
		if o.attrs[at] {
			set(i)
		}
	}
}
