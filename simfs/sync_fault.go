package simfs

import "slices"

// syncFailure is what a failed sync leaves.
type syncFailure struct {
	cache    CacheAfter
	metadata MetadataAfter
	report   ReportAt
	units    UnitsFailed
}

// failure is what a sync that the rule fails leaves, on that filesystem.
func (t *traits) failure(r *Rule) syncFailure {
	f := t.failed
	if r.Cache != 0 {
		f.cache = r.Cache
	}
	if r.Metadata != 0 {
		f.metadata = r.Metadata
	}
	if r.Report != 0 {
		f.report = r.Report
	}
	f.units = r.Units
	return f
}

// syncStruck is a sync that a rule struck; false leaves it to be done.
func (f *FS) syncStruck(c *call, h *handle) bool {
	o := h.inode
	switch c.fault {
	case DropSync, DeferSync:
		switch {
		case !f.owes(o.no):
			f.miss(c)
		case c.fault == DropSync:
			f.abandon(o.no)
		default:
			f.deferred = append(f.deferred, deferral{o.no, f.seq, f.synced(o.no)})
		}
	case FailSync:
		left := f.traits.failure(&c.by.Rule)
		if !h.isDir { // the journal of a filesystem keeps entries until it can commit them
			f.failSync(o.no, left)
		}
		if left.report == ReportNext {
			f.unsynced(o.no).late = c.by.failure()
		} else {
			o.fail(c.by.failure())
		}
	default:
		return false
	}
	return true
}

// fail gives every handle that is open now an error to report, once.
func (o *openInode) fail(err error) {
	o.errs++
	o.err = err
}

// hear lets the error of an earlier sync out that was to be reported by the next one.
func (f *FS) hear(o *openInode) {
	p := f.pending[o.no]
	if p == nil || p.late == nil {
		return
	}
	o.fail(p.late)
	p.late = nil
	f.settleEmpty(o.no, p)
}

// failSync is a sync of a file that did not write what it was to write. Metadata that
// is durable has taken the metadata before it along.
func (f *FS) failSync(no uint64, left syncFailure) {
	if left.metadata == MetadataPersist {
		f.commit(no)
	}
	p := f.pending[no]
	if p == nil || len(p.ops) == 0 {
		return
	}
	rest, raw := f.persistPart(no, p, left)
	switch left.cache {
	case CacheKeepDirty:
		p.ops, p.raw = rest, raw
	case CacheRevert:
		p.ops, p.raw, p.lost = attributesOf(rest), nil, nil
		f.revert(no, p.ops)
	default:
		f.disown(no, p, rest)
	}
	if len(p.ops) == 0 {
		f.settle(no, p)
	}
}

// persistPart makes durable what got through a sync that failed: size and attributes,
// unless they are rolled back, and none or some of the units. It returns what did not.
func (f *FS) persistPart(no uint64, p *pending, left syncFailure) ([]fileOp, spans) {
	l := f.logOf(no, p.ops)
	apart := f.traits
	apart.dataJoins, apart.growJoins = false, false // not even a journal has brought the data along
	l.traits = &apart
	resizes, h := 0, horizon{}
	if left.metadata == MetadataPersist {
		resizes, h = l.resizes(), everything
	}
	s := newSizing(l, resizes, resizes, &h)
	gap := f.gap(s)
	if left.cache == CacheKeepDirty {
		gap = nil // still to be filled
	}
	o := s.outcome(func(u *unit) int {
		if left.units == UnitsSome && u.high > u.low && f.choose(LabelFail, 2) == 1 {
			return u.high
		}
		return u.low
	}, gap)
	if left.metadata != MetadataPersist {
		clear(o.attrs)
	}
	n := f.edit(no)
	n.dur = s.build(o)
	return s.rest(o)
}

// revert makes programs see what is durable of a file, but for the changes of its
// attributes, those pending included.
func (f *FS) revert(no uint64, attrs []fileOp) {
	n := f.edit(no)
	n.live.size, n.live.data, n.live.mtime = n.dur.size, n.dur.data.share(), n.dur.mtime
	for i := range attrs {
		attrs[i].attr.apply(&n.live)
	}
}

func attributesOf(ops []fileOp) []fileOp {
	var out []fileOp
	for _, op := range ops {
		if op.kind == opAttr {
			out = append(out, op)
		}
	}
	return out
}

// disown leaves what is pending of a file to the cache, which takes it for clean.
func (f *FS) disown(no uint64, p *pending, rest []fileOp) {
	size := f.inode(no).live.size
	for i := range rest {
		if op := &rest[i]; op.kind == opData {
			p.lost.add(op.off, min(op.end(), size))
		}
	}
	p.ops, p.raw, p.parted = nil, nil, true
}

// dropped is a sync that the disk did not do although the cache takes its pages for
// clean.
var dropped = syncFailure{CacheKeepNew, MetadataRollback, ReportNow, UnitsAll}

// abandon is a sync that was dropped: what was pending of the inode is no longer, and
// is not durable.
func (f *FS) abandon(no uint64) {
	p := f.pending[no]
	if p == nil {
		return
	}
	for _, op := range p.names {
		f.part(op.from.dir, op.to.dir, op.ino, op.over)
	}
	f.forget(slices.Clone(p.names), nil)
	f.failSync(no, dropped)
}

// part marks inodes whose live and durable state no longer meet.
func (f *FS) part(inodes ...uint64) {
	for _, no := range inodes {
		if no != 0 && f.inode(no) != nil {
			f.unsynced(no).parted = true
		}
	}
}

// deferral is a sync that the drive has put off. A sync of the same inode that fails
// or is dropped before it is done takes its bytes with it.
type deferral struct {
	no    uint64
	seq   uint64    // what was pending then has no later number
	names []*nameOp // that were to be durable, oldest first
}

// settleDeferred does the syncs that were put off.
func (f *FS) settleDeferred() {
	for _, d := range f.deferred {
		f.persistAll(slices.DeleteFunc(d.names, func(op *nameOp) bool { return op.done }))
		if p := f.pending[d.no]; p != nil && f.inode(d.no) != nil {
			f.syncBefore(d.no, p, d.seq)
		}
	}
	f.deferred = nil
}

// syncBefore syncs of an inode what was pending when seq was the latest number.
func (f *FS) syncBefore(no uint64, p *pending, seq uint64) {
	n := 0
	for n < len(p.ops) && p.ops[n].seq <= seq {
		n++
	}
	switch n {
	case 0:
	case len(p.ops):
		f.syncInode(no)
	default:
		state := f.whole(f.logOf(no, p.ops[:n]))
		f.edit(no).dur = state
		for i := range p.ops[:n] {
			p.raw.remove(p.ops[i].off, p.ops[i].end())
		}
		p.ops = slices.Clone(p.ops[n:])
	}
}

// Evict drops the clean pages of the cache, as memory pressure does: what a failed or
// dropped sync left behind is no longer seen by programs either. It is no operation.
func (f *FS) Evict() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for no, p := range f.pending {
		if len(p.lost) == 0 || f.inode(no) == nil {
			continue
		}
		n := f.edit(no)
		for _, x := range p.lost {
			b := make([]byte, x.to-x.from)
			n.dur.data.read(b, x.from)
			n.live.data.write(b, x.from)
		}
		p.lost = nil
	}
}
