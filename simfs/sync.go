package simfs

import "slices"

// sync makes an inode durable, if it is a directory with its entries; its own name
// and its ancestors are not its to sync.
func (f *FS) sync(no uint64) {
	p := f.pending[no]
	if p == nil {
		return
	}
	if len(p.names) > 0 {
		ops := f.closure(p)
		var displaced []uint64
		for _, op := range ops {
			displaced = f.persist(op, displaced)
		}
		f.forget(ops, displaced)
	}
	n := f.edit(no)
	if p.parted || n.isDir() {
		n.dur = f.recover(n, p, f.keepAll)
	} else {
		n.dur = n.live.share()
	}
	f.settle(no, p)
}

// abandon is a sync that the disk did not do although the cache takes its pages
// for clean: what was pending is no longer, and is not durable. With metadata, that
// of a file got through all the same. It reports whether anything was pending.
func (f *FS) abandon(no uint64, metadata bool) bool {
	p := f.pending[no]
	if p == nil || len(p.ops)+len(p.names) == 0 {
		return false
	}
	for _, op := range p.names {
		f.part(op.from.dir, op.to.dir, op.ino, op.over)
	}
	f.forget(slices.Clone(p.names), nil)
	n := f.edit(no)
	if metadata && !n.isDir() {
		n.dur = f.recover(n, p, f.loseData)
	}
	for _, op := range p.ops {
		if op.kind == opData {
			p.lost.add(op.off, min(op.end(), n.live.size))
		}
	}
	p.parted = true
	f.settle(no, p)
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

// closure lists, oldest first, what a sync of the directory makes durable: its
// pending operations and those that they need.
func (f *FS) closure(p *pending) []*nameOp {
	if f.local(p) {
		return slices.Clone(p.names)
	}
	need := needs{ops: map[*nameOp]bool{}, entries: map[entry]bool{}, dirs: map[uint64]bool{}}
	for _, op := range p.names {
		need.ops[op] = true
	}
	var newestFirst []*nameOp
	for op := f.log.last; op != nil; op = op.prev {
		if need.has(op) {
			need.add(op)
			newestFirst = append(newestFirst, op)
		}
	}
	slices.Reverse(newestFirst)
	return newestFirst
}

// local reports whether the operations of one directory need none of another.
func (f *FS) local(p *pending) bool {
	for _, op := range p.names {
		if op.kind == opMove && (op.isDir || op.from.dir != op.to.dir) || op.kind == opUnlink && op.isDir {
			return false
		}
	}
	return true
}

// needs collects, from the newest operation to the oldest, what the ones taken
// need of the older ones.
type needs struct {
	ops      map[*nameOp]bool
	entries  map[entry]bool  // every older operation on these
	dirs     map[uint64]bool // every older operation in these, which were removed
	dirMoves bool            // every older rename of a directory
}

func (n *needs) has(op *nameOp) bool {
	return n.ops[op] || n.entries[op.from] || n.dirs[op.from.dir] ||
		op.kind == opMove && (n.entries[op.to] || n.dirs[op.to.dir] || n.dirMoves && op.isDir)
}

func (n *needs) add(op *nameOp) {
	n.entries[op.from] = true
	switch {
	case op.kind == opMove:
		n.entries[op.to] = true
		n.dirMoves = n.dirMoves || op.isDir
	case op.kind == opUnlink && op.isDir:
		n.dirs[op.ino] = true
	}
}

// persist applies an operation to the durable directories, and appends to
// displaced the inodes that lost a durable name.
func (f *FS) persist(op *nameOp, displaced []uint64) []uint64 {
	switch op.kind {
	case opLink:
		return f.persistName(op.from, op.ino, op, displaced)
	case opUnlink:
		return f.persistName(op.from, 0, op, displaced)
	}
	displaced = f.persistName(op.from, 0, op, displaced)
	return f.persistName(op.to, op.ino, op, displaced)
}

// persistName makes the durable entry point to an inode, or to nothing for 0.
func (f *FS) persistName(at entry, no uint64, op *nameOp, displaced []uint64) []uint64 {
	dir := f.edit(at.dir)
	dir.dur.touch(op.seq, op.when)
	old, _ := dir.dur.names.get(at.name)
	switch {
	case old == no:
		return displaced
	case no == 0:
		dir.dur.names.remove(at.name)
	default:
		dir.dur.names.set(at.name, namePriority(at.name), no)
		f.edit(no).durLinks++
	}
	if old == 0 {
		return displaced
	}
	f.edit(old).durLinks--
	return append(displaced, old)
}

// forget takes operations out of what is pending, and frees what nothing can reach
// any more.
func (f *FS) forget(ops []*nameOp, displaced []uint64) {
	dirs := make([]uint64, 0, 1)
	for _, op := range ops {
		f.log.drop(op)
		for _, dir := range [...]uint64{op.from.dir, op.to.dir} {
			if dir != 0 && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
		if op.gives() {
			f.edit(op.ino).refs--
			displaced = append(displaced, op.ino)
		}
	}
	for _, dir := range dirs {
		p := f.pending[dir]
		p.names = slices.DeleteFunc(p.names, func(op *nameOp) bool { return op.done })
	}
	for _, no := range append(displaced, dirs...) {
		f.reap(no)
	}
}
