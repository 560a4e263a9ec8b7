package simfs

// rot flips bits of one durable byte of the file that the call is on, and reports
// whether there was one. Programs see it unless they have written the byte since,
// for then the cache hides the disk. What is shared with crash images is copied.
func (f *FS) rot(c *call, h *handle) bool {
	n := f.subject(c, h)
	if n == nil || c.by.Off.At >= n.dur.size { // a directory has no size
		return false
	}
	off, mask := c.by.Off.At, c.by.Mask
	if !c.by.Off.Given {
		off = int64(f.choose(LabelRot, uint64(n.dur.size)))
	}
	if mask == 0 {
		mask = 1 << f.choose(LabelRot, 8)
	}
	n = f.edit(n.no)
	if off < n.live.size && f.pending[n.no].clean(off) {
		n.live.data.flip(off, mask)
	}
	n.dur.data.flip(off, mask)
	return true
}

// subject is what the call is on, or nil.
func (f *FS) subject(c *call, h *handle) *inode {
	if h != nil {
		return f.inode(h.inode.no)
	}
	p, _ := f.locate(c.name)
	return p.node
}

// clean reports whether the byte at off is, for programs, the durable one.
func (p *pending) clean(off int64) bool {
	if p == nil {
		return true
	}
	for i := range p.ops {
		op := &p.ops[i]
		if op.kind == opData && op.off <= off && off < op.end() || op.kind == opSize && op.size <= off {
			return false
		}
	}
	return !p.lost.meets(off, off+1)
}

// flip inverts bits of the byte at off.
func (p *pages) flip(off int64, mask uint8) {
	var b [1]byte
	p.read(b[:], off)
	b[0] ^= mask
	p.write(b[:], off)
}
