package simfs

import (
	"slices"
	"time"
)

// draft is an image in the making. It is kept from one image to the next: only what
// differs between the two is made again, so that the images of a search cost what
// they differ in.
type draft struct {
	sp       *Space
	table    table // the inodes of the image
	clusters []replayed
	dirs     map[uint64]*dirDraft
	dirNos   []uint64 // those in dirs, ascending
	files    map[uint64]*fileDraft
	made     map[madeKey]*inode

	// While a cluster is replayed:
	cluster int
	current fileDraft
}

// replayed is what a cluster has come to in the table.
type replayed struct {
	digits []uint32
	done   bool     // digits are in force
	points []uint64 // by entry of the cluster, the inode that it points to
	before []uint64 // room for the points of the image before
	fates  []uint8  // by change of entries of the cluster, what became of it
}

// dirDraft is a directory that clusters settle something of.
type dirDraft struct {
	names   names
	latest  map[int]change // by cluster, the latest change of entries that survives
	changed bool           // the table shows an older state
}

// change is the number and the time of an operation.
type change struct {
	seq  uint64
	when time.Time
}

// fileDraft is an inode that a cluster settles.
type fileDraft struct {
	no     uint64 // zero = none
	links  int
	sizing *sizing // nil = nothing was pending but names
	outcome
}

// newDraft returns a draft in which all that was touched is as it is durably.
func (sp *Space) newDraft() *draft {
	d := &draft{
		sp: sp, table: sp.inodes, clusters: make([]replayed, len(sp.clusters)),
		dirs: map[uint64]*dirDraft{}, files: map[uint64]*fileDraft{}, made: map[madeKey]*inode{},
	}
	for i := range sp.clusters {
		if c := sp.clusters[i].changes; c != nil {
			d.clusters[i].points = slices.Clone(c.base)
		}
	}
	for _, no := range sp.touched {
		n := sp.inode(no)
		if n.isDir() {
			d.dirNos = append(d.dirNos, no)
			d.dirs[no] = &dirDraft{names: n.dur.frozen().names, latest: map[int]change{}, changed: true}
			continue
		}
		d.put(n, n.durLinks, n.dur.frozen())
	}
	return d
}

// make turns the draft into the image with those digits.
func (d *draft) make(digits []uint32) {
	for i := range d.sp.clusters {
		left := digits
		walk(d.sp.clusters[i].choices, func(*choice) uint32 {
			digit := left[0]
			left = left[1:]
			return digit
		})
		d.set(i, digits[:len(digits)-len(left)])
		digits = left
	}
	for _, no := range d.dirNos {
		if dir := d.dirs[no]; dir.changed {
			d.putDir(no, dir)
		}
	}
}

// set replays a cluster, unless it came out so already.
func (d *draft) set(i int, digits []uint32) {
	r, c := &d.clusters[i], &d.sp.clusters[i]
	if r.done && slices.Equal(r.digits, digits) {
		return
	}
	r.digits, r.done = append(r.digits[:0], digits...), true
	r.points, r.before = r.before, r.points
	if c.changes != nil {
		r.points = append(r.points[:0], c.base...)
		r.fates = append(r.fates[:0], make([]uint8, len(c.ops))...)
	}
	d.cluster = i
	d.forgetChanges(c)
	d.replay(c.choices, &digits)
	d.closeFile()
	for at, no := range r.points {
		if r.before[at] != no {
			d.point(c.entries[at], no)
		}
	}
}

func (d *draft) replay(choices []*choice, digits *[]uint32) {
	for _, c := range choices {
		option := uint32(0)
		if c.m > 1 {
			option = (*digits)[0]
			*digits = (*digits)[1:]
		}
		c.by.settle(d, c.at, option)
		d.replay(c.under(option), digits)
	}
}

func (d *draft) forgetChanges(c *cluster) {
	if c.changes == nil {
		return
	}
	for _, e := range c.entries {
		dir := d.dirs[e.dir]
		if _, ok := dir.latest[d.cluster]; ok {
			delete(dir.latest, d.cluster)
			dir.changed = true
		}
	}
}

// change applies an operation on entries of the cluster at hand.
func (d *draft) change(op int, outcome uint8) {
	c := d.sp.clusters[d.cluster].changes
	c.apply(d.clusters[d.cluster].points, op, outcome)
	d.clusters[d.cluster].fates[op] = outcome
	if outcome == nameLost {
		return
	}
	o := c.ops[op]
	for _, e := range o.touched() {
		dir := d.dirs[e.dir]
		dir.latest[d.cluster], dir.changed = change{o.seq, o.when}, true
	}
}

// point makes an entry point to an inode, or to nothing for 0.
func (d *draft) point(e entry, no uint64) {
	dir := d.dirs[e.dir]
	dir.changed = true
	if no == 0 {
		dir.names.remove(e.name)
	} else {
		dir.names.set(e.name, namePriority(e.name), no)
	}
}

// file begins an inode of the cluster at hand: it has so many names, and its size is
// settled.
func (d *draft) file(no uint64, links int, s *sizing) {
	d.closeFile()
	d.current.no, d.current.links, d.current.sizing = no, links, s
	if s == nil {
		d.current.resize(0, 0)
		return
	}
	d.current.resize(len(s.attrs), len(s.units))
}

// closeFile puts the inode that was begun into the table, if it came out anew.
func (d *draft) closeFile() {
	f := &d.current
	if f.no == 0 {
		return
	}
	no := f.no
	defer func() { f.no = 0 }()
	old := d.files[no]
	if old == nil {
		old = new(fileDraft)
		d.files[no] = old
	} else if old.equals(f) {
		return
	}
	old.set(f)
	if dir := d.dirs[no]; dir != nil {
		dir.changed = true
		return
	}
	d.putFile(d.sp.inode(no), old)
}

func (f *fileDraft) set(g *fileDraft) {
	f.no, f.links, f.sizing = g.no, g.links, g.sizing
	f.attrs, f.units = append(f.attrs[:0], g.attrs...), append(f.units[:0], g.units...)
}

func (f *fileDraft) equals(g *fileDraft) bool {
	return f.links == g.links && f.sizing == g.sizing &&
		slices.Equal(f.attrs, g.attrs) && slices.Equal(f.units, g.units)
}

func (f *fileDraft) state(n *inode) state {
	if f.sizing == nil || f.links == 0 {
		return n.dur.frozen()
	}
	return f.sizing.build(f.outcome)
}

func (d *draft) putDir(no uint64, dir *dirDraft) {
	dir.changed = false
	n := d.sp.inode(no)
	links, st := n.durLinks, n.dur.frozen()
	if f := d.files[no]; f != nil {
		links, st = f.links, f.state(n)
	}
	st.names = dir.names.share()
	var last change
	for _, c := range dir.latest {
		if c.seq > last.seq {
			last = c
		}
	}
	st.touch(last.seq, last.when)
	d.put(n, links, st)
}

// putFile stores a file as it came out. What comes out often is built once.
func (d *draft) putFile(n *inode, f *fileDraft) {
	key := madeKey{no: f.no, links: f.links, sizing: f.sizing}
	var few bool
	if key.code, few = f.code(); !few || f.links == 0 {
		d.put(n, f.links, f.state(n))
		return
	}
	if made, ok := d.made[key]; ok {
		d.table.set(n.no, mix(n.no), made)
		return
	}
	made := d.put(n, f.links, f.state(n))
	if len(d.made) < madeMax {
		d.made[key] = made
	}
}

// madeKey is all that an inode of an image depends on.
type madeKey struct {
	no     uint64
	links  int
	sizing *sizing
	code   uint64
}

const (
	madeMax = 1 << 12 // inodes kept
	waysMax = 1 << 6  // ways in which a file may come out for them to be kept
)

// code numbers what became of the file, if it is one of few ways.
func (f *fileDraft) code() (code uint64, few bool) {
	weight := uint64(1)
	for _, kept := range f.attrs {
		if kept {
			code += weight
		}
		if weight *= 2; weight > waysMax {
			return 0, false
		}
	}
	for i, u := range f.units {
		digit, radix := u.code(f.sizing, &f.sizing.units[i])
		code += digit * weight
		if weight *= radix; weight > waysMax {
			return 0, false
		}
	}
	return code, true
}

// put stores an inode of the image. A directory without a name stays until the
// image is complete, for what is in it goes with it.
func (d *draft) put(n *inode, links int, st state) *inode {
	if links == 0 && !n.isDir() {
		d.table.remove(n.no)
		return nil
	}
	made := &inode{no: n.no, dur: st, live: st, liveLinks: links, durLinks: links}
	d.table.set(n.no, mix(n.no), made)
	return made
}

// image returns the draft as a filesystem of its own.
func (d *draft) image() *FS {
	g := d.sp.heir.successor()
	g.inodes, g.tok = d.table.share(), new(token)
	for _, no := range d.dirNos {
		g.reap(no)
	}
	return g
}
