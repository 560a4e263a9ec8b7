package simfs

import (
	"math/big"
	"slices"
)

// Space is every image that a crash at one moment may leave. It is a snapshot: the
// filesystem that it is of may run on, and may crash.
//
// A Space may be used by one goroutine at a time; the images that it gives are
// filesystems of their own.
type Space struct {
	traits
	heir     *FS // what every image goes on from
	inodes   table
	touched  []uint64 // inodes whose live and durable state may differ, ascending
	logs     map[uint64]*fileLog
	names    []*nameOp           // oldest first
	parted   map[uint64][]string // by directory: see partedNames
	clusters []cluster
	files    map[fileKey]*choice
}

// cluster is choices that do not depend on those of other clusters.
type cluster struct {
	*changes // those of entries that it settles, nil = none
	choices  []*choice
}

// Space returns the images of a crash at this moment. It panics when f has been restarted.
func (f *FS) Space() *Space {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stays("Space")
	sp := f.space()
	for _, no := range sp.touched {
		if p := f.pending[no]; p != nil {
			p.lent = true
		}
	}
	return sp
}

// Op is the index of the latest operation before the crash.
func (sp *Space) Op() uint64 { return sp.heir.ops }

// space is Space for callers that let no pending operation change after it.
func (f *FS) space() *Space {
	sp := &Space{
		traits: f.traits, inodes: f.inodes.share(), touched: f.touched(), logs: map[uint64]*fileLog{},
		names: f.log.all(), parted: map[uint64][]string{}, files: map[fileKey]*choice{},
	}
	f.tok = new(token)
	sp.heir = f.successor()
	room := new(room)
	for _, no := range sp.touched {
		p := f.pending[no]
		if p == nil {
			continue
		}
		if parted := f.partedNames(no, p); parted != nil {
			sp.parted[no] = parted
		}
		if len(p.ops)+len(p.lost) == 0 {
			continue
		}
		sp.logs[no] = &fileLog{
			traits: &sp.traits, room: room, no: no, dur: f.inode(no).dur.frozen(), ops: p.ops,
			lost: slices.Clone(p.lost), raw: slices.Clone(p.raw),
		}
	}
	sp.cluster(sp.names)
	return sp
}

// inode returns an inode as it was at the moment; nil when there was none.
func (sp *Space) inode(no uint64) *inode {
	n, _ := sp.inodes.get(no)
	return n
}

func (sp *Space) durableEntry(e entry) uint64 {
	no, _ := sp.inode(e.dir).dur.names.get(e.name)
	return no
}

// cluster sorts what is pending into clusters: by the age of their first change of an
// entry, then by inode number.
func (sp *Space) cluster(ops []*nameOp) {
	settled := map[uint64]bool{}
	if sp.ordered {
		if o := sp.order(ops); o != nil {
			sp.clusters = append(sp.clusters, cluster{o.changes, o.choices()})
			for _, no := range o.files {
				settled[no] = true
			}
		}
	} else {
		for _, c := range sp.components(ops) {
			sp.clusters = append(sp.clusters, cluster{c.changes, c.choices()})
		}
	}
	for _, c := range sp.clusters {
		for _, n := range c.inodes {
			settled[n.no] = true
		}
	}
	for _, no := range sp.touched {
		if sp.logs[no] != nil && !settled[no] {
			sp.clusters = append(sp.clusters, cluster{nil, []*choice{sp.file(no, sp.inode(no).durLinks, horizon{})}})
		}
	}
}

// Count returns how many states there are. Different states may come to the same
// image: see Distinct.
func (sp *Space) Count() *big.Int {
	product := big.NewInt(1)
	for i := range sp.clusters {
		product.Mul(product, count(sp.clusters[i].choices))
	}
	return product
}

// digits makes every choice, in order, and returns what they came to.
func (sp *Space) digits(pick func(*choice) uint32) []uint32 {
	var out []uint32
	for i := range sp.clusters {
		walk(sp.clusters[i].choices, func(c *choice) uint32 {
			option := pick(c)
			out = append(out, option)
			return option
		})
	}
	return out
}

// touched lists, ascending, the inodes whose live and durable state may differ, and
// those that only a handle keeps. An inode that an operation unlinks or replaces may
// be gone already, when a dropped sync left it without a name.
func (f *FS) touched() []uint64 {
	out := make([]uint64, 0, 2*len(f.pending))
	for no := range f.pending {
		out = append(out, no)
	}
	for no := range f.opens {
		if f.inode(no).liveLinks == 0 {
			out = append(out, no)
		}
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
