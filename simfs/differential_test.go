//go:build linux

package simfs_test

import (
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
	"pgregory.net/rapid"
)

var differentialOps = flag.Int("differential.ops", 8_000, "operations that TestDifferentialLong compares")

// The differences from os that stay, each out of the reach of the actions below:
//
//   - A directory is read in the order of names, its size is always 4096, and Seek
//     on it starts its listing again, wherever it leads: os hands out what the
//     filesystem of the machine makes of these.
//   - Reading a closed directory is fs.ErrClosed; os says poll.ErrFileClosing,
//     which programs cannot match.
//   - Read and ReadAt of a directory are EISDIR; for some offsets the kernel says
//     EINVAL.
//   - RemoveAll of a name that ends in ".." removes nothing; os empties the parent.
//   - RemoveAll reports the path that it failed at and "remove"; os the system call
//     that it happens to use.
//   - Modes are not reduced by a umask, and they forbid nothing: as for root.
//   - New files belong to user and group 0, whoever runs the program; Chown does
//     not clear set-user-ID.
//   - FileInfo.Sys is an *Attr, so that os.SameFile is always false.

// subject is a filesystem under comparison with its open handles.
type subject struct {
	afero.Fs
	top  rooted // all of the filesystem
	open [4]afero.File
}

func (s *subject) say(err error) string { return s.top.say(err) }

// action does one thing to a filesystem and says in text what came of it.
type action struct {
	name string
	do   func(s *subject, a args) string
}

// args is what the actions draw on.
type args struct {
	name, name2, target string
	h, h2, n            int
	off                 int64
	flag                int
	perm                fs.FileMode
	data                []byte
	when                time.Time
}

var onFS = []action{
	{"OpenFile", func(s *subject, a args) string {
		f, err := s.OpenFile(a.name, a.flag, a.perm)
		if err == nil {
			s.keep(a.h, f)
		}
		return s.say(err)
	}},
	{"Open", func(s *subject, a args) string {
		f, err := s.Open(a.name)
		if err == nil {
			s.keep(a.h, f)
		}
		return s.say(err)
	}},
	{"Create", func(s *subject, a args) string {
		f, err := s.Create(a.name)
		if err != nil {
			return s.say(err)
		}
		s.keep(a.h, f)
		return s.say(s.Chmod(a.name, 0o600)) // there is no umask here
	}},
	{"Mkdir", func(s *subject, a args) string { return s.say(s.Mkdir(a.name, a.perm)) }},
	{"MkdirAll", func(s *subject, a args) string { return s.say(s.MkdirAll(a.name, a.perm)) }},
	{"Remove", func(s *subject, a args) string {
		if path.Clean(a.name) == "." {
			return "" // with BasePathFs it is the base
		}
		return s.say(s.Remove(a.name))
	}},
	{"RemoveAll", func(s *subject, a args) string {
		if path.Clean(a.name) == "." || path.Base(a.name) == ".." {
			return ""
		}
		return cause(s.RemoveAll(a.name))
	}},
	{"Rename", func(s *subject, a args) string { return s.say(s.Rename(a.name, a.name2)) }},
	{"Stat", func(s *subject, a args) string { return s.describe(s.Stat(a.name)) }},
	{"Lstat", func(s *subject, a args) string {
		fi, asked, err := s.Fs.(afero.Lstater).LstatIfPossible(a.name)
		return fmt.Sprint(s.describe(fi, err), asked)
	}},
	{"Symlink", func(s *subject, a args) string {
		return s.say(s.Fs.(afero.Linker).SymlinkIfPossible(a.target, a.name))
	}},
	{"Readlink", func(s *subject, a args) string {
		target, err := s.Fs.(afero.LinkReader).ReadlinkIfPossible(a.name)
		return strings.TrimPrefix(target, s.top.root) + " " + s.say(err)
	}},
	{"Chmod", func(s *subject, a args) string { return s.say(s.Chmod(a.name, a.perm)) }},
	{"Chown", func(s *subject, a args) string { return s.say(s.Chown(a.name, -1, -1)) }},
	{"Chtimes", func(s *subject, a args) string {
		if err := s.Chtimes(a.name, a.when, a.when); err != nil {
			return s.say(err)
		}
		if err := s.Chtimes(a.name, time.Time{}, time.Time{}); err != nil {
			return s.say(err)
		}
		fi, err := s.Stat(a.name)
		return s.say(err) + fi.ModTime().UTC().String()
	}},
	{"ReadDir", func(s *subject, a args) string { return s.list(a.name, 1+a.n%3) }},
	{"ReadFile", func(s *subject, a args) string {
		b, err := afero.ReadFile(s, a.name)
		return cause(err) + " " + digest(b)
	}},
	{"WriteFile", func(s *subject, a args) string { return s.say(afero.WriteFile(s, a.name, a.data, a.perm)) }},
	{"CopyFile", func(s *subject, a args) string { return s.copyFile(a) }},
	{"SyncDir", func(s *subject, a args) string {
		d, err := s.Open(a.name)
		if err != nil {
			return s.say(err)
		}
		return s.say(errors.Join(d.Sync(), d.Close()))
	}},
	{"TempFile", func(s *subject, a args) string {
		f, err := afero.TempFile(s, a.name, "t*")
		if err != nil {
			return cause(err)
		}
		return s.say(errors.Join(f.Close(), s.Remove(path.Join(a.name, path.Base(f.Name())))))
	}},
	{"TempDir", func(s *subject, a args) string {
		dir, err := afero.TempDir(s, a.name, "t*")
		if err != nil {
			return cause(err)
		}
		return s.say(s.Remove(path.Join(a.name, path.Base(dir))))
	}},
	{"Glob", func(s *subject, a args) string {
		found, err := afero.Glob(s, a.name+"*")
		return fmt.Sprintf("%q %s", found, cause(err))
	}},
	{"Exists", func(s *subject, a args) string {
		exists, err := afero.Exists(s, a.name)
		dir, err2 := afero.DirExists(s, a.name)
		empty, err3 := afero.IsEmpty(s, a.name)
		return fmt.Sprint(exists, cause(err), dir, cause(err2), empty, cause(err3))
	}},
}

var onHandle = []action{
	{"Read", func(s *subject, a args) string {
		b := make([]byte, a.n)
		k, err := s.open[a.h].Read(b)
		if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.EINVAL) {
			return "directory"
		}
		return fmt.Sprintf("%d %s %s", k, s.say(err), digest(b[:k]))
	}},
	{"ReadAt", func(s *subject, a args) string {
		b := make([]byte, a.n)
		k, err := s.open[a.h].ReadAt(b, a.off)
		return fmt.Sprintf("%d %s %s", k, s.say(err), digest(b[:k]))
	}},
	{"ReadAll", func(s *subject, a args) string {
		b, err := io.ReadAll(s.open[a.h])
		if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.EINVAL) {
			return "directory"
		}
		return s.say(err) + " " + digest(b)
	}},
	{"Write", func(s *subject, a args) string {
		k, err := s.open[a.h].Write(a.data)
		return fmt.Sprintf("%d %s", k, s.say(err))
	}},
	{"WriteString", func(s *subject, a args) string {
		k, err := s.open[a.h].WriteString(string(a.data))
		return fmt.Sprintf("%d %s", k, s.say(err))
	}},
	{"WriteAt", func(s *subject, a args) string {
		k, err := s.open[a.h].WriteAt(a.data, a.off)
		return fmt.Sprintf("%d %s", k, s.say(err))
	}},
	{"Copy", func(s *subject, a args) string {
		if s.open[a.h2] == nil {
			return ""
		}
		k, err := io.Copy(plain{s.open[a.h]}, io.LimitReader(s.open[a.h2], int64(a.n)))
		if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.EINVAL) {
			return "directory"
		}
		return fmt.Sprintf("%d %s", k, s.say(err))
	}},
	{"Seek", func(s *subject, a args) string {
		if s.isDir(a.h) {
			a.off, a.n = 0, io.SeekStart
		}
		k, err := s.open[a.h].Seek(a.off, []int{io.SeekStart, io.SeekCurrent, io.SeekEnd, 9}[a.n%4])
		return fmt.Sprintf("%d %s", k, s.say(err))
	}},
	{"Truncate", func(s *subject, a args) string { return s.say(s.open[a.h].Truncate(a.off)) }},
	{"Sync", func(s *subject, a args) string { return s.say(s.open[a.h].Sync()) }},
	{"HandleStat", func(s *subject, a args) string { return s.describe(s.open[a.h].Stat()) }},
	{"Name", func(s *subject, a args) string {
		// BasePathFs takes its directory away where it finds it at the beginning
		return strings.TrimPrefix(strings.TrimPrefix(s.open[a.h].Name(), s.top.root), bottom)
	}},
	{"Readdirnames", func(s *subject, a args) string { return s.rewound(a.h, -1) }},
	{"ReaddirnamesPages", func(s *subject, a args) string { return s.rewound(a.h, 1+a.n%3) }},
	{"Close", func(s *subject, a args) string { return s.say(s.open[a.h].Close()) }},
}

// plain hides what else a writer can do, so that io.Copy works by Read and Write.
type plain struct{ io.Writer }

var allActions = append(slices.Clone(onFS), onHandle...)

var pathNames = []string{
	"a", "b", "c", "l", "a", "b", "a/b", "a/c", "a/b/c", "b/c", "a/l", "b/l", "l/a", "l/b", "l/l", "a/l/b", "l/a/c",
	"/a", "/a/b", "d/../a", "l/../a", "a/b/../l", "./b", "a/", "l/", "a/l/", "b/c/", "a//b", "l//b", "a/.", "l/.", "b/..", "l/..", "",
	strings.Repeat("x", 256), strings.Repeat("x", 256) + "/", "nul\x00",
}

var linkTargets = []string{
	"a", "b", "c", "l", "a/b", "b/c", "a/l", "b/l", ".", "..", "../a", "../b/c", "../l", "a/", "a/.", "./a//b", "no", "no/a", "/a", "/a/b",
	"/l", "/", "//b/", "", strings.Repeat("y", 256), "nul\x00",
}

// pick draws a number below n.
type pick func(label string, n int) int

func draw[T any](p pick, label string, from ...T) T { return from[p(label, len(from))] }

func drawArgs(p pick) args {
	a := args{
		name:   draw(p, "name", pathNames...),
		name2:  draw(p, "name2", pathNames...),
		target: draw(p, "target", linkTargets...),
		h:      p("handle", len(subject{}.open)),
		h2:     p("handle2", len(subject{}.open)),
		n:      draw(p, "n", 0, 1, 3, 500, 4096, 5000),
		off:    draw[int64](p, "off", -1, 0, 1, 511, 4095, 4096, 9000, 70000),
		flag:   draw(p, "access", os.O_RDONLY, os.O_WRONLY, os.O_RDWR),
		perm:   draw[fs.FileMode](p, "perm", 0o600, 0o700, 0o700|fs.ModeSticky),
	}
	a.flag |= draw(p, "create", 0, os.O_CREATE, os.O_CREATE, os.O_CREATE|os.O_EXCL, os.O_EXCL)
	a.flag |= draw(p, "trunc", 0, 0, os.O_TRUNC)
	a.flag |= draw(p, "append", 0, 0, os.O_APPEND)
	a.flag |= draw(p, "more", 0, 0, 0, os.O_SYNC, syscall.O_NOFOLLOW, syscall.O_DIRECTORY, syscall.O_NOFOLLOW|syscall.O_DIRECTORY)
	a.when = time.Unix(int64(a.n), 0)
	a.data = []byte(strings.Repeat(string(rune('a'+p("letter", 26))), a.n))
	return a
}

func (s *subject) keep(i int, f afero.File) {
	if s.open[i] != nil {
		_ = s.open[i].Close()
	}
	s.open[i] = f
}

func (s *subject) closeAll() {
	for i := range s.open {
		s.keep(i, nil)
	}
}

func (s *subject) isDir(h int) bool {
	fi, err := s.open[h].Stat()
	return err == nil && fi.IsDir()
}

// list reads a directory by pages: their sizes and, sorted, the names in all.
func (s *subject) list(name string, page int) string {
	d, err := s.Open(name)
	if err != nil {
		return s.say(err)
	}
	defer d.Close()
	var sizes []int
	var all []string
	for {
		infos, err := d.Readdir(page)
		for _, fi := range infos {
			all = append(all, s.describe(fi, nil))
		}
		sizes = append(sizes, len(infos))
		if err != nil {
			slices.Sort(all)
			return fmt.Sprintf("%v %q %s", sizes, all, s.say(err))
		}
	}
}

// rewound reads the names of a directory from the start, by pages: their sizes
// and, sorted, the names in all. Where reading goes on after a change, the order
// decides what comes next.
func (s *subject) rewound(h, page int) string {
	if _, err := s.open[h].Stat(); err != nil {
		return ""
	}
	if _, err := s.open[h].Seek(0, io.SeekStart); err != nil {
		return s.say(err)
	}
	var sizes []int
	var all []string
	for {
		found, err := s.open[h].Readdirnames(page)
		sizes, all = append(sizes, len(found)), append(all, found...)
		if err != nil || page <= 0 {
			slices.Sort(all)
			return fmt.Sprintf("%v %q %s", sizes, all, s.say(err))
		}
	}
}

// copyFile copies a file to another name, or the beginning of it to itself.
func (s *subject) copyFile(a args) string {
	from, err := s.Open(a.name)
	if err != nil {
		return s.say(err)
	}
	defer from.Close()
	to, err := s.OpenFile(a.name2, os.O_WRONLY|os.O_CREATE, a.perm)
	if err != nil {
		return s.say(err)
	}
	defer to.Close()
	k, err := io.Copy(plain{to}, io.LimitReader(from, 10_000))
	return fmt.Sprint(k, cause(err))
}

// describe leaves out the sizes that depend on the machine, or on how long the
// path of the root is.
func (s *subject) describe(fi fs.FileInfo, err error) string {
	if err != nil {
		return s.say(err)
	}
	size := fi.Size()
	if !fi.Mode().IsRegular() {
		size = 0
	}
	return fmt.Sprintf("%s %v %d", fi.Name(), fi.Mode(), size)
}

// digest is short for long content.
func digest(b []byte) string {
	if len(b) < 16 {
		return fmt.Sprintf("%q", b)
	}
	h := fnv.New64a()
	_, _ = h.Write(b)
	return fmt.Sprintf("%d bytes %x", len(b), h.Sum64())
}

// tree is everything below the root, names, modes, targets and bytes, and what
// walking it came to.
func (s *subject) tree() string {
	var b strings.Builder
	err := afero.Walk(s.top, mirrored, func(name string, fi fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s", name, s.describe(fi, nil))
		switch {
		case fi.Mode()&fs.ModeSymlink != 0:
			target, err := s.top.ReadlinkIfPossible(name)
			fmt.Fprintf(&b, " -> %s %s", target, s.say(err))
		case !fi.IsDir():
			content, err := afero.ReadFile(s.top, name)
			fmt.Fprintf(&b, " %s %s", digest(content), s.say(err))
		}
		b.WriteByte('\n')
		return nil
	})
	return b.String() + s.say(err)
}

// The comparison happens far below the top of both filesystems, and trees are
// compared from its first directory on, so that ".." in links leads to the same
// places.
const (
	mirrored = "/p"
	bottom   = "/p/q/r/s/t/u/v/w"
)

// pair is the filesystem of the machine and a simulated one with the same names.
type pair struct {
	real, sim *subject
	past      []string // the actions so far
	seen      outcomes
}

// outcomes counts, by the name of the action, what came of it: one that only ever
// ends in one way compares nothing.
type outcomes map[string]map[string]int

func (o outcomes) add(action, outcome string) {
	if o == nil {
		return
	}
	if o[action] == nil {
		o[action] = map[string]int{}
	}
	o[action][outcome]++
}

func newPair(t testing.TB, root string, wrap func(f afero.Fs, dir string) afero.Fs) *pair {
	t.Helper()
	f, err := simfs.New(simfs.Config{})
	must(t, err)
	begin := func(top rooted) *subject {
		must(t, top.MkdirAll(bottom, 0o700))
		return &subject{Fs: wrap(top, bottom), top: top}
	}
	return &pair{real: begin(rooted{afero.NewOsFs(), root}), sim: begin(rooted{f, ""})}
}

// step runs an action on both and says how they differ, or nothing.
func (p *pair) step(pick pick) string {
	act, a := draw(pick, "action", allActions...), drawArgs(pick)
	if p.real.open[a.h] == nil && slices.ContainsFunc(onHandle, func(o action) bool { return o.name == act.name }) {
		return ""
	}
	want, got := act.do(p.real, a), act.do(p.sim, a)
	if want == "" && got == "" {
		return "" // nothing to do
	}
	p.past = append(p.past, fmt.Sprintf("%s %.9q %.9q target=%.9q flag=%#x perm=%v h=%d,%d n=%d off=%d: %.100q",
		act.name, a.name, a.name2, a.target, a.flag, a.perm, a.h, a.h2, a.n, a.off, want))
	p.seen.add(act.name, want)
	if got == want {
		return ""
	}
	return fmt.Sprintf("%s = %.300q, want %.300q", act.name, got, want)
}

// diff compares what the two hold.
func (p *pair) diff() string { return cmp.Diff(p.real.tree(), p.sim.tree()) }

var differentials = []struct {
	name string
	wrap func(f afero.Fs, dir string) afero.Fs
}{
	{"names cleaned by BasePathFs", func(f afero.Fs, dir string) afero.Fs { return afero.NewBasePathFs(f, dir) }},
	{"names as they are", func(f afero.Fs, dir string) afero.Fs { return rooted{f, dir} }},
}

// TestDifferential finds short sequences at which a simulated filesystem and that of
// the machine part.
func TestDifferential(t *testing.T) {
	for _, tt := range differentials {
		t.Run(tt.name, func(t *testing.T) {
			top := t.TempDir()
			rapid.Check(t, func(rt *rapid.T) {
				root, err := os.MkdirTemp(top, "")
				must(t, err)
				p := newPair(t, root, tt.wrap)
				defer p.real.closeAll()
				pick := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, label) }
				for range rapid.IntRange(1, 60).Draw(rt, "steps") {
					parted := p.step(pick)
					rt.Log(p.past[max(len(p.past)-1, 0):])
					if parted != "" {
						rt.Fatal(parted)
					}
				}
				if diff := p.diff(); diff != "" {
					rt.Fatalf("trees, -want +got: %s", diff)
				}
			})
		})
	}
}

// TestDifferentialLong runs the number of operations that the flag -differential.ops
// asks for, the same ones every time.
func TestDifferentialLong(t *testing.T) {
	const life = 400 // operations on one pair, after which both are full of everything
	for i, tt := range differentials {
		t.Run(tt.name, func(t *testing.T) {
			top := t.TempDir()
			r := rand.New(rand.NewPCG(1, uint64(i)))
			pick := func(_ string, n int) int { return r.IntN(n) }
			seen := outcomes{}
			for done := 0; done < *differentialOps/len(differentials); {
				root, err := os.MkdirTemp(top, "")
				must(t, err)
				p := newPair(t, root, tt.wrap)
				p.seen = seen
				parted := ""
				for len(p.past) < life && parted == "" {
					parted = p.step(pick)
				}
				if parted == "" {
					parted = p.diff()
				}
				if done += len(p.past); parted != "" {
					last := p.past[max(len(p.past)-40, 0):]
					t.Fatalf("after %d operations: %s\nthe last of them:\n%s", done, parted, strings.Join(last, "\n"))
				}
				p.real.closeAll()
				must(t, os.RemoveAll(root))
			}
			for _, act := range allActions {
				if len(seen[act.name]) < 2 {
					t.Errorf("%s came out as %v alone, want several outcomes", act.name, seen[act.name])
				}
			}
		})
	}
}
