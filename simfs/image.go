package simfs

import "slices"

// Crash is a power loss: f dies with its handles, and the result is what a machine
// finds that starts again, one of the images that the profile allows, drawn from
// Config.Choose. Nothing is pending in it, nothing is open; configuration, rules
// with their counters and the count of operations go on.
//
// A filesystem that is dead may crash again: each call draws another image of the
// moment of its death. Only after Restart it panics, for then its state lives on.
func (f *FS) Crash() *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop("Crash")
	g := f.successor()
	g.inodes, g.tok = f.inodes.share(), new(token)
	f.tok = new(token)
	g.become(f, f.draw())
	return g
}

// Restart is the death of the process alone: f dies with its handles, but what it
// wrote lives on in the result, still pending, as a page cache outlives a kill.
// Files without a name are gone. It panics when f has been restarted before.
func (f *FS) Restart() *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop("Restart")
	f.moved = true
	g := f.successor()
	g.inodes, g.tok = f.inodes, f.tok
	g.log, g.pending, g.spare = f.log, f.pending, f.spare
	for no := range f.opens {
		g.reap(no)
	}
	f.inodes, f.log, f.pending, f.spare = table{}, nameLog{}, nil, nil
	return g
}

func (f *FS) stop(what string) {
	if f.moved {
		panic("simfs: " + what + " of a filesystem that was restarted")
	}
	f.dead = true
}

// successor is a filesystem without inodes that goes on where f stopped.
func (f *FS) successor() *FS {
	return &FS{
		cfg: f.cfg, ops: f.ops, ticks: f.ticks, faults: slices.Clone(f.faults),
		next: f.next, seq: f.seq,
		opens: map[uint64]*openInode{}, pending: map[uint64]*pending{},
	}
}

// become turns g, which shares the inodes of f, into what fate leaves of them. It
// touches only inodes that f has something unsynced of, and draws in the order of
// the log and then of the inode numbers.
func (g *FS) become(f *FS, fate fate) {
	touched := f.touched()
	for _, no := range touched {
		n := g.edit(no)
		n.refs, n.liveLinks = 0, 0
	}
	for _, op := range f.survivors(fate) {
		g.persist(op, nil)
	}
	for _, no := range touched {
		n := g.edit(no)
		if p := f.pending[no]; p != nil && n.durLinks > 0 {
			n.dur = f.recover(n, p, fate)
		}
		n.live, n.liveLinks = n.dur.share(), n.durLinks
	}
	for _, no := range touched {
		g.reap(no)
	}
}

// touched lists, ascending, the inodes whose live and durable state may differ. An
// inode that an operation unlinks or replaces may be gone already, when a dropped
// sync left it without a name.
func (f *FS) touched() []uint64 {
	out := make([]uint64, 0, 2*len(f.pending))
	for no := range f.pending {
		out = append(out, no)
	}
	for op := f.log.first; op != nil; op = op.next {
		for _, no := range [...]uint64{op.ino, op.over} {
			if f.inode(no) != nil {
				out = append(out, no)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// survivors picks a dependency-closed subset of the pending changes of entries,
// oldest first.
func (f *FS) survivors(fate fate) []*nameOp {
	if f.log.first == nil {
		return nil
	}
	var kept []*nameOp
	lost := losses{entries: map[entry]bool{}, dirs: map[uint64]bool{}}
	for op := f.log.first; op != nil; op = op.next {
		if lost.allow(op) && fate(LabelName, 2) == 1 {
			kept = append(kept, op)
		} else {
			lost.add(op)
		}
	}
	return kept
}

// losses collects, from the oldest operation to the newest, what the newer ones
// would need of those that are lost.
type losses struct {
	entries  map[entry]bool  // an operation on this entry is lost
	dirs     map[uint64]bool // an operation in this directory is lost
	dirMoves bool            // a rename of a directory is lost
}

// allow reports whether op may survive: no earlier operation on its entries is
// lost; none in the directory that it removes; and, for the rename of a
// directory, no earlier one of another, or directories could end up inside
// each other.
func (l *losses) allow(op *nameOp) bool {
	switch {
	case l.entries[op.from]:
		return false
	case op.kind == opMove:
		return !l.entries[op.to] && !(op.isDir && l.dirMoves)
	}
	return !(op.kind == opUnlink && op.isDir && l.dirs[op.ino])
}

func (l *losses) add(op *nameOp) {
	l.entries[op.from], l.dirs[op.from.dir] = true, true
	if op.kind == opMove {
		l.entries[op.to], l.dirs[op.to.dir] = true, true
		l.dirMoves = l.dirMoves || op.isDir
	}
}

// The survival rates: the odds that any one thing departs from the common fate of
// its image. Uniform choice alone would leave almost every image near the middle,
// and miss those that lack, or have, nearly everything, where most bugs are.
var rates = [...]struct {
	odds uint64 // one in so many departs; 1 = no common fate
	keep bool   // the common fate
}{
	{16, false}, {4, false}, {1, false}, {4, true}, {16, true},
}

// draw returns the fate of a crash: a rate, when the first decision falls, and then
// decisions at that rate.
func (f *FS) draw() fate {
	rate := -1
	return func(label string, m uint64) uint64 {
		if label == LabelGap {
			return f.choose(label, m)
		}
		if rate < 0 {
			rate = int(f.choose(LabelSurvival, uint64(len(rates))))
		}
		r := rates[rate]
		switch {
		case r.odds == 1 || f.choose(label, r.odds) == 0:
			return f.choose(label, m)
		case r.keep:
			return m - 1
		}
		return 0
	}
}
