package simfs_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The reference model: two slow enumerators, written from the rules alone, that say
// which images are legal. They work on cells: a quarter of a unit, one letter.
const (
	cell         = 128
	cellsPerUnit = 512 / cell
)

// step is a write or a truncation of one file, in cells.
type step struct {
	truncate bool
	at, n    int // a truncation is to at
	letter   rune
}

func (s step) String() string {
	if s.truncate {
		return fmt.Sprintf("truncate(%d)", s.at)
	}
	return fmt.Sprintf("write(%c %d+%d)", s.letter, s.at, s.n)
}

// micro is a micro-operation of the reference: of a write one for each unit and, if
// it grew the file, one for its size; of a truncation one for its size.
type micro struct {
	step   int
	unit   int // -1 = size
	from   int // cells
	to     int // cells; the new size when unit is -1
	cut    bool
	letter rune
}

func micros(size int, steps []step) []micro {
	var out []micro
	for i, s := range steps {
		end := s.at
		if !s.truncate {
			end += s.n
			for u := s.at / cellsPerUnit; u*cellsPerUnit < end; u++ {
				out = append(out, micro{
					step: i, unit: u, letter: s.letter,
					from: max(s.at, u*cellsPerUnit), to: min(end, (u+1)*cellsPerUnit),
				})
			}
		}
		if s.truncate || end > size {
			out = append(out, micro{step: i, unit: -1, to: end, cut: end < size})
			size = end
		}
	}
	return out
}

// legal says whether a subset of the micro-operations may survive.
func legal(all []micro, kept []bool) bool {
	for i, m := range all {
		if !kept[i] {
			continue
		}
		for j, earlier := range all[:i] {
			switch {
			case kept[j]:
			case m.unit == -1 && earlier.unit == -1:
				return false // sizes survive as a prefix
			case m.unit >= 0 && earlier.unit == m.unit:
				return false // a version of a unit is cumulative
			case m.unit >= 0 && earlier.cut && earlier.to < m.to && earlier.step < m.step:
				return false // a write beyond a cut needs it
			}
		}
	}
	return true
}

// outcome applies a subset to a file of size cells that holds 'o'.
func outcome(size int, all []micro, kept []bool) string {
	const hole, gap = '.', '0'
	cells := []rune(strings.Repeat("o", size))
	reach := func(n int) {
		for len(cells) < n {
			cells = append(cells, hole)
		}
	}
	for i, m := range all {
		switch {
		case m.unit >= 0 && kept[i]:
			reach(m.to)
			for c := m.from; c < m.to; c++ {
				cells[c] = m.letter
			}
		case m.unit >= 0:
			reach(m.to)
			for c := m.from; c < m.to; c++ {
				if cells[c] == hole {
					cells[c] = gap
				}
			}
		case kept[i]:
			size = m.to
			if m.cut {
				reach(m.to)
				cells = cells[:m.to]
			}
		}
	}
	reach(size)
	return string(cells[:size])
}

func subsets(n int, visit func([]bool)) {
	kept := make([]bool, n)
	for mask := range 1 << n {
		for i := range kept {
			kept[i] = mask>>i&1 == 1
		}
		visit(kept)
	}
}

// cells spells a file, one letter a cell: its letters, '.' for zeros, '0' for
// filler, '?' for a cell that is not whole.
func cells(b []byte) string {
	var s strings.Builder
	for c := range slices.Chunk(b, cell) {
		switch {
		case strings.Count(string(c), string(c[0])) == len(c) && c[0] == 0:
			s.WriteByte('.')
		case strings.Count(string(c), string(c[0])) == len(c):
			s.WriteByte(c[0])
		case !slices.Contains(c, 0) && len(c) == cell:
			s.WriteByte('0')
		default:
			s.WriteByte('?')
		}
	}
	return s.String()
}

func TestFileImagesEqualReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 6).Draw(t, "size")
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{
				truncate: rapid.IntRange(0, 2).Draw(t, "kind") == 0,
				at:       rapid.IntRange(0, 9).Draw(t, "at"),
				n:        rapid.IntRange(1, 6).Draw(t, "n"),
				letter:   rapid.RuneFrom([]rune("ab")).Draw(t, "letter"),
			}
		}), 1, 4).Draw(t, "steps")
		compareFile(t, size, steps)
	})
}

// Programs that random ones seldom are.
func TestKnownFileImagesEqualReference(t *testing.T) {
	cut := func(at int) step { return step{truncate: true, at: at} }
	put := func(letter rune, at, n int) step { return step{letter: letter, at: at, n: n} }
	tests := []struct {
		name  string
		size  int
		steps []step
	}{
		{"a write below a lost cut, in the unit of one above", 1, []step{cut(3), cut(2), put('a', 1, 2), put('a', 0, 1)}},
		{"cut and grown over old bytes", 6, []step{cut(1), put('a', 5, 3)}},
		{"cut to nothing twice", 5, []step{cut(0), put('a', 0, 5), cut(0), put('b', 0, 2)}},
		{"a hole", 1, []step{put('a', 6, 2), put('b', 3, 1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { compareFile(t, tt.size, tt.steps) })
	}
}

// failer is what testing.T and rapid.T have in common.
type failer interface {
	fatal
	Fatalf(format string, args ...any)
}

func compareFile(t failer, size int, steps []step) {
	all := micros(size, steps)
	want := map[string]bool{}
	subsets(len(all), func(kept []bool) {
		if legal(all, kept) {
			want[outcome(size, all, kept)] = true
		}
	})
	got := fileImages(t, size, steps)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), got); diff != "" {
		t.Fatalf("images of %d cells after %v, -want +got:\n%s", size, steps, diff)
	}
}

// fileImages is every image of the file, its gaps filled with filler.
func fileImages(t failer, size int, steps []step) []string {
	o := newOdometer()
	o.fixed[simfs.LabelGap] = 1
	f, err := simfs.New(simfs.Config{Choose: o.choose})
	check(t, err)
	h, err := f.Create("/f")
	check(t, err)
	_, err = h.WriteString(strings.Repeat("o", size*cell))
	check(t, err)
	check(t, h.Sync())
	root, err := f.Open("/")
	check(t, err)
	check(t, root.Sync())
	for _, s := range steps {
		if s.truncate {
			check(t, h.Truncate(int64(s.at*cell)))
			continue
		}
		_, err := h.WriteAt([]byte(strings.Repeat(string(s.letter), s.n*cell)), int64(s.at*cell))
		check(t, err)
	}
	return o.each(func() string {
		b, err := readFile(f.Crash(), "/f")
		check(t, err)
		return cells(b)
	})
}

func check(t fatal, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// act is a change of entries, by path.
type act struct{ verb, path, path2 string }

func (a act) String() string { return strings.TrimSpace(a.verb + " " + a.path + " " + a.path2) }

// entryOp is an act as the reference sees it: directories and files by number.
type entryOp struct {
	touches []string // entries, as "directory/name"
	set     map[string]int
	removed int // the directory that an rmdir removes, 0 = none
	dirMove bool
}

// needs says whether the later operation needs the earlier.
func (later entryOp) needs(earlier entryOp) bool {
	for _, e := range earlier.touches {
		if slices.Contains(later.touches, e) {
			return true
		}
		if later.removed != 0 && strings.HasPrefix(e, fmt.Sprintf("%d/", later.removed)) {
			return true
		}
	}
	return later.dirMove && earlier.dirMove
}

// namespace is the reference's tree: "directory/name" to inode number, 0 for none.
// Directories have numbers below 100.
type namespace map[string]int

func (n namespace) show() string {
	var out []string
	n.list(1, "", &out)
	sort.Strings(out)
	return strings.Join(out, " ")
}

func (n namespace) list(dir int, at string, out *[]string) {
	for e, child := range n {
		name, ok := strings.CutPrefix(e, fmt.Sprintf("%d/", dir))
		if !ok || child == 0 {
			continue
		}
		if child >= 100 {
			*out = append(*out, fmt.Sprintf("%s%s=%d", at, name, child))
			continue
		}
		*out = append(*out, at+name+"/")
		n.list(child, at+name+"/", out)
	}
}

// lookup splits a path into its entry and returns the inode that it leads to.
func (n namespace) lookup(path string) (entry string, no int) {
	dir := 1
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, p := range parts[:len(parts)-1] {
		dir = n[fmt.Sprintf("%d/%s", dir, p)]
	}
	entry = fmt.Sprintf("%d/%s", dir, parts[len(parts)-1])
	return entry, n[entry]
}

// nameTest runs acts on a filesystem and on the reference at once.
type nameTest struct {
	f             *simfs.FS
	o             *odometer
	live, durable namespace
	pending       []entryOp
	done          []string
	file, dir     int // the numbers to give next
}

func newNameTest(t failer) *nameTest {
	o := newOdometer()
	o.fixed[simfs.LabelSize], o.fixed[simfs.LabelUnit], o.fixed[simfs.LabelAttr] = 1, 1, 1
	f, err := simfs.New(simfs.Config{Choose: o.choose})
	check(t, err)
	return &nameTest{f: f, o: o, live: namespace{}, durable: namespace{}, file: 100, dir: 2}
}

func (n *nameTest) do(a act) {
	if a.verb == "sync" {
		n.sync(a)
		return
	}
	op, ok := n.perform(a)
	if !ok {
		return
	}
	n.done = append(n.done, a.String())
	n.pending = append(n.pending, op)
	maps.Copy(n.live, op.set)
}

// sync makes durable what is pending in a directory, and all that this needs.
func (n *nameTest) sync(a act) {
	_, dir := n.live.lookup(a.path)
	if a.path == "/" {
		dir = 1
	}
	if dir == 0 || dir >= 100 || fsync(n.f, a.path) != nil {
		return
	}
	n.done = append(n.done, a.String())
	taken := make([]bool, len(n.pending))
	for i := len(n.pending) - 1; i >= 0; i-- {
		for _, e := range n.pending[i].touches {
			taken[i] = taken[i] || strings.HasPrefix(e, fmt.Sprintf("%d/", dir))
		}
		for j := i + 1; j < len(n.pending); j++ {
			taken[i] = taken[i] || taken[j] && n.pending[j].needs(n.pending[i])
		}
	}
	var left []entryOp
	for i, op := range n.pending {
		if taken[i] {
			maps.Copy(n.durable, op.set)
		} else {
			left = append(left, op)
		}
	}
	n.pending = left
}

func (n *nameTest) compare(t failer) {
	want := map[string]bool{}
	subsets(len(n.pending), func(kept []bool) {
		if s, ok := survive(n.durable, n.pending, kept); ok {
			want[s] = true
		}
	})
	got := n.o.each(func() string { return numbers(t, n.f.Crash()) })
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), got); diff != "" {
		t.Fatalf("images after %q, -want +got:\n%s", n.done, diff)
	}
}

func TestNameImagesEqualReference(t *testing.T) {
	paths := rapid.SampledFrom([]string{"/a", "/b", "/a/x", "/a/y", "/b/x", "/b/a"})
	verbs := rapid.SampledFrom([]string{"create", "mkdir", "remove", "rename", "rename", "sync"})
	rapid.Check(t, func(t *rapid.T) {
		n := newNameTest(t)
		for i := 0; len(n.pending) < 7 && i < 30; i++ {
			a := act{verbs.Draw(t, "verb"), paths.Draw(t, "path"), paths.Draw(t, "path2")}
			if a.verb == "sync" && rapid.Bool().Draw(t, "root") {
				a.path = "/"
			}
			n.do(a)
		}
		n.compare(t)
	})
}

// Programs that random ones seldom are.
func TestKnownNameImagesEqualReference(t *testing.T) {
	tests := []struct{ name, acts string }{
		{"rotation needs both moves in order", "create /b; sync /; rename /b /a; create /x; rename /x /b"},
		{"moved away and moved onto", "create /a; create /b; sync /; rename /b /c; rename /a /b"},
		{"directories moved into each other in turn",
			"mkdir /a; mkdir /b; sync /; rename /a /b/a; rename /b/a /a; rename /b /a/b"},
		{"sync of a moved directory takes the earlier moves",
			"mkdir /a; mkdir /b; mkdir /c; mkdir /d; sync /; rename /a /b/a; rename /c /d/c; sync /d"},
		{"sync of a removed directory's parent takes what emptied it",
			"mkdir /a; create /a/x; mkdir /b; sync /; sync /a; rename /a/x /b/x; remove /a; sync /"},
		{"sync takes what stood at the target of a move",
			"mkdir /a; mkdir /b; sync /; create /b/x; create /a/y; rename /b/x /b/z; rename /a/y /b/x; sync /a"},
		{"moves across in both directions",
			"mkdir /a; mkdir /b; create /a/x; create /b/y; sync /; sync /a; sync /b; rename /a/x /b/x; rename /b/y /a/y; sync /a"},
		{"created, moved, removed", "mkdir /a; sync /; create /x; rename /x /a/x; remove /a/x; remove /a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := newNameTest(t)
			for _, line := range strings.Split(tt.acts, "; ") {
				words := append(strings.Fields(line), "")
				before := len(n.done)
				n.do(act{words[0], words[1], words[2]})
				if len(n.done) == before {
					t.Fatalf("%q was refused", line)
				}
			}
			n.compare(t)
		})
	}
}

// perform does the act to the filesystem and, if that allowed it, says what it means
// to the reference.
func (n *nameTest) perform(a act) (entryOp, bool) {
	var err error
	entry, no := n.live.lookup(a.path)
	op := entryOp{touches: []string{entry}, set: map[string]int{}}
	switch a.verb {
	case "create":
		err = putNumber(n.f, a.path, n.file)
		op.set[entry] = n.file
		n.file++
	case "mkdir":
		err = n.f.Mkdir(a.path, 0o700)
		op.set[entry] = n.dir
		n.dir++
	case "remove":
		err = n.f.Remove(a.path)
		op.set[entry] = 0
		if no < 100 {
			op.removed = no
		}
	case "rename":
		entry2, no2 := n.live.lookup(a.path2)
		if no == no2 {
			return op, false
		}
		err = n.f.Rename(a.path, a.path2)
		op.touches = append(op.touches, entry2)
		op.set[entry], op.set[entry2] = 0, no
		op.dirMove = no < 100
	}
	return op, err == nil
}

// survive applies a subset, if it has all that its members need.
func survive(durable namespace, ops []entryOp, kept []bool) (string, bool) {
	tree := maps.Clone(durable)
	for i, op := range ops {
		if !kept[i] {
			continue
		}
		for j, earlier := range ops[:i] {
			if !kept[j] && op.needs(earlier) {
				return "", false
			}
		}
		maps.Copy(tree, op.set)
	}
	return tree.show(), true
}

// putNumber creates a file that holds its number, and makes all but its name
// durable.
func putNumber(f *simfs.FS, name string, no int) error {
	h, err := f.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(h, no); err != nil {
		return err
	}
	if err := h.Sync(); err != nil {
		return err
	}
	return h.Close()
}
