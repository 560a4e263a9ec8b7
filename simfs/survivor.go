package simfs

import "slices"

// Survivor is what Restart would be at this moment, while f lives on: neither sees what
// the other does from here. What is pending is pending in both.
func (f *FS) Survivor() *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stays("Survivor")
	g := f.successor()
	g.inodes = f.inodes.share()
	f.tok, g.tok = new(token), new(token)
	log := g.log.copyOf(&f.log)
	g.pending = make(map[uint64]*pending, len(f.pending))
	for no, p := range f.pending {
		p.lent = true
		g.pending[no] = p.copyWith(log)
	}
	for _, d := range f.deferred {
		g.deferred = append(g.deferred, deferral{no: d.no, seq: d.seq, names: log.renewed(d.names)})
	}
	for no := range f.opens {
		g.reap(no)
	}
	return g
}

// copies are the operations of a copied log, by those that they are copies of.
type copies map[*nameOp]*nameOp

// copyOf makes l a copy of another log.
func (l *nameLog) copyOf(other *nameLog) copies {
	made := copies{}
	for op := other.first; op != nil; op = op.next {
		c := *op
		c.prev, c.next = nil, nil
		l.push(&c)
		made[op] = &c
	}
	return made
}

// renewed lists the copies of operations. Those that are in the log no more stay as they
// are: nothing changes them.
func (c copies) renewed(ops []*nameOp) []*nameOp {
	out := slices.Clone(ops)
	for i, op := range out {
		if made := c[op]; made != nil {
			out[i] = made
		}
	}
	return out
}

// copyWith copies an entry whose operations are lent, to go with a copied log.
func (p *pending) copyWith(log copies) *pending {
	return &pending{
		ops: slices.Clone(p.ops), names: log.renewed(p.names),
		lost: slices.Clone(p.lost), raw: slices.Clone(p.raw), late: p.late, parted: p.parted,
	}
}
