package simfs

import (
	"slices"
	"strings"
)

// component is changes of entries of which each needs, or is needed by, another, on a
// filesystem that keeps any dependency-closed subset: they survive or not one after
// the other, oldest first, and what needs a lost one is lost.
type component struct {
	*changes
	needs    [][]int // by operation: the earlier ones that it needs, as far as these do not need each other
	resolved [][]int // by operation: the inodes, by place, that no later one concerns
	nodes    []node
	memo     map[string]*choice
}

// node is a choice of a component: what became of the operations before op.
type node struct {
	op       int
	outcomes []uint8
}

// components parts the pending changes of entries.
func (sp *Space) components(ops []*nameOp) []*component {
	needs, groups := tie(sp, ops)
	var out []*component
	for _, group := range groups {
		members := make([]*nameOp, len(group))
		local := make(map[int]int, len(group))
		for i, at := range group {
			members[i], local[at] = ops[at], i
		}
		c := &component{changes: newChanges(sp, members), needs: make([][]int, len(group)), memo: map[string]*choice{}}
		for i, at := range group {
			for _, earlier := range needs[at] {
				c.needs[i] = append(c.needs[i], local[earlier])
			}
		}
		c.resolved = make([][]int, len(group))
		for i := range c.inodes {
			last := c.inodes[i].ops[len(c.inodes[i].ops)-1]
			c.resolved[last] = append(c.resolved[last], i)
		}
		out = append(out, c)
	}
	return out
}

// tie finds what each operation needs of the earlier ones: the one before it on each
// of its entries; for the removal of a directory the latest on each entry in it; for
// the rename of a directory the one before, or directories could end up inside each
// other. It groups the operations that hang together by that, or by an inode.
func tie(sp *Space, ops []*nameOp) (needs [][]int, groups [][]int) {
	needs = make([][]int, len(ops))
	sets := newPartition(len(ops))
	onEntry, onInode, inDir, lastMove := map[entry]int{}, map[uint64]int{}, map[uint64][]entry{}, -1
	need := func(later, earlier int) {
		if !slices.Contains(needs[later], earlier) {
			needs[later] = append(needs[later], earlier)
		}
		sets.join(later, earlier)
	}
	concern := func(op int, no uint64) {
		if earlier, ok := onInode[no]; ok {
			sets.join(op, earlier)
		}
		if no != 0 {
			onInode[no] = op
		}
	}
	for i, op := range ops {
		for _, e := range op.touched() {
			if earlier, ok := onEntry[e]; ok {
				need(i, earlier)
			} else {
				inDir[e.dir] = append(inDir[e.dir], e)
			}
			onEntry[e] = i
			concern(i, sp.durableEntry(e))
		}
		concern(i, op.ino)
		concern(i, op.over)
		switch {
		case op.kind == opUnlink && op.isDir:
			for _, e := range inDir[op.ino] {
				need(i, onEntry[e])
			}
		case op.kind == opMove && op.isDir:
			if lastMove >= 0 {
				need(i, lastMove)
			}
			lastMove = i
		}
	}
	return needs, sets.groups()
}

// touched lists the entries that the operation is about.
func (op *nameOp) touched() []entry {
	if op.kind == opMove {
		return []entry{op.from, op.to}
	}
	return []entry{op.from}
}

// choices are those from the first operation on.
func (c *component) choices() []*choice { return c.after(0, make([]uint8, len(c.ops))) }

// after returns what there is to choose from an operation on, given what became of
// those before it. Histories that differ in nothing that matters from there on share
// their choices.
func (c *component) after(op int, outcomes []uint8) []*choice {
	var files []*choice
	for ; op < len(c.ops) && c.blocked(op, outcomes); op++ {
		files = append(files, c.files(op, outcomes)...)
	}
	if op == len(c.ops) {
		return files
	}
	return append(files, c.node(op, outcomes))
}

func (c *component) blocked(op int, outcomes []uint8) bool {
	return slices.ContainsFunc(c.needs[op], func(earlier int) bool { return outcomes[earlier] != nameKept })
}

// node returns the choice of an operation that may go either way.
func (c *component) node(op int, outcomes []uint8) *choice {
	key := c.key(op, outcomes)
	if known, ok := c.memo[key]; ok {
		return known
	}
	made := &choice{label: LabelName, m: 2, kept: 1, by: c, at: len(c.nodes)}
	if c.splits(op) {
		made.m, made.kept = nameKept+1, nameKept
	}
	c.nodes = append(c.nodes, node{op, slices.Clone(outcomes)})
	c.memo[key] = made
	return made
}

func (c *component) splits(op int) bool { return c.sp.split && c.ops[op].kind == opMove }

// key spells all of the past that the choices from op on depend on: which of the
// operations left are blocked, and what became of those that concern an inode which
// one of them concerns too.
func (c *component) key(op int, outcomes []uint8) string {
	var b strings.Builder
	b.WriteByte(byte(op))
	b.WriteByte(byte(op >> 8))
	b.WriteByte(byte(op >> 16))
	for later := op; later < len(c.ops); later++ {
		past := func(earlier int) bool { return earlier < op && outcomes[earlier] != nameKept }
		if slices.ContainsFunc(c.needs[later], past) {
			b.WriteByte('-')
		} else {
			b.WriteByte('+')
		}
	}
	for i := range c.inodes {
		ops := c.inodes[i].ops
		if ops[len(ops)-1] < op {
			continue
		}
		for _, earlier := range ops {
			if earlier < op {
				b.WriteByte('a' + outcomes[earlier])
			}
		}
	}
	return b.String()
}

// files returns the choices of the files that no later operation concerns.
func (c *component) files(op int, outcomes []uint8) []*choice {
	var out []*choice
	points := make([]uint64, len(c.entries))
	for _, i := range c.resolved[op] {
		n := &c.inodes[i]
		links := c.links(n, func(op int) uint8 { return outcomes[op] }, points)
		out = append(out, c.sp.file(n.no, links, horizon{}))
	}
	return out
}

func (c *component) under(at int, option uint32) []*choice {
	n := &c.nodes[at]
	outcomes := slices.Clone(n.outcomes)
	outcomes[n.op] = c.outcome(n.op, option)
	return append(c.files(n.op, outcomes), c.after(n.op+1, outcomes)...)
}

func (c *component) outcome(op int, option uint32) uint8 {
	if option == 1 && !c.splits(op) {
		return nameKept
	}
	return uint8(option)
}

func (c *component) settle(d *draft, at int, option uint32) {
	op := c.nodes[at].op
	d.change(op, c.outcome(op, option))
}
