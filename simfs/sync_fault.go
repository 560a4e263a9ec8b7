package simfs

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
	case DropSync:
		if !f.abandon(o.no) {
			f.miss(c)
		}
	case DeferSync:
		if !f.deferSync(o.no) {
			f.miss(c)
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

// failSync is a sync of a file that did not write what it was to write.
func (f *FS) failSync(no uint64, left syncFailure) {
	p := f.pending[no]
	if p == nil || len(p.ops) == 0 {
		return
	}
	rest := p.ops
	if left.metadata == MetadataPersist {
		rest = f.persistMetadata(no, p, left.units)
	}
	switch left.cache {
	case CacheKeepDirty:
		p.ops = rest
		return
	case CacheRevert:
		f.revert(no)
		p.ops = attributesOf(rest)
		return
	}
	f.disown(no, p, rest)
}

// persistMetadata makes the size and the attributes of a file durable and, of its
// units, those that got through: none, or some. It returns what is still pending.
func (f *FS) persistMetadata(no uint64, p *pending, units UnitsFailed) []fileOp {
	l := f.logOf(no, p.ops)
	resizes := l.resizes()
	s := newSizing(l, resizes, resizes, &everything)
	through := func(u *unit) int {
		if units == UnitsSome && u.high > u.low && f.choose(LabelFail, 2) == 1 {
			return u.high
		}
		return u.low
	}
	o := s.outcome(through, f.gap(s))
	n := f.edit(no)
	n.dur = s.build(o)
	rest, raw := s.rest(o)
	p.raw = raw
	return rest
}

// revert makes programs see what is durable of the bytes and the size of a file.
func (f *FS) revert(no uint64) {
	n := f.edit(no)
	n.live.size, n.live.data = n.dur.size, n.dur.data.share()
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
	p.parted, p.raw = true, nil
	f.settle(no, p)
}

// abandon is a sync that the disk did not do although the cache takes its pages for
// clean: what was pending is no longer, and is not durable. It reports whether
// anything was pending.
func (f *FS) abandon(no uint64) bool {
	p := f.pending[no]
	if p == nil || len(p.ops)+len(p.names) == 0 {
		return false
	}
	for _, op := range p.names {
		f.part(op.from.dir, op.to.dir, op.ino, op.over)
	}
	f.forget(append([]*nameOp(nil), p.names...), nil)
	f.disown(no, p, p.ops)
	return true
}

// part marks inodes whose live and durable state no longer meet.
func (f *FS) part(inodes ...uint64) {
	for _, no := range inodes {
		if no != 0 && f.inode(no) != nil {
			f.unsynced(no).parted = true
		}
	}
}

// deferral is a sync that the drive has put off.
type deferral struct {
	no  uint64
	seq uint64 // what was pending then has no later number
}

// deferSync puts a sync off until the next honest one, of whatever. It reports whether
// anything was pending.
func (f *FS) deferSync(no uint64) bool {
	p := f.pending[no]
	if p == nil || len(p.ops)+len(p.names) == 0 {
		return false
	}
	f.deferred = append(f.deferred, deferral{no, f.seq})
	return true
}

// settleDeferred does the syncs that were put off.
func (f *FS) settleDeferred() {
	for _, d := range f.deferred {
		p := f.pending[d.no]
		if p == nil {
			continue
		}
		var names []*nameOp
		for _, op := range p.names {
			if op.seq <= d.seq {
				names = append(names, op)
			}
		}
		f.persistAll(f.closure(names))
		if p = f.pending[d.no]; p != nil && f.inode(d.no) != nil {
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
		p.ops, p.raw = append([]fileOp(nil), p.ops[n:]...), nil
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
