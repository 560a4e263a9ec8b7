package simfs_test

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/simfs"
)

// cell is how many bytes the model looks at as one. Every offset and every size is a
// multiple of it, and four bytes of filler are never alike.
const cell = 4

// What a cell may hold, beside a letter: nothing was ever written there; or something
// was, but never came to the disk, which is -1 less the number of the unit.
const hole = 0

// How a cell of zeros and one of filler are shown.
const (
	zeros  = '.'
	filler = '?'
)

// modelTop is the directory that the model looks at.
const modelTop = "/w"

// image is what is left of a subset of the micro-operations.
type image struct {
	*model
	at    map[entry]int
	mode  map[int]fs.FileMode
	size  map[int]int64
	cells map[int][]int
	kept  []bool // micro-operations
}

// apply makes the image of those that are kept.
func (m *model) apply(kept func(int) bool) *image {
	g := &image{model: m, at: map[entry]int{}, mode: map[int]fs.FileMode{}, size: map[int]int64{}, cells: map[int][]int{}}
	for i := range m.log {
		g.add(i, kept(i))
	}
	return g
}

func (g *image) add(i int, kept bool) {
	op := &g.log[i]
	g.kept = append(g.kept, kept)
	switch {
	case op.kind == data && kept:
		g.fill(op, func(_, _ int) int { return int(op.fill) })
	case op.kind == data:
		owner := -1 - i
		if g.rules.unit > 0 {
			owner = -1 - int(op.from/g.rules.unit)
		}
		g.fill(op, func(i, old int) int {
			if old == hole && !g.zeroed(op, i) {
				return owner
			}
			return old
		})
	case !kept:
	case op.sizes():
		g.size[op.ino] = op.to
		if n := int(op.to / cell); n < len(g.cells[op.ino]) {
			g.cells[op.ino] = g.cells[op.ino][:n]
		}
	case op.kind == attrs:
		g.mode[op.ino] = op.mode
	default:
		for e, ino := range op.set {
			if g.at[e] = ino; ino == 0 {
				delete(g.at, e)
			}
		}
	}
}

// zeroed reports whether a cell was a durable hole before a write, and no truncation that is
// kept has taken it away in between.
func (g *image) zeroed(op *micro, i int) bool {
	cut := slices.ContainsFunc(op.cuts, func(at int) bool { return g.kept[at] && g.log[at].to <= int64(i)*cell })
	return !cut && i < len(op.was) && op.was[i] == hole
}

// fill replaces the cells of a write.
func (g *image) fill(op *micro, value func(i, old int) int) {
	c := g.reach(op.ino, op.to)
	for i := op.from / cell; i < op.to/cell; i++ {
		c[i] = value(int(i), c[i])
	}
}

// reach returns the cells of a file, at least up to a size.
func (g *image) reach(ino int, size int64) []int {
	for int64(len(g.cells[ino])) < size/cell {
		g.cells[ino] = append(g.cells[ino], hole)
	}
	return g.cells[ino]
}

// pending counts the micro-operations that are not durable.
func (m *model) pending() int {
	n := 0
	for i := range m.log {
		if !m.log[i].durable {
			n++
		}
	}
	return n
}

// images is every image that a crash may leave now, as text.
func (m *model) images() map[string]bool {
	out := map[string]bool{}
	var pending []int
	for i := range m.log {
		if !m.log[i].durable {
			pending = append(pending, i)
		}
	}
	kept := make([]bool, len(m.log))
	for mask := range 1 << len(pending) {
		for i := range kept {
			kept[i] = true
		}
		for bit, i := range pending {
			kept[i] = mask>>bit&1 == 1
		}
		keep := func(i int) bool { return kept[i] }
		if m.legal(keep) {
			m.apply(keep).show(out)
		}
	}
	return out
}

// show adds the image to the set: once, or once for every choice of what its gaps
// read as.
func (g *image) show(out map[string]bool) {
	gaps := g.gaps()
	for mask := range 1 << len(gaps) {
		out[g.text(func(ino, unit int) bool {
			i := slices.Index(gaps, gap{ino, unit})
			return i >= 0 && mask>>i&1 == 1
		})] = true
		if !g.rules.stale {
			return
		}
	}
}

// text shows the image, with filler in the gaps that are stale.
func (g *image) text(stale func(ino, unit int) bool) string {
	var s strings.Builder
	_, top := g.find(modelTop)
	g.list(&s, top, "", stale)
	return s.String()
}

// gap is a unit of a file of which something is missing.
type gap struct{ ino, unit int }

// gaps lists those below the size of each file.
func (g *image) gaps() []gap {
	var out []gap
	for _, ino := range g.reachable(root) {
		for _, c := range g.reach(ino, g.size[ino])[:g.size[ino]/cell] {
			if at := (gap{ino, c}); c < 0 && !slices.Contains(out, at) {
				out = append(out, at)
			}
		}
	}
	return out
}

// reachable lists the inodes below a directory.
func (g *image) reachable(dir int) []int {
	var out []int
	for _, name := range g.names(dir) {
		ino := g.at[entry{dir, name}]
		out = append(append(out, ino), g.reachable(ino)...)
	}
	return out
}

// list writes a line for each name below a directory, in the order of a walk.
func (g *image) list(s *strings.Builder, dir int, at string, stale func(ino, unit int) bool) {
	for _, name := range g.names(dir) {
		ino := g.at[entry{dir, name}]
		mode := g.nodes[ino].mode
		if changed, ok := g.mode[ino]; ok {
			mode = changed
		}
		if g.nodes[ino].dir {
			showDir(s, path.Join(at, name), mode)
			g.list(s, ino, path.Join(at, name), stale)
			continue
		}
		showFile(s, path.Join(at, name), mode, g.size[ino], func(i int) byte {
			switch c := g.reach(ino, g.size[ino])[i]; {
			case c > 0:
				return byte(c)
			case c < 0 && stale(ino, c):
				return filler
			}
			return zeros
		})
	}
}

func showDir(s *strings.Builder, name string, mode fs.FileMode) {
	fmt.Fprintf(s, "%s/ %o, ", name, mode.Perm())
}

// showFile writes a file with its cells by their runs.
func showFile(s *strings.Builder, name string, mode fs.FileMode, size int64, at func(i int) byte) {
	fmt.Fprintf(s, "%s %o %d", name, mode.Perm(), size)
	n := int(size / cell)
	for i := 0; i < n; {
		from := i
		for ; i < n && at(i) == at(from); i++ {
		}
		fmt.Fprintf(s, " %c*%d", at(from), (i-from)*cell)
	}
	s.WriteString(", ")
}

// shown is the text of a real image.
func shown(t fatal, f *simfs.FS) string {
	var s strings.Builder
	list(t, &s, f, "")
	return s.String()
}

func list(t fatal, s *strings.Builder, f *simfs.FS, dir string) {
	entries, err := afero.ReadDir(f, path.Join(modelTop, dir))
	check(t, err)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.IsDir() {
			showDir(s, name, e.Mode())
			list(t, s, f, name)
			continue
		}
		b, err := readFile(f, path.Join(modelTop, name))
		check(t, err)
		showFile(s, name, e.Mode(), e.Size(), func(i int) byte { return spellCell(b[i*cell : (i+1)*cell]) })
	}
}

// spellCell returns the letter of a cell.
func spellCell(b []byte) byte {
	switch {
	case b[0] != b[1] || b[0] != b[2] || b[0] != b[3]:
		return filler
	case b[0] == 0:
		return zeros
	}
	return b[0]
}
