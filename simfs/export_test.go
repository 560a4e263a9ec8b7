package simfs

// PageAddresses returns where the pages of a file's live bytes are in memory: two
// files with the same address share the page.
func PageAddresses(f *FS, name string) []*byte {
	p, e := f.locate(name)
	if e != 0 || p.node == nil {
		return nil
	}
	var out []*byte
	for i := range uint64(p.node.live.size+pageSize-1) / pageSize {
		var first *byte
		if b := p.node.live.data.page(i); len(b) > 0 {
			first = &b[0]
		}
		out = append(out, first)
	}
	return out
}

// Inodes counts the inodes that f holds, those of the temporary directory aside.
func Inodes(f *FS) int {
	n := 0
	for no := range f.inodes.all() {
		if no == rootInode || no >= firstInode {
			n++
		}
	}
	return n
}
