package simfs

import (
	"maps"
	"os"
	"slices"
)

// Sync makes durable what the profile promises: of a file its bytes, size and
// attributes, of a directory its entries.
func (h *handle) Sync() error {
	kind := OpSync
	if h.isDir {
		kind = OpSyncDir
	}
	c, err := h.begin(kind, "sync", 0, 0)
	if err != nil {
		return err
	}
	return h.fs.report(&c, 0, h.sync(&c))
}

// syncs reports whether an operation of the kind may make something durable.
func (h *handle) syncs(kind OpKind) bool {
	return kind == OpSync || kind == OpSyncDir || kind == OpWrite && h.flag&os.O_SYNC != 0
}

func (h *handle) sync(c *call) error {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return err
	}
	o := h.inode
	h.fs.hear(o)
	if !h.fs.syncStruck(c, h) {
		h.fs.sync(o.no)
	}
	return h.heard(c)
}

// heard is the error of failed syncs that the handle has not reported yet.
func (h *handle) heard(c *call) error {
	o := h.inode
	if h.errs == o.errs {
		return nil
	}
	h.errs = o.errs
	return c.wrap(o.err)
}

// SyncAll makes everything durable that is pending, as an honest sync of all there is.
// It is no operation: no hook, no fault. What failed or dropped syncs left behind stays
// lost.
func (f *FS) SyncAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deferred = nil
	f.persistAll(f.log.all())
	f.syncEvery()
}

// sync is a sync that the disk did: all that the profile promises of it.
func (f *FS) sync(no uint64) {
	f.settleDeferred()
	f.commit(no)
	f.syncInode(no)
}

// commit makes durable what a sync of the inode takes along: names, and what other
// inodes have pending.
func (f *FS) commit(no uint64) {
	names := f.synced(no)
	f.persistAll(names)
	if f.traits.sync != scopeMetadata && f.traits.sync != scopeAll {
		return
	}
	flushed := f.flushed(names)
	for _, other := range slices.Sorted(maps.Keys(f.pending)) {
		switch {
		case other == no:
		case f.traits.sync == scopeAll:
			f.syncInode(other)
		default:
			f.persistOrdered(other, flushed[other])
		}
	}
}

// owes reports whether a sync of the inode would make anything durable.
func (f *FS) owes(no uint64) bool {
	if p := f.pending[no]; p != nil && len(p.ops) > 0 {
		return true
	}
	if len(f.deferred) > 0 || len(f.synced(no)) > 0 {
		return true
	}
	if f.traits.sync != scopeMetadata && f.traits.sync != scopeAll {
		return false
	}
	for _, p := range f.pending {
		if slices.ContainsFunc(p.ops, func(op fileOp) bool { return f.traits.binds(&op) }) {
			return true
		}
	}
	return false
}

// syncEvery syncs every inode that has something pending.
func (f *FS) syncEvery() {
	for _, no := range slices.Sorted(maps.Keys(f.pending)) {
		f.syncInode(no)
	}
}

// synced lists, oldest first, the changes of entries that a sync of the inode makes
// durable.
func (f *FS) synced(no uint64) []*nameOp {
	p := f.pending[no]
	switch f.traits.sync {
	case scopeInode:
		if p == nil || len(p.names) == 0 {
			return nil
		}
		if local(p.names) {
			return slices.Clone(p.names)
		}
		return f.closure(p.names)
	case scopeNames:
		own := f.namesAbove(no)
		if p != nil {
			own = append(own, p.names...)
		}
		return f.closure(own)
	}
	return f.log.all()
}

// namesAbove lists the pending operations that give an inode its name or take one, and
// the same for the directories that its name is in.
func (f *FS) namesAbove(no uint64) []*nameOp {
	var out []*nameOp
	wanted, taken := map[uint64]bool{no: true}, map[*nameOp]bool{}
	for grown := true; grown; {
		grown = false
		for op := f.log.first; op != nil; op = op.next {
			if taken[op] || !wanted[op.ino] && op.over != no && !(op.kind == opMove && op.isDir && f.holds(op.ino, wanted)) {
				continue
			}
			taken[op], grown = true, true
			out = append(out, op)
			if op.kind == opMove {
				wanted[op.to.dir] = true
			}
			wanted[op.from.dir] = true
		}
	}
	return out
}

// holds reports whether a directory has one of the inodes anywhere below it.
func (f *FS) holds(dir uint64, wanted map[uint64]bool) bool {
	n := f.inode(dir)
	if n == nil {
		return false
	}
	for _, child := range n.live.names.all() {
		if wanted[child] || f.inode(child).isDir() && f.holds(child, wanted) {
			return true
		}
	}
	return false
}

// persistAll makes changes of entries durable, oldest first.
func (f *FS) persistAll(ops []*nameOp) {
	if len(ops) == 0 {
		return
	}
	var displaced []uint64
	for _, op := range ops {
		displaced = f.persist(op, displaced)
	}
	f.forget(ops, displaced)
}

// flushed maps the files that were renamed over others to the latest of these
// operations: see traits.flush.
func (f *FS) flushed(ops []*nameOp) map[uint64]uint64 {
	out := map[uint64]uint64{}
	for _, op := range ops {
		if f.traits.flush && op.kind == opMove && op.over != 0 {
			out[op.ino] = op.seq
		}
	}
	return out
}

// syncInode makes all durable that is pending of an inode but its names and entries.
func (f *FS) syncInode(no uint64) {
	p := f.pending[no]
	if p == nil || f.inode(no) == nil {
		return
	}
	n := f.edit(no)
	switch {
	case p.parted || n.isDir():
		n.dur = f.whole(f.logOf(no, p.ops))
	default:
		n.dur = n.live.share()
	}
	p.raw = nil
	f.settle(no, p)
}

// logOf returns the operations of an inode in the form in which crashes find them.
func (f *FS) logOf(no uint64, ops []fileOp) *fileLog {
	p := f.pending[no]
	return &fileLog{
		traits: &f.traits, room: new(room), no: no, dur: f.inode(no).dur.frozen(), ops: ops, lost: p.lost, raw: p.raw,
	}
}

// whole is the durable state of an inode all of whose operations have reached the disk.
func (f *FS) whole(l *fileLog) state {
	resizes := l.resizes()
	s := newSizing(l, resizes, resizes, &everything)
	return s.build(s.outcome(func(u *unit) int { return u.high }, f.gap(s)))
}

// gap draws what the gap of a unit holds, if it has one that may hold filler.
func (f *FS) gap(s *sizing) func(u *unit, version int) bool {
	return func(u *unit, version int) bool {
		return s.stale && s.owes(u, version) && f.choose(LabelGap, 2) == 1
	}
}

// persistOrdered makes durable what an inode has pending in the order of metadata, and
// its growths before the operation ahead.
func (f *FS) persistOrdered(no, ahead uint64) {
	p, n := f.pending[no], f.inode(no)
	if n == nil || len(p.ops) == 0 {
		return
	}
	l := f.logOf(no, p.ops)
	h := everything
	h.ahead = ahead
	least, _, bound := l.sizes(&h)
	if least == 0 && bound == 0 {
		return
	}
	s := newSizing(l, least, least, &h)
	o := s.outcome(func(u *unit) int { return u.low }, nil)
	n = f.edit(no)
	n.dur = s.build(o)
	p.ops, p.raw = s.rest(o)
	if len(p.ops) == 0 {
		f.settle(no, p)
	}
}
