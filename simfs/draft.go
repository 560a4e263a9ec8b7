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

	// While a cluster is replayed:
	cluster int
	current fileDraft
}

// replayed is what a cluster has come to in the table.
type replayed struct {
	digits []uint32
	done   bool       // digits are in force
	places []dirPlace // by entry of the cluster
	points []uint64   // by entry of the cluster, the inode that it points to
	before []uint64   // and the one that it pointed to in the image before
	fates  []uint8    // by change of entries of the cluster, what became of it
}

// dirPlace is where the draft keeps an entry.
type dirPlace struct {
	dir *dirDraft
	at  int // of its cluster in dir.latest
}

// dirDraft is a directory that clusters settle something of.
type dirDraft struct {
	names   names
	latest  []change // the latest change of entries that survives, of each cluster that may have one
	changed bool     // the table shows an older state
}

// change is the number and the time of an operation.
type change struct {
	seq  uint64
	when time.Time
}

// newDraft returns a draft in which all that was touched is as it is durably.
func (sp *Space) newDraft() *draft {
	d := &draft{
		sp: sp, table: sp.inodes, clusters: make([]replayed, len(sp.clusters)),
		dirs: map[uint64]*dirDraft{}, files: map[uint64]*fileDraft{},
	}
	for _, no := range sp.touched {
		n := sp.inode(no)
		if n.isDir() {
			d.dirNos = append(d.dirNos, no)
			d.dirs[no] = &dirDraft{names: n.dur.frozen().names, changed: true}
			continue
		}
		d.put(n, n.durLinks, n.dur.frozen())
	}
	for i := range sp.clusters {
		if c := sp.clusters[i].changes; c != nil {
			d.clusters[i].begin(d, c)
		}
	}
	return d
}

// begin finds the places of the entries, all of which are as they are durably.
func (r *replayed) begin(d *draft, c *changes) {
	r.points, r.before, r.fates = slices.Clone(c.base), make([]uint64, len(c.base)), make([]uint8, len(c.ops))
	r.places = make([]dirPlace, len(c.entries))
	slot := map[*dirDraft]int{}
	for i, e := range c.entries {
		dir := d.dirs[e.dir]
		at, ok := slot[dir]
		if !ok {
			at = len(dir.latest)
			slot[dir] = at
			dir.latest = append(dir.latest, change{})
		}
		r.places[i] = dirPlace{dir, at}
	}
}

// make turns the draft into the image with those digits.
func (d *draft) make(digits []uint32) {
	for i := range d.sp.clusters {
		digits = d.set(i, digits)
	}
	for _, no := range d.dirNos {
		if dir := d.dirs[no]; dir.changed {
			d.putDir(no, dir)
		}
	}
}

// set replays a cluster, unless it came out so already, and returns the digits of those
// after it. That it takes the same digits again is enough: they say themselves where
// they end.
func (d *draft) set(i int, digits []uint32) (after []uint32) {
	r, c := &d.clusters[i], &d.sp.clusters[i]
	if n := len(r.digits); r.done && n <= len(digits) && slices.Equal(r.digits, digits[:n]) {
		return digits[n:]
	}
	after = digits
	d.cluster = i
	d.forgetChanges(c)
	d.replay(c.choices, &after)
	d.closeFile()
	r.digits, r.done = append(r.digits[:0], digits[:len(digits)-len(after)]...), true
	for at, no := range r.points {
		if r.before[at] != no {
			d.point(r.places[at].dir, c.entries[at].name, no)
		}
	}
	return after
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

// forgetChanges makes all changes of entries of the cluster at hand lost.
func (d *draft) forgetChanges(c *cluster) {
	if c.changes == nil {
		return
	}
	r := &d.clusters[d.cluster]
	copy(r.before, r.points)
	copy(r.points, c.base)
	clear(r.fates)
	for _, p := range r.places {
		if latest := &p.dir.latest[p.at]; latest.seq != 0 {
			*latest = change{}
			p.dir.changed = true
		}
	}
}

// change applies an operation on entries of the cluster at hand.
func (d *draft) change(op int, outcome uint8) {
	r, c := &d.clusters[d.cluster], d.sp.clusters[d.cluster].changes
	c.apply(r.points, op, outcome)
	r.fates[op] = outcome
	if outcome == nameLost {
		return
	}
	for _, at := range [...]int{c.from[op], c.to[op]} {
		if at >= 0 {
			p := r.places[at]
			p.dir.latest[p.at], p.dir.changed = change{c.ops[op].seq, c.ops[op].when}, true
		}
	}
}

// point makes a name point to an inode, or to nothing for 0.
func (d *draft) point(dir *dirDraft, name string, no uint64) {
	dir.changed = true
	if no == 0 {
		dir.names.remove(name)
	} else {
		dir.names.set(name, namePriority(name), no)
	}
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

// put stores an inode of the image. A directory without a name stays until the
// image is complete, for what is in it goes with it.
func (d *draft) put(n *inode, links int, st state) {
	if links == 0 && !n.isDir() {
		d.table.remove(n.no)
		return
	}
	d.table.set(n.no, mix(n.no), newClean(n.no, links, st))
}

// newClean returns an inode of an image, for any number of images to share.
func newClean(no uint64, links int, st state) *inode {
	return &inode{no: no, dur: st, live: st, liveLinks: links, durLinks: links}
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
