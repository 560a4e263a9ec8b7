package simfs_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// item is a file, or with a trailing slash a directory, of a tree for a test.
type item struct {
	name    string
	content string
	mode    fs.FileMode // zero = 0644 of files, 0755 of directories
}

// plant makes items in the order given.
func plant(t testing.TB, f afero.Fs, items ...item) {
	t.Helper()
	for _, i := range items {
		name, isDir := strings.CutSuffix(i.name, "/")
		mode := i.mode
		switch {
		case isDir && mode == 0:
			mode = 0o755
		case mode == 0:
			mode = 0o644
		}
		if isDir {
			must(t, f.Mkdir(name, 0o700))
		} else {
			must(t, afero.WriteFile(f, name, []byte(i.content), 0o600))
		}
		must(t, f.Chmod(name, mode))
	}
}

func TestDiff(t *testing.T) {
	file := func(mode fs.FileMode, size int64) *simfs.Entry { return &simfs.Entry{Mode: mode, Size: size} }
	dir := func(mode fs.FileMode) *simfs.Entry { return &simfs.Entry{Mode: fs.ModeDir | mode} }
	tests := []struct {
		name string
		a, b []item
		want []simfs.Difference
	}{
		{"two empty trees", nil, nil, nil},
		{"the same in another order",
			[]item{{name: "/d/"}, {name: "/d/x", content: "x"}, {name: "/f", content: "f"}},
			[]item{{name: "/f", content: "f"}, {name: "/d/"}, {name: "/d/x", content: "x"}}, nil},
		{"names, by path",
			[]item{{name: "/a/"}, {name: "/a/x"}, {name: "/a-b"}, {name: "/both"}},
			[]item{{name: "/0"}, {name: "/b"}, {name: "/both"}},
			[]simfs.Difference{
				{Path: "/0", B: file(0o644, 0)},
				{Path: "/a", A: dir(0o755)},
				{Path: "/a/x", A: file(0o644, 0)},
				{Path: "/a-b", A: file(0o644, 0)},
				{Path: "/b", B: file(0o644, 0)},
			}},
		{"modes",
			[]item{{name: "/d/", mode: 0o700}, {name: "/f", mode: 0o600}},
			[]item{{name: "/d/", mode: 0o755}, {name: "/f", mode: fs.ModeSetuid | 0o600}},
			[]simfs.Difference{
				{Path: "/d", A: dir(0o700), B: dir(0o755)},
				{Path: "/f", A: file(0o600, 0), B: file(fs.ModeSetuid|0o600, 0)},
			}},
		{"a directory for a file",
			[]item{{name: "/x/"}, {name: "/x/y", content: "1"}}, []item{{name: "/x", content: "12"}},
			[]simfs.Difference{
				{Path: "/x", A: dir(0o755), B: file(0o644, 2)},
				{Path: "/x/y", A: file(0o644, 1)},
			}},
		{"one byte",
			[]item{{name: "/f", content: "0123456789abcdefXYZ"}}, []item{{name: "/f", content: "0123456789abcdefXyZ"}},
			[]simfs.Difference{{Path: "/f", A: file(0o644, 19), B: file(0o644, 19),
				Ranges: []simfs.Range{{Off: 16, Len: 3, A: []byte("XYZ"), B: []byte("XyZ")}}}}},
		{"a shorter file",
			[]item{{name: "/f", content: "0123456789abcdef0123456789abcdefXYZ"}}, []item{{name: "/f", content: "0123456789abcdef01"}},
			[]simfs.Difference{{Path: "/f", A: file(0o644, 35), B: file(0o644, 18),
				Ranges: []simfs.Range{{Off: 16, Len: 19, A: []byte("0123456789abcdefXYZ"), B: []byte("01")}}}}},
		{"an empty file",
			[]item{{name: "/f"}}, []item{{name: "/f", content: "x"}},
			[]simfs.Difference{{Path: "/f", A: file(0o644, 0), B: file(0o644, 1),
				Ranges: []simfs.Range{{Off: 0, Len: 1, B: []byte("x")}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := newFS(t, simfs.Config{}), newFS(t, simfs.Config{})
			plant(t, a, tt.a...)
			plant(t, b, tt.b...)
			got, err := simfs.Diff(a, b, "/")
			must(t, err)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("differences (-want +got):\n%s", d)
			}
		})
	}
}

// The ranges are the lines that differ, those that follow one another taken
// together, whatever the chunks in which files are read.
func TestDiffRanges(t *testing.T) {
	const rangesMax, shownMax, line, chunk = 8, 64, 16, 32 << 10
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		a := make([]byte, r.IntN(3*chunk))
		b := make([]byte, len(a))
		for range r.IntN(12) {
			from := r.IntN(len(b) + 1)
			for i := from; i < min(len(b), from+r.IntN(5*line)); i++ {
				b[i] = 1
			}
		}
		b = b[:len(b)-r.IntN(min(len(b), 100)+1)]

		var want []simfs.Range
		end := -1
		for off := 0; off < len(a); off += line {
			left, right := a[off:min(off+line, len(a))], b[min(off, len(b)):min(off+line, len(b))]
			if string(left) == string(right) {
				continue
			}
			if off != end {
				want = append(want, simfs.Range{Off: int64(off)})
			}
			end = off + len(left)
			last := &want[len(want)-1]
			if last.Len < shownMax {
				last.A, last.B = append(last.A, left...), append(last.B, right...)
			}
			last.Len += int64(len(left))
		}
		more := max(0, len(want)-rangesMax)
		want = want[:len(want)-more]

		f, g := newFS(t, simfs.Config{}), newFS(t, simfs.Config{})
		must(t, afero.WriteFile(f, "/f", a, 0o600))
		must(t, afero.WriteFile(g, "/f", b, 0o600))
		found, err := simfs.Diff(f, g, "/f")
		must(t, err)
		var got simfs.Difference
		if len(found) > 0 {
			got = found[0]
		}
		if d := cmp.Diff(want, got.Ranges); d != "" || more != got.More {
			t.Fatalf("seed %d: %d more ranges, want %d; ranges (-want +got):\n%s", seed, got.More, more, d)
		}
	}
}

func TestDifferenceString(t *testing.T) {
	file := &simfs.Entry{Mode: 0o644, Size: 20}
	link := func(target string) *simfs.Entry { return &simfs.Entry{Mode: fs.ModeSymlink, Target: target} }
	tests := []struct {
		name string
		diff simfs.Difference
		want string
	}{
		{"only in the first", simfs.Difference{Path: "/f", A: file}, "/f: only in the first: a file, size 20, mode -rw-r--r--"},
		{"only in the second", simfs.Difference{Path: "/d", B: &simfs.Entry{Mode: fs.ModeDir | 0o700}}, "/d: only in the second: a directory, mode drwx------"},
		{"type", simfs.Difference{Path: "/x", A: file, B: link("a b")}, `/x: in the first a file, size 20, mode -rw-r--r--; in the second a symbolic link to "a b"`},
		{"special", simfs.Difference{Path: "/x", A: &simfs.Entry{Mode: fs.ModeNamedPipe | 0o600}}, "/x: only in the first: a special file, mode prw-------"},
		{"target", simfs.Difference{Path: "/l", A: link("a"), B: link("b")}, `/l: target "a" in the first, "b" in the second`},
		{"mode", simfs.Difference{Path: "/f", A: file, B: &simfs.Entry{Mode: 0o600, Size: 20}}, "/f: mode -rw-r--r-- in the first, -rw------- in the second"},
		{"content", simfs.Difference{Path: "/f", A: file, B: &simfs.Entry{Mode: 0o644, Size: 300}, More: 2, Ranges: []simfs.Range{
			{Off: 0, Len: 20, A: []byte("0123456789abcdefABCD"), B: make([]byte, 20)},
			{Off: 256, Len: 44, B: []byte("~\x7f \x1f\xff")},
		}}, strings.Join([]string{
			"/f: size 20 in the first, 300 in the second; content, first and second:",
			"  00000000  30313233 34353637 38396162 63646566 |0123456789abcdef|  00000000 00000000 00000000 00000000 |................|",
			"  00000010  41424344                            |ABCD|              00000000                            |....|",
			"  00000100  (past the end)                                          7e7f201f ff                         |~. ..|",
			"  00000105  39 bytes of this range are not shown",
			"  ranges that differ and are not shown: 2",
		}, "\n")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, tt.diff.String()); d != "" {
				t.Errorf("String() (-want +got):\n%s", d)
			}
		})
	}
}

// Links are compared, not followed, and what special files hold is not read.
func TestDiffOfTheDisk(t *testing.T) {
	dirA, dirB := t.TempDir(), t.TempDir()
	for _, dir := range []string{dirA, dirB} {
		must(t, os.Symlink(".", filepath.Join(dir, "loop")))
		must(t, os.Symlink("gone", filepath.Join(dir, "dangling")))
		socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
		must(t, err)
		defer socket.Close()
	}
	must(t, os.Symlink("a", filepath.Join(dirA, "link")))
	must(t, os.Symlink("b", filepath.Join(dirB, "link")))
	must(t, os.Symlink("loop", filepath.Join(dirA, "dir")))
	must(t, os.Mkdir(filepath.Join(dirB, "dir"), 0o700))

	disk := afero.NewOsFs()
	got, err := simfs.Diff(afero.NewBasePathFs(disk, dirA), afero.NewBasePathFs(disk, dirB), "/")
	must(t, err)
	want := []simfs.Difference{
		{Path: "/dir", A: &simfs.Entry{Mode: fs.ModeSymlink, Target: "loop"}, B: &simfs.Entry{Mode: fs.ModeDir | 0o700}},
		{Path: "/link", A: &simfs.Entry{Mode: fs.ModeSymlink, Target: "a"}, B: &simfs.Entry{Mode: fs.ModeSymlink, Target: "b"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("differences (-want +got):\n%s", d)
	}
}

// A tree that neither side has is a mistake of the caller, not a comparison.
func TestDiffErrors(t *testing.T) {
	tests := []struct {
		name string
		rule simfs.Rule // of the second filesystem
		root string
		want error
		text string
	}{
		{"nothing there", simfs.Rule{Effect: simfs.Fail, Path: "/none"}, "/gone", fs.ErrNotExist, "diff /gone: file does not exist"},
		{"lstat", simfs.Rule{Effect: simfs.Fail, Ops: simfs.Ops(simfs.OpStat), Path: "f"}, "/", syscall.EIO, "simfs: diff of /d/f, in the second tree: lstat /d/f: input/output error"},
		{"list", simfs.Rule{Effect: simfs.Fail, Ops: simfs.Ops(simfs.OpReadDir), Path: "d"}, "/", syscall.EIO, "simfs: diff of /d, in the second tree: readdirent /d: input/output error"},
		{"open", simfs.Rule{Effect: simfs.Fail, Ops: simfs.Ops(simfs.OpOpen), Path: "f"}, "/", syscall.EIO, "simfs: diff of /d/f, in the second tree: open /d/f: input/output error"},
		{"read", simfs.Rule{Effect: simfs.Fail, Ops: simfs.Ops(simfs.OpRead), Path: "f"}, "/", syscall.EIO, "simfs: diff of /d/f, in the second tree: read /d/f: input/output error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := newFS(t, simfs.Config{}), newFS(t, simfs.Config{})
			plant(t, a, item{name: "/d/"}, item{name: "/d/f", content: "x"})
			plant(t, b, item{name: "/d/"}, item{name: "/d/f", content: "x"})
			must(t, b.SetFaults(tt.rule))
			_, err := simfs.Diff(a, b, tt.root)
			if !errors.Is(err, tt.want) || err.Error() != tt.text {
				t.Errorf("Diff = %v, want %q, which is %v", err, tt.text, tt.want)
			}
		})
	}
}

// largestRead records the most bytes that anything asks f for at once.
func largestRead(n *int64) simfs.Config {
	return simfs.Config{Observe: func(r simfs.Record) {
		if r.Kind == simfs.OpRead {
			*n = max(*n, r.Len)
		}
	}}
}

func TestDiffHoldsNoWholeFile(t *testing.T) {
	var most int64
	f := newFS(t, largestRead(&most))
	plant(t, f, item{name: "/f", content: strings.Repeat("x", 1<<20)})
	if _, err := simfs.Diff(f, f, "/"); err != nil {
		t.Fatal(err)
	}
	if most == 0 || most > 32<<10 {
		t.Errorf("the largest read was of %d bytes, want some, of no more than 32 KiB", most)
	}
}
