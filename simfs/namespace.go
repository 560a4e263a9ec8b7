package simfs

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

// nameOpKind tells the micro-operations on directory entries apart.
type nameOpKind uint8

const (
	opLink   nameOpKind = iota // N: the entry points to a new inode
	opUnlink                   // N: the entry goes
	opMove                     // R: the entry goes and the target entry points to its inode, as one
)

// nameOp is a micro-operation on directory entries.
type nameOp struct {
	kind  nameOpKind
	isDir bool // the inode linked, unlinked or moved is a directory
	seq   uint64
	when  time.Time
	from  entry  // the entry linked or unlinked, or the source of a move
	to    entry  // the target of a move
	ino   uint64 // the inode linked, unlinked or moved
	over  uint64 // the inode whose name a move took, or 0

	prev, next *nameOp // in nameLog

	done bool // taken out of the log
}

// entry is a name in a directory.
type entry struct {
	dir  uint64
	name string
}

// nameLog holds every pending nameOp, oldest first.
type nameLog struct {
	first, last *nameOp
}

func (l *nameLog) push(op *nameOp) {
	op.prev = l.last
	if l.last == nil {
		l.first = op
	} else {
		l.last.next = op
	}
	l.last = op
}

func (l *nameLog) drop(op *nameOp) {
	if op.prev == nil {
		l.first = op.next
	} else {
		op.prev.next = op.next
	}
	if op.next == nil {
		l.last = op.prev
	} else {
		op.next.prev = op.prev
	}
	op.prev, op.next, op.done = nil, nil, true
}

// all lists the operations, oldest first.
func (l *nameLog) all() []*nameOp {
	var out []*nameOp
	for op := l.first; op != nil; op = op.next {
		out = append(out, op)
	}
	return out
}

// gives reports whether the operation would give op.ino a name.
func (op *nameOp) gives() bool { return op.kind != opUnlink }

// record makes op pending in the directories that it changes.
func (f *FS) record(op nameOp) {
	f.seq++
	op.seq, op.when = f.seq, f.now()
	o := &op
	f.log.push(o)
	from := f.unsynced(op.from.dir)
	from.names = append(from.names, o)
	f.edit(op.from.dir).live.mtime = op.when
	if op.kind == opMove && op.to.dir != op.from.dir {
		to := f.unsynced(op.to.dir)
		to.names = append(to.names, o)
		f.edit(op.to.dir).live.mtime = op.when
	}
	if op.gives() {
		f.edit(op.ino).refs++
	}
}

// link gives a new inode its name in dir.
func (f *FS) link(at entry, mode fs.FileMode) *inode {
	n := f.newInode(mode, f.now())
	n.liveLinks = 1
	f.edit(at.dir).live.names.set(at.name, namePriority(at.name), n.no)
	f.record(nameOp{kind: opLink, isDir: mode.IsDir(), from: at, ino: n.no})
	return n
}

// unlink takes the name of an inode away.
func (f *FS) unlink(at entry, n *inode) {
	no, isDir := n.no, n.isDir()
	f.edit(at.dir).live.names.remove(at.name)
	f.edit(no).liveLinks--
	f.record(nameOp{kind: opUnlink, isDir: isDir, from: at, ino: no})
	f.reap(no)
}

// move renames from to to, over the inode there if there is one.
func (f *FS) move(from, to entry, n, over *inode) {
	op := nameOp{kind: opMove, isDir: n.isDir(), from: from, to: to, ino: n.no}
	if over != nil {
		op.over = over.no
		f.edit(over.no).liveLinks--
	}
	f.edit(from.dir).live.names.remove(from.name)
	f.edit(to.dir).live.names.set(to.name, namePriority(to.name), op.ino)
	f.record(op)
	f.reap(op.over)
}

// mkdirBits are the mode bits that Mkdir can set; Linux leaves the others to Chmod.
const mkdirBits = fs.ModePerm | fs.ModeSticky

func (f *FS) mkdir(c *call, perm os.FileMode) error {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return err
	}
	p, e := f.reach(c.name, followNone)
	switch {
	case p.node != nil && (e == 0 || p.slash):
		e = syscall.EEXIST
	case e == 0:
		f.link(entry{p.dir.no, p.name}, fs.ModeDir|perm&mkdirBits)
	}
	return c.refuse(e)
}

func (f *FS) remove(c *call) error {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return err
	}
	p, e := f.reach(c.name, followNone)
	if e == 0 {
		e = p.removable()
	}
	if e == 0 {
		f.unlink(entry{p.dir.no, p.name}, p.node)
	}
	return c.refuse(e)
}

func (p place) removable() syscall.Errno {
	switch {
	case p.node == nil:
		return syscall.ENOENT
	case p.dir == nil && p.name == ".":
		return syscall.EINVAL
	case p.dir == nil && p.name == "..":
		return syscall.ENOTEMPTY
	case p.dir == nil:
		return syscall.EBUSY
	case p.node.isDir() && p.node.live.names.n > 0:
		return syscall.ENOTEMPTY
	}
	return 0
}

func (f *FS) rename(c *call) error {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return err
	}
	from, e := f.reach(c.name, followNone)
	to, e2 := f.walk(c.name2, followNone, true)
	if refused := f.ontoDir(c, from, to, e, e2); refused != 0 {
		return c.wrap(refused)
	}
	if e = movable(from, to, e, e2); e != 0 || from.node == to.node {
		return c.refuse(e)
	}
	f.move(entry{from.dir.no, from.name}, entry{to.dir.no, to.name}, from.node, to.node)
	return nil
}

// ontoDir refuses to rename onto a directory, as os.Rename does before it asks the
// kernel.
func (f *FS) ontoDir(c *call, from, to place, e, e2 syscall.Errno) syscall.Errno {
	to, e2 = f.lstatted(to, e2, c.name2)
	if e2 != 0 || to.node == nil || !to.node.isDir() {
		return 0
	}
	from, e = f.lstatted(from, e, c.name)
	switch {
	case e != 0:
		return e
	case from.node == nil:
		return syscall.ENOENT
	case c.name == c.name2 || from.node != to.node:
		return syscall.EEXIST
	}
	return 0
}

// lstatted is what Lstat finds where following nothing found p and e.
func (f *FS) lstatted(p place, e syscall.Errno, name string) (place, syscall.Errno) {
	if p.slash && p.node != nil && p.node.isLink() {
		return f.reach(name, followSlash)
	}
	return p, e
}

// movable checks a rename in the order in which the kernel does. e and e2 are what
// locating from and to gave; such a place without a directory and without a node
// has failed on its way.
func movable(from, to place, e, e2 syscall.Errno) syscall.Errno {
	switch {
	case e == syscall.EINVAL || e2 == syscall.EINVAL: // a zero byte: no call is made
		return syscall.EINVAL
	case e != 0 && from.dir == nil:
		return e
	case e2 != 0 && to.dir == nil:
		return e2
	case from.dir == nil || to.dir == nil:
		return syscall.EBUSY
	case from.long || to.long && from.node != nil:
		return syscall.ENAMETOOLONG
	case from.node == nil:
		return syscall.ENOENT
	case e != 0:
		return e
	case !from.node.isDir() && to.slash:
		return syscall.ENOTDIR
	case to.within(from.node):
		return syscall.EINVAL
	case from.node.isDir() && to.node != nil && from.node != to.node:
		return syscall.ENOTDIR
	}
	return 0
}

// within reports whether the place is inside the directory dir.
func (p place) within(dir *inode) bool {
	for _, n := range p.above {
		if n == dir {
			return true
		}
	}
	return false
}

// stat describes what is named, through links as w says.
func (f *FS) stat(c *call, w follow) (*info, error) {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return nil, err
	}
	p, e := f.reach(c.name, w)
	if e == 0 && p.node == nil {
		e = syscall.ENOENT
	}
	if e != 0 {
		return nil, c.wrap(e)
	}
	return p.node.info(base(c.name)), nil
}
