package simfs

import (
	"io/fs"
	"syscall"
	"time"
)

// pending is what is unsynced of one inode: the micro-operations since its last
// sync, oldest first, and the bytes that a sync left behind.
type pending struct {
	ops   []fileOp
	chunk []byte    // holds the bytes that the latest writes in ops wrote
	names []*nameOp // of a directory: the changes of its entries

	// lost are the bytes that the cache holds clean although the disk never got
	// them: a sync failed or lied. Only a rewrite makes them pending again.
	lost spans

	// raw are bytes below the durable size that the disk never got, and that are
	// still pending: the size was made durable without them.
	raw spans

	late error // of a failed sync, for the next one to report

	// parted is set once a sync failed or lied: live state is then no longer
	// durable state plus what is pending, and never taken for it again.
	parted bool

	lent bool // a Space reads ops and chunk: they are not to be overwritten
}

// none reports whether nothing would be lost with the entry.
func (p *pending) none() bool {
	return len(p.ops) == 0 && len(p.names) == 0 && !p.parted && p.late == nil
}

// fileOpKind tells the micro-operations on one inode apart.
type fileOpKind uint8

const (
	opData fileOpKind = iota // W, one for each unit that the write touched, and G when it grew the file
	opSize                   // T
	opAttr                   // A
)

// fileOp is a micro-operation on one inode, or those of one write.
type fileOp struct {
	kind    fileOpKind
	resizes bool // has a part in the order of sizes: an opSize, or a write that grew the file
	shrinks bool // an opSize that cut bytes off
	seq     uint64
	when    time.Time
	off     int64       // opData: where it wrote
	data    []byte      // opData: what it wrote
	size    int64       // the size of the file afterwards, when resizes
	attr    *attrChange // opAttr
}

// end is where an opData stopped writing.
func (op *fileOp) end() int64 { return op.off + int64(len(op.data)) }

// attrChange sets some of mode, owner and time.
type attrChange struct {
	mode                       fs.FileMode
	uid, gid                   int
	mtime                      time.Time
	setMode, setOwner, setTime bool
}

// permBits are the mode bits that Chmod and creation can set.
const permBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

func (a attrChange) apply(s *state) {
	if a.setMode {
		s.mode = s.mode&^permBits | a.mode
	}
	if a.setOwner && a.uid != -1 {
		s.uid = a.uid
	}
	if a.setOwner && a.gid != -1 {
		s.gid = a.gid
	}
	if a.setTime {
		s.mtime = a.mtime
	}
}

// unsynced returns the pending entry of an inode, new if need be.
func (f *FS) unsynced(no uint64) *pending {
	p := f.pending[no]
	if p != nil {
		return p
	}
	if last := len(f.spare) - 1; last >= 0 {
		p, f.spare = f.spare[last], f.spare[:last]
	} else {
		p = new(pending)
	}
	if f.pending == nil {
		f.pending = map[uint64]*pending{}
	}
	f.pending[no] = p
	return p
}

const (
	spareMax    = 8    // pending entries kept for reuse
	spareOpsMax = 4096 // operations above which an entry is not kept

	chunkMin = 512 // bytes
	chunkMax = 64 << 10
)

// keep copies what a write wrote.
func (p *pending) keep(b []byte) []byte {
	if len(b) > cap(p.chunk)-len(p.chunk) {
		p.chunk = make([]byte, 0, max(len(b), chunkMin, min(2*cap(p.chunk), chunkMax)))
	}
	at := len(p.chunk)
	p.chunk = append(p.chunk, b...)
	return p.chunk[at:]
}

// settle forgets the operations of an inode that its sync has dealt with.
func (f *FS) settle(no uint64, p *pending) {
	if p.lent {
		p.ops, p.chunk, p.lent = nil, nil, false
	}
	clear(p.ops)
	p.ops, p.chunk = p.ops[:0], p.chunk[:0]
	f.settleEmpty(no, p)
}

// settleEmpty drops the entry if there is nothing in it.
func (f *FS) settleEmpty(no uint64, p *pending) {
	if !p.none() {
		return
	}
	delete(f.pending, no)
	if len(f.spare) < spareMax && cap(p.ops) <= spareOpsMax && cap(p.chunk) <= chunkMax {
		f.spare = append(f.spare, p)
	}
}

// write stores b in the live file and records it as pending.
func (f *FS) write(no uint64, b []byte, off int64) {
	if len(b) == 0 {
		return
	}
	n, now := f.edit(no), f.now()
	p, end := f.unsynced(no), off+int64(len(b))
	known := p.known(n)
	n.live.data.write(b, off)
	n.live.size = max(n.live.size, end)
	n.live.mtime = now

	if off2, end2, ok := p.lost.rewrite(off, end, f.traits.grain()); ok {
		off, end = off2, min(end2, n.live.size)
		b = make([]byte, end-off)
		n.live.data.read(b, off)
	}
	f.seq++
	p.ops = append(p.ops, fileOp{
		kind: opData, resizes: end > known, seq: f.seq, when: now,
		off: off, data: p.keep(b), size: end,
	})
}

// known is the size that the disk comes to know by what is pending. Once a sync failed
// or lied that may be less than what programs see; writing beyond it grows the file
// for the disk, if not for them.
func (p *pending) known(n *inode) int64 {
	if !p.parted {
		return n.live.size
	}
	for i := len(p.ops) - 1; i >= 0; i-- {
		if p.ops[i].resizes {
			return p.ops[i].size
		}
	}
	return n.dur.size
}

// resize truncates or extends the live file and records it as pending.
func (f *FS) resize(no uint64, size int64) {
	n, now := f.edit(no), f.now()
	shrinks := size < n.live.size
	if shrinks {
		n.live.data.truncate(size)
	}
	n.live.size, n.live.mtime = size, now

	p := f.unsynced(no)
	p.lost.truncate(size)
	f.seq++
	p.ops = append(p.ops, fileOp{kind: opSize, resizes: true, shrinks: shrinks, seq: f.seq, when: now, size: size})
}

// setAttr changes mode, owner or time of the named inode.
func (f *FS) setAttr(c *call, a attrChange) error {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return err
	}
	p, e := f.locate(c.name)
	if e == 0 && p.node == nil {
		e = syscall.ENOENT
	}
	if e != 0 {
		return c.wrap(e)
	}
	a.apply(&f.edit(p.node.no).live)
	f.seq++
	u := f.unsynced(p.node.no)
	u.ops = append(u.ops, fileOp{kind: opAttr, seq: f.seq, when: f.now(), attr: &a})
	return nil
}
