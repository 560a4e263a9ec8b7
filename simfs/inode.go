package simfs

import (
	"io/fs"
	"time"
)

// state is what an inode is, either as programs see it or as the disk holds it.
type state struct {
	mode     fs.FileMode // permission bits, and fs.ModeDir or fs.ModeSymlink
	uid, gid int
	mtime    time.Time
	mseq     uint64 // durable only: of the operation that gave mtime
	target   string // symbolic links only: where it leads, fixed at its creation
	size     int64  // bytes; files only
	data     pages  // files only; nothing but zeros from size on
	names    names  // directories only
}

// touch gives the inode the time of an operation, unless it has that of a later one.
func (s *state) touch(seq uint64, when time.Time) {
	if seq > s.mseq {
		s.mseq, s.mtime = seq, when
	}
}

// share returns a copy that may be changed independently.
func (s *state) share() state {
	c := *s
	c.data = s.data.share()
	c.names = s.names.share()
	return c
}

// frozen returns a copy of a state that is not changed any more, for changing.
func (s state) frozen() state {
	s.disown()
	return s
}

// disown gives up what this copy of a shared state may not change in place.
func (s *state) disown() {
	s.data.tok, s.data.end, s.names.tok = nil, nil, nil
}

// inode is a file, a directory or a symbolic link, identified by its number and not by its names.
//
// An inode that has no pending operations and is the target of none is clean: live
// and durable state are equal. Clean inodes are shared between a filesystem and
// its crash images; tok tells who may change this copy in place.
type inode struct {
	tok *token
	no  uint64

	live state // what programs see
	dur  state // what a crash that loses everything unsynced leaves

	liveLinks int // names in live directories
	durLinks  int // names in durable directories
	refs      int // pending operations that would give it a durable name
}

func (n *inode) isDir() bool { return n.live.mode.IsDir() }

func (n *inode) isLink() bool { return n.live.mode&fs.ModeSymlink != 0 }

// newInode makes an inode without names, the same live and durable: what a crash
// finds when nothing but the name has survived.
func (f *FS) newInode(mode fs.FileMode, now time.Time) *inode {
	s := state{mode: mode, mtime: now}
	n := &inode{tok: f.tok, no: f.next, live: s, dur: s}
	f.next++
	f.inodes.set(n.no, mix(n.no), n)
	return n
}

// inode returns an inode for reading. The pointer is good until the next edit of
// that inode.
func (f *FS) inode(no uint64) *inode {
	n, _ := f.inodes.get(no)
	return n
}

// edit returns an inode that may be changed in place.
func (f *FS) edit(no uint64) *inode {
	n := f.inode(no)
	if n.tok == f.tok {
		return n
	}
	c := *n
	c.tok = f.tok
	c.live.disown()
	c.dur.disown()
	f.inodes.set(no, mix(no), &c)
	return &c
}

// reap frees an inode that nothing can reach any more: it has no name, live,
// durable or pending, no handle, and no pending change of an entry of its own.
func (f *FS) reap(no uint64) {
	n := f.inode(no)
	if n == nil || n.liveLinks > 0 || n.durLinks > 0 || n.refs > 0 || f.opens[no] != nil {
		return
	}
	if p := f.pending[no]; p != nil && len(p.names) > 0 {
		return
	}
	delete(f.pending, no)
	f.inodes.remove(no)
	for _, child := range n.live.names.all() {
		f.edit(child).liveLinks--
	}
	for _, child := range n.dur.names.all() {
		f.edit(child).durLinks--
		f.reap(child)
	}
}
