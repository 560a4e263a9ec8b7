package simfs

import (
	"iter"
	"math/bits"
	"slices"
)

const (
	pageSize = 4096 // bytes
	fanBits  = 5
	fan      = 1 << fanBits // children of a page-table node

	// fileSizeMax bounds offsets and sizes; beyond it is EFBIG, as on ext4.
	fileSizeMax = 1 << 44
)

// pages holds the bytes of a file, sparse: a radix tree over pages of 4 KiB, whose
// nodes and pages are shared with copies until one side writes. A write after a
// copy costs one page and one path of nodes, whatever the size of the file.
//
// A plain copy of pages is only safe after share; share is the way to copy.
type pages struct {
	root   *pageNode
	height int    // levels above the leaves
	tok    *token // of the nodes and pages that may be changed in place
	end    *token // of the pages that may be extended in place, shared or not
}

type pageNode struct {
	tok   *token
	kids  []*pageNode // above the leaves
	pages []page      // in a leaf
}

// page holds at most pageSize bytes; those past its length read as zero. The room
// behind its length belongs to one holder, whoever shares the bytes before it: so
// an append to a page that a sync has shared copies nothing.
type page struct {
	tok, end *token
	b        []byte
}

// share freezes the bytes and returns pages that may be changed independently. The
// right to extend stays behind.
func (p *pages) share() pages {
	p.tok = nil
	c := *p
	c.end = nil
	return c
}

// claim makes p the owner of what it is about to make.
func (p *pages) claim() {
	if p.tok == nil {
		p.tok = new(token)
	}
	if p.end == nil {
		p.end = p.tok
	}
}

// read fills b with the bytes from off on; what was never written is zero.
func (p *pages) read(b []byte, off int64) {
	for len(b) > 0 {
		at := int(off % pageSize)
		n := min(len(b), pageSize-at)
		have := 0
		if src := p.page(uint64(off / pageSize)); at < len(src) {
			have = copy(b[:n], src[at:])
		}
		clear(b[have:n])
		b, off = b[n:], off+int64(n)
	}
}

// write stores b at off.
func (p *pages) write(b []byte, off int64) {
	p.claim()
	for len(b) > 0 {
		at := int(off % pageSize)
		n := min(len(b), pageSize-at)
		i := uint64(off / pageSize)
		p.store(p.writable(i), b[:n], at, i > 0)
		b, off = b[n:], off+int64(n)
	}
}

// truncate drops every byte from size on.
func (p *pages) truncate(size int64) {
	if size == 0 {
		p.root, p.height = nil, 0
		return
	}
	p.claim()
	last := uint64(size-1) / pageSize
	if p.root == nil || last >= p.room() {
		return
	}
	p.root = p.cut(p.root, p.height, last, int(size-int64(last)*pageSize))
}

// room is the number of pages that the tree can address at its height.
func (p *pages) room() uint64 {
	return 1 << (fanBits * (p.height + 1))
}

func slot(i uint64, level int) int {
	return int(i >> (fanBits * level) % fan)
}

// page returns the bytes of page i for reading.
func (p *pages) page(i uint64) []byte {
	if p.root == nil || i >= p.room() {
		return nil
	}
	n := p.root
	for level := p.height; level > 0; level-- {
		s := slot(i, level)
		if s >= len(n.kids) || n.kids[s] == nil {
			return nil
		}
		n = n.kids[s]
	}
	if s := slot(i, 0); s < len(n.pages) {
		return n.pages[s].b
	}
	return nil
}

// get returns page i for others to hold too.
func (p *pages) get(i uint64) page { return page{b: p.page(i)} }

// put stores a page that get returned.
func (p *pages) put(i uint64, g page) {
	p.claim()
	*p.writable(i) = g
}

// all yields the pages that were written, ascending; the bytes are not to be changed.
func (p *pages) all() iter.Seq2[uint64, []byte] {
	return func(yield func(uint64, []byte) bool) { p.root.walk(p.height, 0, yield) }
}

func (n *pageNode) walk(level int, first uint64, yield func(uint64, []byte) bool) bool {
	if n == nil {
		return true
	}
	for s, kid := range n.kids {
		if !kid.walk(level-1, first+uint64(s)<<(fanBits*level), yield) {
			return false
		}
	}
	for s := range n.pages {
		if b := n.pages[s].b; len(b) > 0 && !yield(first+uint64(s), b) {
			return false
		}
	}
	return true
}

// writable returns page i inside nodes that may be changed.
func (p *pages) writable(i uint64) *page {
	for p.root != nil && i >= p.room() {
		p.root = &pageNode{tok: p.tok, kids: []*pageNode{p.root}}
		p.height++
	}
	for p.root == nil && i >= p.room() {
		p.height++
	}
	n := p.ownAt(&p.root)
	for level := p.height; level > 0; level-- {
		s := slot(i, level)
		if s >= len(n.kids) {
			n.kids = reach(n.kids, s)
		}
		n = p.ownAt(&n.kids[s])
	}
	s := slot(i, 0)
	if s >= len(n.pages) {
		n.pages = reach(n.pages, s)
	}
	return &n.pages[s]
}

// cut drops every page above last and every byte of last from keep on.
func (p *pages) cut(n *pageNode, level int, last uint64, keep int) *pageNode {
	n = p.own(n)
	s := slot(last, level)
	if level == 0 {
		n.pages = dropAbove(n.pages, s)
		if s < len(n.pages) {
			n.pages[s].cut(p.tok, keep)
		}
		return n
	}
	n.kids = dropAbove(n.kids, s)
	if s < len(n.kids) && n.kids[s] != nil {
		n.kids[s] = p.cut(n.kids[s], level-1, last, keep)
	}
	return n
}

// ownAt is own of the node at a place, where it puts what it had to make: most
// writes change no node.
func (p *pages) ownAt(at **pageNode) *pageNode {
	n := *at
	if n == nil || n.tok != p.tok {
		n = p.own(n)
		*at = n
	}
	return n
}

// own returns n, or a copy of it that may be changed; a new node for nil.
func (p *pages) own(n *pageNode) *pageNode {
	if n == nil {
		return &pageNode{tok: p.tok}
	}
	if n.tok == p.tok {
		return n
	}
	return &pageNode{tok: p.tok, kids: slices.Clone(n.kids), pages: slices.Clone(n.pages)}
}

// store puts b into a page at at: in place where p may, else in a copy. A page that
// is outgrown gets its full room if the file is large, and the next power of two
// if not, so that small files stay small.
func (p *pages) store(g *page, b []byte, at int, large bool) {
	have, need := len(g.b), at+len(b)
	owned := g.tok == p.tok
	switch {
	case need <= cap(g.b) && (owned || at >= have && g.end == p.end):
		if need > have {
			g.b = g.b[:need]
			clear(g.b[have:max(have, at)])
		}
		copy(g.b[at:], b)
		return
	case at == 0 && need >= have && need == pageSize:
		g.b = slices.Clone(b)
	case need <= have:
		g.b = slices.Clone(g.b)
		copy(g.b[at:], b)
	default:
		g.b = append(make([]byte, 0, pageRoom(need, large)), g.b...)[:need]
		copy(g.b[at:], b)
	}
	g.tok, g.end = p.tok, p.end
}

// cut drops the bytes from keep on. What a sharer may still see there is not to be
// overwritten by extending.
func (g *page) cut(tok *token, keep int) {
	if len(g.b) <= keep {
		return
	}
	g.b = g.b[:keep]
	if g.tok != tok {
		g.end = nil
	}
}

func pageRoom(n int, large bool) int {
	if large {
		return pageSize
	}
	return max(64, 1<<bits.Len(uint(n-1)))
}

// reach returns s with room for place i, which is beyond its end.
func reach[T any](s []T, i int) []T {
	return append(s, make([]T, i+1-len(s))...)
}

func dropAbove[T any](s []T, i int) []T {
	if i+1 >= len(s) {
		return s
	}
	clear(s[i+1:])
	return s[:i+1]
}
