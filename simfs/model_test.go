package simfs_test

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/simfs"
)

// The model says which images a crash may leave, slowly and from the rules alone. It
// shares nothing with the package: it keeps the whole course of a workload as one
// list of micro-operations, marks those that a sync made durable, and tries every
// subset of the others.
//
//   - model_test.go: operations become micro-operations
//   - model_rules_test.go: what survives with what, and what a sync makes durable
//   - model_image_test.go: what is left of a subset
type model struct {
	rules modelRules
	nodes []node // by inode number; zero is none, root is "/"
	calls int
	log   []micro
}

// root is the inode number of "/".
const root = 1

// node is what never changes about an inode.
type node struct {
	dir  bool
	mode fs.FileMode // when it was made
}

// kind is that of a micro-operation.
type kind byte

const (
	data   kind = 'W' // bytes of one unit
	growth kind = 'G' // of the size, by a write
	resize kind = 'T' // of the size, by a truncation
	naming kind = 'N' // one entry
	moving kind = 'R' // two entries
	attrs  kind = 'A'
)

// micro is a micro-operation.
type micro struct {
	kind     kind
	call     int  // the operation that it is a part of
	ino      int  // whose data, size, mode or name it changes
	durable  bool // a sync has seen to it
	from, to int64
	// from and to are bytes: of data where it begins and ends, of a size the old
	// and the new one.
	last    bool          // data: of the last unit of its call
	fill    byte          // data
	was     []int         // data: the cells of the file that were durable before
	cuts    []int         // data: the resizings before it that were not durable then, by their places in the log
	mode    fs.FileMode   // attrs
	set     map[entry]int // naming, moving: inode numbers, zero = removed
	about   []entry       // naming, moving: those in set, and of half a rename both
	rmdir   bool          // naming: it removes a directory
	replace bool          // moving: a file stood at the target
}

// entry is a name in a directory, which is an inode number.
type entry struct {
	dir  int
	name string
}

// newModel returns a model that holds nothing but "/".
func newModel(cfg simfs.Config) *model {
	return &model{rules: newModelRules(cfg), nodes: []node{{}, {dir: true}}}
}

// syncAll makes everything durable.
func (m *model) syncAll() {
	for i := range m.log {
		m.log[i].durable = true
	}
}

// do performs the operation and its sync, and reports whether both were possible.
func (m *model) do(o aceOp) bool {
	m.calls++
	live := m.live()
	if !m.change(o, live) {
		return false
	}
	if o.sync == "" {
		return true
	}
	live = m.live()
	_, ino := live.find(o.sync)
	if ino == 0 {
		return false
	}
	m.sync(ino, live)
	return true
}

// change adds the micro-operations of o to the log, if programs may do it.
func (m *model) change(o aceOp, live *image) bool {
	at, ino := live.find(o.path)
	switch o.verb {
	case aceCreate, aceMkdir:
		if at.dir == 0 || ino != 0 {
			return false
		}
		m.nodes = append(m.nodes, node{dir: o.verb == aceMkdir, mode: map[aceVerb]fs.FileMode{aceCreate: 0o600, aceMkdir: 0o700}[o.verb]})
		ino = len(m.nodes) - 1
		m.name(micro{kind: naming, ino: ino, set: map[entry]int{at: ino}}, at)
		return true
	case aceRename:
		return ino != 0 && m.rename(o, live, at, ino)
	case aceRemove:
		if ino == 0 || m.nodes[ino].dir && len(live.names(ino)) > 0 {
			return false
		}
		m.name(micro{kind: naming, ino: ino, set: map[entry]int{at: 0}, rmdir: m.nodes[ino].dir}, at)
		return true
	case aceChmod:
		if ino != 0 {
			m.add(micro{kind: attrs, ino: ino, mode: o.mode})
		}
		return ino != 0
	}
	if ino == 0 || m.nodes[ino].dir {
		return false
	}
	switch size := live.size[ino]; o.verb {
	case aceWrite:
		m.write(ino, size, o.off, o.n, o.fill)
	case aceAppend:
		m.write(ino, size, size, o.n, o.fill)
	case aceTruncate:
		m.add(micro{kind: resize, ino: ino, from: size, to: o.off})
	}
	return true
}

func (m *model) rename(o aceOp, live *image, at entry, ino int) bool {
	to, there := live.find(o.path2)
	switch {
	case to.dir == 0 || m.nodes[there].dir || there != 0 && m.nodes[ino].dir:
		return false
	case m.nodes[ino].dir && strings.HasPrefix(o.path2, o.path+"/"):
		return false
	case to == at:
		return true
	}
	if m.rules.split { // the first alone leaves none of the names, the second alone both
		m.name(micro{kind: moving, ino: ino, set: map[entry]int{at: 0, to: 0}}, at, to)
		m.name(micro{kind: moving, ino: ino, set: map[entry]int{to: ino}, replace: there != 0}, at, to)
		return true
	}
	m.name(micro{kind: moving, ino: ino, set: map[entry]int{at: 0, to: ino}, replace: there != 0}, at, to)
	return true
}

// name adds a micro-operation that is about entries.
func (m *model) name(op micro, about ...entry) {
	op.about = about
	m.add(op)
}

// write adds the data of each unit, and then the growth.
func (m *model) write(ino int, size, off, n int64, fill byte) {
	end, was := off+n, m.durable(ino)
	for from := off; from < end; {
		to := end
		if m.rules.unit > 0 {
			to = min(end, (from/m.rules.unit+1)*m.rules.unit)
		}
		m.add(micro{kind: data, ino: ino, from: from, to: to, fill: fill, was: was, cuts: m.resizings(ino), last: to == end})
		from = to
	}
	if end > size {
		m.add(micro{kind: growth, ino: ino, from: size, to: end})
	}
}

// resizings lists the truncations of a file that a crash may undo.
func (m *model) resizings(ino int) []int {
	var out []int
	for i := range m.log {
		if op := &m.log[i]; op.ino == ino && op.kind == resize && !op.durable {
			out = append(out, i)
		}
	}
	return out
}

func (m *model) add(op micro) {
	op.call = m.calls
	m.log = append(m.log, op)
}

// live is what programs see: everything has survived.
func (m *model) live() *image {
	return m.apply(func(int) bool { return true })
}

// durable returns the cells of a file that every crash leaves.
func (m *model) durable(ino int) []int {
	g := m.apply(func(i int) bool { return m.log[i].durable })
	return g.reach(ino, g.size[ino])[:g.size[ino]/cell]
}

// find returns the entry that a path names and the inode there, or zeros.
func (g *image) find(name string) (entry, int) {
	if name == "/" {
		return entry{}, root
	}
	_, dir := g.find(path.Dir(name))
	if dir == 0 || !g.nodes[dir].dir {
		return entry{}, 0
	}
	at := entry{dir, path.Base(name)}
	return at, g.at[at]
}

// names lists the entries of a directory.
func (g *image) names(dir int) []string {
	var out []string
	for e := range maps.Keys(g.at) {
		if e.dir == dir {
			out = append(out, e.name)
		}
	}
	slices.Sort(out)
	return out
}
