package simfs

import (
	"cmp"
	"math"
	"slices"
)

// horizon is how far the order of a filesystem that keeps one has survived: every
// operation of the order up to seq. The zero horizon stands for no order at all.
type horizon struct {
	seq   uint64
	write uint64 // of the write after seq that was under way, where data is a part of the order
	units int64  // of it that survived
	ahead uint64 // growths of a file up to this survive too: see traits.flush; by file
}

// everything lies behind this horizon.
var everything = horizon{seq: math.MaxUint64}

// order is the one choice of a filesystem that keeps its metadata in order: how much
// of it has survived. All files whose state depends on it hang on it.
type order struct {
	*changes
	marks []mark
	files []uint64 // those besides inodes, ascending
}

// mark is one option: where the order ends.
type mark struct {
	horizon
	names int   // operations on entries that survive
	split uint8 // and what became of the next one, if that is a rename that falls apart
}

// order collects what is pending in order; nil when nothing is.
func (sp *Space) order(ops []*nameOp) *order {
	o := &order{changes: newChanges(sp, ops)}
	steps := sp.steps(ops)
	if len(steps) == 0 {
		return nil
	}
	o.marks = append(o.marks, mark{})
	for _, s := range steps {
		last := o.marks[len(o.marks)-1]
		last.split, last.write, last.units = nameLost, 0, 0
		if s.op != nil && sp.split && s.op.kind == opMove {
			for _, split := range [...]uint8{nameNeither, nameBoth} {
				torn := last
				torn.split = split
				o.marks = append(o.marks, torn)
			}
		}
		for units := int64(1); units < s.units; units++ {
			torn := last
			torn.write, torn.units = s.seq, units
			o.marks = append(o.marks, torn)
		}
		last.seq = s.seq
		if s.op != nil {
			last.names++
		}
		o.marks = append(o.marks, last)
	}
	for _, no := range sp.touched {
		if l := sp.logs[no]; l != nil && l.bound() && !o.concerns(no) {
			o.files = append(o.files, no)
		}
	}
	return o
}

func (o *order) concerns(no uint64) bool {
	_, ok := slices.BinarySearchFunc(o.inodes, no, func(n named, no uint64) int { return cmp.Compare(n.no, no) })
	return ok
}

// step is one operation in the order.
type step struct {
	seq   uint64
	op    *nameOp // nil = an operation on a file
	units int64   // that the disk may be through with before the whole
}

func (sp *Space) steps(ops []*nameOp) []step {
	var out []step
	for _, op := range ops {
		out = append(out, step{seq: op.seq, op: op})
	}
	for _, no := range sp.touched {
		l := sp.logs[no]
		if l == nil {
			continue
		}
		for i := range l.ops {
			if op := &l.ops[i]; sp.binds(op) {
				out = append(out, step{seq: op.seq, units: sp.unitsOf(op)})
			}
		}
	}
	slices.SortFunc(out, func(a, b step) int { return cmp.Compare(a.seq, b.seq) })
	return out
}

// unitsOf counts the units that a write in the order can be torn into.
func (sp *Space) unitsOf(op *fileOp) int64 {
	if op.kind != opData || !sp.dataJoins || sp.unit == WholeCall {
		return 1
	}
	return (op.end()-1)/sp.unit - op.off/sp.unit + 1
}

// binds reports whether the operation has a place in the order.
func (t *traits) binds(op *fileOp) bool {
	switch {
	case !t.ordered:
		return false
	case op.kind == opData:
		return t.dataJoins || t.growJoins && op.resizes
	}
	return true
}

func (o *order) choices() []*choice {
	return []*choice{{label: LabelOrder, m: uint32(len(o.marks)), kept: uint32(len(o.marks)) - 1, by: o}}
}

func (o *order) under(_ int, option uint32) []*choice {
	m := &o.marks[option]
	var out []*choice
	points := make([]uint64, len(o.entries))
	for i := range o.inodes {
		n := &o.inodes[i]
		links := o.links(n, m.outcome, points)
		if o.plain(n, links) {
			continue
		}
		h := m.horizon
		if o.sp.flush {
			h.ahead = o.flushed(n, m)
		}
		out = append(out, o.sp.file(n.no, links, h))
	}
	for _, no := range o.files {
		out = append(out, o.sp.file(no, o.sp.inode(no).durLinks, m.horizon))
	}
	return out
}

// outcome is what becomes of an operation on entries.
func (m *mark) outcome(op int) uint8 {
	switch {
	case op < m.names:
		return nameKept
	case op == m.names:
		return m.split
	}
	return nameLost
}

// plain reports whether nothing but the names of an inode was open. A choice for it
// under every option would be as many as the square of the operations.
func (o *order) plain(n *named, links int) bool { return links == 0 || o.sp.logs[n.no] == nil }

// flushed is the latest rename of the inode over another of which at least the target
// survives.
func (o *order) flushed(n *named, m *mark) uint64 {
	last := uint64(0)
	for _, op := range n.ops {
		if m.outcome(op) >= nameBoth && o.ops[op].ino == n.no && o.ops[op].over != 0 {
			last = o.ops[op].seq
		}
	}
	return last
}

func (o *order) settle(d *draft, _ int, option uint32) {
	m := &o.marks[option]
	for op := range m.names {
		d.change(op, nameKept)
	}
	if m.split != nameLost {
		d.change(m.names, m.split)
	}
	points := make([]uint64, len(o.entries))
	for i := range o.inodes {
		n := &o.inodes[i]
		if links := o.links(n, m.outcome, points); o.plain(n, links) {
			d.file(n.no, links, nil)
		}
	}
}
