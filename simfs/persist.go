package simfs

import "slices"

// closure lists, oldest first, operations and those that they need.
func (f *FS) closure(ops []*nameOp) []*nameOp {
	need := needs{ops: map[*nameOp]bool{}, entries: map[entry]bool{}, dirs: map[uint64]bool{}}
	for _, op := range ops {
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
func local(ops []*nameOp) bool {
	for _, op := range ops {
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
