package simfs

import (
	"cmp"
	"slices"
)

// changes are pending operations on directory entries, with the entries and the
// inodes that they settle.
type changes struct {
	sp       *Space
	ops      []*nameOp // oldest first
	from, to []int     // by operation: its places in entries; to is -1 for all but renames
	entries  []entry
	base     []uint64 // by entry: the inode that it durably points to, or 0
	inodes   []named  // ascending
}

// named is an inode whose names the changes settle.
type named struct {
	no    uint64
	links int   // durable names of other entries
	ops   []int // the operations that give it a name, or may take one away, oldest first
}

// The outcomes of a change of entries. Between lost and kept are those of a rename
// that falls apart.
const (
	nameLost    = iota
	nameNeither // the source is gone, the target not there
	nameBoth    // the target is there, the source not gone
	nameKept
)

func newChanges(sp *Space, ops []*nameOp) *changes {
	c := &changes{sp: sp, ops: ops, from: make([]int, len(ops)), to: make([]int, len(ops))}
	places := make(map[entry]int, len(ops))
	for i, op := range ops {
		c.from[i], c.to[i] = c.place(places, op.from), -1
		if op.kind == opMove {
			c.to[i] = c.place(places, op.to)
		}
	}
	c.name()
	return c
}

func (c *changes) place(places map[entry]int, e entry) int {
	at, ok := places[e]
	if !ok {
		at = len(c.entries)
		places[e] = at
		c.entries = append(c.entries, e)
		c.base = append(c.base, c.sp.durableEntry(e))
	}
	return at
}

// name finds the inodes.
func (c *changes) name() {
	at := make(map[uint64]int, len(c.ops))
	concern := func(no uint64, op int) {
		if no == 0 || c.sp.inode(no) == nil {
			return
		}
		i, ok := at[no]
		if !ok {
			i = len(c.inodes)
			at[no] = i
			c.inodes = append(c.inodes, named{no: no, links: c.otherNames(no)})
		}
		if ops := c.inodes[i].ops; len(ops) == 0 || ops[len(ops)-1] != op {
			c.inodes[i].ops = append(ops, op)
		}
	}
	for i, op := range c.ops {
		concern(op.ino, i)
		concern(op.over, i)
		concern(c.base[c.from[i]], i)
		if c.to[i] >= 0 {
			concern(c.base[c.to[i]], i)
		}
	}
	slices.SortFunc(c.inodes, func(a, b named) int { return cmp.Compare(a.no, b.no) })
}

// otherNames counts the durable names of an inode beside those that the changes are
// about.
func (c *changes) otherNames(no uint64) int {
	n := c.sp.inode(no).durLinks
	for _, base := range c.base {
		if base == no {
			n--
		}
	}
	return n
}

// apply carries out one operation as it came out.
func (c *changes) apply(points []uint64, op int, outcome uint8) {
	if outcome == nameLost {
		return
	}
	o := c.ops[op]
	switch {
	case o.kind == opLink:
		points[c.from[op]] = o.ino
	case o.kind == opUnlink:
		points[c.from[op]] = 0
	default:
		if outcome != nameBoth {
			points[c.from[op]] = 0
		}
		points[c.to[op]] = o.ino
		if outcome == nameNeither {
			points[c.to[op]] = 0
		}
	}
}

// links counts the durable names of an inode after the operations that concern it,
// as outcome says. points is room for the entries.
func (c *changes) links(n *named, outcome func(op int) uint8, points []uint64) int {
	for _, op := range n.ops {
		c.reset(points, op)
	}
	for _, op := range n.ops {
		c.apply(points, op, outcome(op))
	}
	links := n.links
	for _, op := range n.ops {
		for _, at := range [...]int{c.from[op], c.to[op]} {
			if at >= 0 && points[at] == n.no {
				points[at] = 0 // not to be counted again
				links++
			}
		}
	}
	return links
}

func (c *changes) reset(points []uint64, op int) {
	points[c.from[op]] = c.base[c.from[op]]
	if c.to[op] >= 0 {
		points[c.to[op]] = c.base[c.to[op]]
	}
}
