package simfs

// used is the number of bytes that the files take up which programs can still
// reach, by a name or a handle. It costs a walk of the inodes.
func (f *FS) used() int64 {
	var total int64
	for no, n := range f.inodes.all() {
		if n.live.mode.IsRegular() && (n.liveLinks > 0 || f.opens[no] != nil) {
			total += n.live.size
		}
	}
	return total
}

// fits reports whether a disk of that capacity has room for what the call does; a
// call that can take no room fits.
func (f *FS) fits(c *call, h *handle, capacity int64) bool {
	if c.Kind == OpSync {
		return f.used() <= capacity
	}
	size, end := f.inode(h.inode.no).live.size, c.Off+c.Len
	return end <= size || h.writable() != 0 || end-size <= capacity-f.used()
}

// room is how many bytes of the write, which does not fit as a whole, do.
func (f *FS) room(c *call, h *handle, capacity int64) int64 {
	size := f.inode(h.inode.no).live.size
	return max(0, size+max(0, capacity-f.used())-c.Off)
}
