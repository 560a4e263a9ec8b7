package simfs

import (
	"math"
	"slices"
)

// fate settles one thing that could go either way: it returns which of m options
// comes true. The options of every label but LabelGap ascend from all lost, 0, to
// all kept, m-1.
type fate func(label string, m uint64) uint64

// keepAll is the fate of a sync that succeeds.
func (f *FS) keepAll(label string, m uint64) uint64 {
	if label == LabelGap {
		return f.choose(label, m)
	}
	return m - 1
}

// loseData is the fate of a sync that fails: the size and the attributes reach the
// disk, the bytes do not.
func (f *FS) loseData(label string, m uint64) uint64 {
	if label == LabelUnit {
		return 0
	}
	return f.keepAll(label, m)
}

// recovery applies to the durable state of an inode those of its pending
// operations that fate keeps, in program order.
type recovery struct {
	state
	no   uint64
	p    *pending
	unit int64
	fate fate

	sizes int   // how many of the operations that resize are kept
	valid int64 // durable bytes below this are in force; those above were cut
	// floors holds, for each operation, the least size that a lost truncation
	// before it cut to: a write beyond that needs the truncation. nil = no
	// truncation is lost.
	floors []int64
	cuts   []cut

	// of the unit at hand, one bit a byte
	buf   []byte
	wrote bitset // kept writes put a byte here
	owed  bitset // lost writes would have
}

// cut is a truncation that is kept.
type cut struct {
	op   int // its place in pending.ops
	size int64
}

// recover returns the durable state of n with what fate keeps of p.
func (f *FS) recover(n *inode, p *pending, fate fate) state {
	r := recovery{state: n.dur.share(), no: n.no, p: p, unit: int64(f.cfg.Unit), fate: fate}
	r.resize()
	r.setAttrs()
	r.fill()
	return r.state
}

// resize keeps a prefix of the operations that resize.
func (r *recovery) resize() {
	total := 0
	for i := range r.p.ops {
		if r.p.ops[i].resizes {
			total++
		}
	}
	if total > 0 {
		r.sizes = int(r.fate(LabelSize, uint64(total)+1))
	}
	before := r.size
	r.valid = before
	r.keepSizes()
	if r.valid = min(r.valid, r.size); r.valid < before {
		r.data.truncate(r.valid)
	}
}

func (r *recovery) keepSizes() {
	left, floor := r.sizes, int64(math.MaxInt64)
	for i := range r.p.ops {
		op := &r.p.ops[i]
		if r.floors != nil {
			r.floors[i] = floor
		}
		switch {
		case !op.resizes:
		case left > 0:
			left--
			r.size = op.size
			r.touch(op.seq, op.when)
			if op.shrinks {
				r.valid = min(r.valid, op.size)
				r.cuts = append(r.cuts, cut{i, op.size})
			}
		case op.shrinks:
			if r.floors == nil {
				r.floors = slices.Repeat([]int64{math.MaxInt64}, len(r.p.ops))
			}
			floor = min(floor, op.size)
		}
	}
}

// setAttrs keeps any subset of the changes of attributes.
func (r *recovery) setAttrs() {
	for i := range r.p.ops {
		op := &r.p.ops[i]
		if op.kind != opAttr || r.fate(LabelAttr, 2) == 0 {
			continue
		}
		a := *op.attr
		if a.setTime {
			r.touch(op.seq, a.mtime)
			a.setTime = false
		}
		a.apply(&r.state)
	}
}
