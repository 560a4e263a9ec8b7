package simfs

import "slices"

// fileDraft is an inode that a cluster settles.
type fileDraft struct {
	no     uint64 // zero = none
	links  int
	sizing *sizing // nil = nothing was pending but names
	outcome
	made map[version]*inode // what it came to in images before, where the ways are few
}

// version is one of the ways that an inode may come out.
type version struct {
	links  int
	sizing *sizing
	code   uint64 // see sizing.code
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
	d.remake(old)
}

// remake puts an inode other than a directory into the table as it came out.
func (d *draft) remake(f *fileDraft) {
	if f.links == 0 {
		d.table.remove(f.no)
		return
	}
	v := version{links: f.links, sizing: f.sizing}
	few := true
	if f.sizing != nil {
		v.code, few = f.sizing.code(f.outcome)
	}
	made := f.made[v]
	if made == nil {
		n := d.sp.inode(f.no)
		made = newClean(n.no, f.links, f.state(n))
		if few {
			f.keep(v, made)
		}
	}
	d.table.set(f.no, mix(f.no), made)
}

// keep remembers an inode for the images to come, but not the first: many drafts are
// for one image.
func (f *fileDraft) keep(v version, n *inode) {
	switch {
	case f.made == nil:
		f.made = map[version]*inode{}
	case len(f.made) < waysKept:
		f.made[v] = n
	}
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
