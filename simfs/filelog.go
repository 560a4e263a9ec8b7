package simfs

// fileLog is an inode as a crash finds it: what is durable, and the micro-operations
// since then. Of a directory these are its attributes; its entries are changes.
type fileLog struct {
	*traits
	room *room
	no   uint64
	dur  state
	ops  []fileOp // oldest first
	lost spans    // bytes that the cache holds clean although the disk never got them
	raw  spans    // bytes below the durable size that are still pending

	made map[extent]*sizing
}

// extent is what of a log is settled before its bytes are: how many of the
// operations that resize survive, how many of those in the order of metadata, and how
// far into a write that order ends.
type extent struct {
	sizes, bound int
	units        int64
}

// bound reports whether an operation has a place in the order of metadata.
func (l *fileLog) bound() bool {
	for i := range l.ops {
		if l.binds(&l.ops[i]) {
			return true
		}
	}
	return false
}

// resizes counts the operations that change the size.
func (l *fileLog) resizes() int {
	n := 0
	for i := range l.ops {
		if l.ops[i].resizes {
			n++
		}
	}
	return n
}

// survives reports whether an operation that has a place in the order is behind its
// horizon.
func (h *horizon) survives(op *fileOp) bool { return op.seq <= h.seq }

// sizes returns the least and the most operations that resize of which a prefix may
// survive, and how many operations in the order do.
func (l *fileLog) sizes(h *horizon) (least, most, bound int) {
	total, open := 0, true
	for i := range l.ops {
		op := &l.ops[i]
		binds := l.binds(op)
		survives := binds && h.survives(op)
		if survives {
			bound++
		}
		if !op.resizes {
			continue
		}
		switch {
		case binds && !survives:
			open = false
		case survives, op.seq < h.ahead:
			least = total + 1
		}
		if total++; open {
			most = total
		}
	}
	return least, max(most, least), bound
}

// fileFate is the choice of how much of the size of a file survives.
type fileFate struct {
	no      uint64
	links   int      // durable names in this image; without one the file is gone
	log     *fileLog // nil = nothing is pending but its names
	horizon horizon
	least   int // of the operations that resize, a prefix at least so long survives
	most    int // and at most so long
	bound   int // operations in the order that survive
}

// fileKey is all of an image that the choices about a file depend on.
type fileKey struct {
	no     uint64
	links  int
	least  int
	extent // sizes is the most
}

// file returns the choice that everything about an inode hangs on. Images that differ
// in nothing that matters to the file share it.
func (sp *Space) file(no uint64, links int, h horizon) *choice {
	f := &fileFate{no: no, links: links, horizon: h}
	key := fileKey{no: no, links: links}
	if links > 0 {
		f.log = sp.logs[no]
	}
	if f.log != nil {
		f.least, f.most, f.bound = f.log.sizes(&f.horizon)
		key.least, key.extent = f.least, extent{f.most, f.bound, h.unitsIn(f.log)}
	}
	c, ok := sp.files[key]
	if !ok {
		c = &choice{label: LabelSize, m: 1, leaf: f.log == nil, by: f}
		if f.log != nil && !f.log.follows() {
			c.kept = uint32(f.most - f.least)
			c.m = c.kept + 1
		}
		sp.files[key] = c
	}
	return c
}

// follows reports whether the size follows the data that survives.
func (t *traits) follows() bool { return t.ordered && !t.sizeFirst && !t.dataJoins }

func (f *fileFate) under(_ int, option uint32) []*choice { return f.sizing(option).choices() }

func (f *fileFate) settle(d *draft, _ int, option uint32) {
	if f.log == nil {
		d.file(f.no, f.links, nil)
		return
	}
	d.file(f.no, f.links, f.sizing(option))
}

func (f *fileFate) sizing(option uint32) *sizing {
	sizes := f.least + int(option)
	if f.log.follows() {
		sizes = f.most
	}
	key := extent{sizes: sizes, bound: f.bound, units: f.horizon.unitsIn(f.log)}
	s, ok := f.log.made[key]
	if !ok {
		s = newSizing(f.log, f.least, sizes, &f.horizon)
		if f.log.made == nil {
			f.log.made = map[extent]*sizing{}
		}
		f.log.made[key] = s
	}
	return s
}

// unitsIn counts the units of the write under way if it is one of this file.
func (h *horizon) unitsIn(l *fileLog) int64 {
	for i := range l.ops {
		if h.write != 0 && l.ops[i].seq == h.write {
			return h.units
		}
	}
	return 0
}
