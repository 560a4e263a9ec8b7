package simfs_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
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

// below prefixes every name with a directory and, unlike afero.BasePathFs, leaves
// it as it is: slashes at its end, dots and all.
type below struct {
	afero.Fs
	dir string
}

func (b below) at(name string) string {
	if name == "" {
		return ""
	}
	return b.dir + "/" + name
}

func (b below) Create(n string) (afero.File, error) { return b.Fs.Create(b.at(n)) }
func (b below) Open(n string) (afero.File, error)   { return b.Fs.Open(b.at(n)) }
func (b below) OpenFile(n string, flag int, perm fs.FileMode) (afero.File, error) {
	return b.Fs.OpenFile(b.at(n), flag, perm)
}
func (b below) Mkdir(n string, perm fs.FileMode) error    { return b.Fs.Mkdir(b.at(n), perm) }
func (b below) MkdirAll(n string, perm fs.FileMode) error { return b.Fs.MkdirAll(b.at(n), perm) }
func (b below) Remove(n string) error                     { return b.Fs.Remove(b.at(n)) }
func (b below) RemoveAll(n string) error                  { return b.Fs.RemoveAll(b.at(n)) }
func (b below) Rename(o, n string) error                  { return b.Fs.Rename(b.at(o), b.at(n)) }
func (b below) Stat(n string) (fs.FileInfo, error)        { return b.Fs.Stat(b.at(n)) }
func (b below) Chmod(n string, mode fs.FileMode) error    { return b.Fs.Chmod(b.at(n), mode) }
func (b below) Chown(n string, uid, gid int) error        { return b.Fs.Chown(b.at(n), uid, gid) }
func (b below) Chtimes(n string, a, m time.Time) error    { return b.Fs.Chtimes(b.at(n), a, m) }

// class is what programs can tell from an error: its type, its verb and what it
// is, but not its text and paths.
func class(err error) string {
	if err == nil {
		return "nil"
	}
	outer := ""
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &le):
		outer = "link " + le.Op + ": "
	case errors.As(err, &pe):
		outer = "path " + pe.Op + ": "
	}
	var number syscall.Errno
	switch {
	case errors.As(err, &number):
		return outer + number.Error()
	case err == io.EOF:
		return "EOF"
	case errors.Is(err, fs.ErrClosed):
		return outer + "closed"
	}
	return outer + "other"
}

// subject is a filesystem under comparison with its open handles.
type subject struct {
	afero.Fs
	open [3]afero.File
}

// action does one thing to a filesystem and says in text what came of it.
type action struct {
	name string
	do   func(s *subject, a args) string
}

// args is what the actions draw on.
type args struct {
	name, name2 string
	h, n        int
	off         int64
	flag        int
	perm        fs.FileMode
	data        []byte
	when        time.Time
}

var onFS = []action{
	{"OpenFile", func(s *subject, a args) string {
		f, err := s.OpenFile(a.name, a.flag, a.perm)
		if err == nil {
			s.keep(a.h, f)
		}
		return class(err)
	}},
	{"Create", func(s *subject, a args) string {
		f, err := s.Create(a.name)
		if err != nil {
			return class(err)
		}
		s.keep(a.h, f)
		return class(s.Chmod(a.name, 0o600)) // there is no umask here
	}},
	{"Mkdir", func(s *subject, a args) string { return class(s.Mkdir(a.name, 0o700)) }},
	{"MkdirAll", func(s *subject, a args) string { return class(s.MkdirAll(a.name, 0o700)) }},
	{"Remove", func(s *subject, a args) string {
		if path.Clean(a.name) == "." {
			return "" // with BasePathFs it is the base
		}
		return class(s.Remove(a.name))
	}},
	{"RemoveAll", func(s *subject, a args) string {
		if path.Clean(a.name) == "." {
			return "" // as above; and os empties the parent of a name that ends in ".."
		}
		return bare(s.RemoveAll(a.name))
	}},
	{"Rename", func(s *subject, a args) string { return class(s.Rename(a.name, a.name2)) }},
	{"Stat", func(s *subject, a args) string { return describe(s.Stat(a.name)) }},
	{"Chmod", func(s *subject, a args) string { return class(s.Chmod(a.name, 0o700)) }},
	{"Chown", func(s *subject, a args) string { return class(s.Chown(a.name, -1, -1)) }},
	{"Chtimes", func(s *subject, a args) string {
		err := s.Chtimes(a.name, a.when, a.when)
		if err != nil {
			return class(err)
		}
		fi, err := s.Stat(a.name)
		return class(err) + fi.ModTime().UTC().String()
	}},
	{"ReadDir", func(s *subject, a args) string { return s.list(a.name, 1+a.n%3) }},
	{"ReadFile", func(s *subject, a args) string {
		b, err := afero.ReadFile(s, a.name)
		return fmt.Sprintf("%s %x", bare(err), b)
	}},
}

var onHandle = []action{
	{"Read", func(s *subject, a args) string {
		b := make([]byte, a.n)
		k, err := s.open[a.h].Read(b)
		if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.EINVAL) {
			return "directory" // whose offset decides which of them the kernel says
		}
		return fmt.Sprintf("%d %s %x", k, class(err), b[:k])
	}},
	{"ReadAt", func(s *subject, a args) string {
		b := make([]byte, a.n)
		k, err := s.open[a.h].ReadAt(b, a.off)
		return fmt.Sprintf("%d %s %x", k, class(err), b[:k])
	}},
	{"Write", func(s *subject, a args) string {
		k, err := s.open[a.h].Write(a.data)
		return fmt.Sprintf("%d %s", k, class(err))
	}},
	{"WriteString", func(s *subject, a args) string {
		k, err := s.open[a.h].WriteString(string(a.data))
		return fmt.Sprintf("%d %s", k, class(err))
	}},
	{"WriteAt", func(s *subject, a args) string {
		k, err := s.open[a.h].WriteAt(a.data, a.off)
		return fmt.Sprintf("%d %s", k, bare(err))
	}},
	{"Seek", func(s *subject, a args) string {
		if fi, err := s.open[a.h].Stat(); err == nil && fi.IsDir() {
			return ""
		}
		k, err := s.open[a.h].Seek(a.off, []int{io.SeekStart, io.SeekCurrent, io.SeekEnd, 9}[a.n%4])
		return fmt.Sprintf("%d %s", k, class(err))
	}},
	{"Truncate", func(s *subject, a args) string { return class(s.open[a.h].Truncate(a.off)) }},
	{"Sync", func(s *subject, a args) string { return class(s.open[a.h].Sync()) }},
	{"HandleStat", func(s *subject, a args) string { return describe(s.open[a.h].Stat()) }},
	{"Name", func(s *subject, a args) string { return filepath.Base(s.open[a.h].Name()) }},
	{"Readdirnames", func(s *subject, a args) string {
		if _, err := s.open[a.h].Stat(); err != nil {
			return "" // of a closed directory os says something that is not fs.ErrClosed
		}
		found, err := s.open[a.h].Readdirnames(-1)
		slices.Sort(found)
		return fmt.Sprintf("%q %s", found, bare(err))
	}},
	{"Close", func(s *subject, a args) string { return class(s.open[a.h].Close()) }},
}

var pathNames = []string{
	"a", "b", "a/b", "a/c", "a/b/c", "b/c", "d/../a", "./b", "a/", "b/c/", "a//b", "a/.", "b/..", "",
	strings.Repeat("x", 256), "nul\x00",
}

func drawArgs(t *rapid.T) args {
	a := args{
		name:  rapid.SampledFrom(pathNames).Draw(t, "name"),
		name2: rapid.SampledFrom(pathNames).Draw(t, "name2"),
		h:     rapid.IntRange(0, 2).Draw(t, "handle"),
		n:     rapid.SampledFrom([]int{0, 1, 3, 500, 4096, 5000}).Draw(t, "n"),
		off:   rapid.SampledFrom([]int64{-1, 0, 1, 4095, 4096, 9000, 300000}).Draw(t, "off"),
		flag:  rapid.SampledFrom([]int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR}).Draw(t, "access"),
		perm:  rapid.SampledFrom([]fs.FileMode{0o600, 0o700}).Draw(t, "perm"),
	}
	for _, extra := range []int{os.O_CREATE, os.O_CREATE, os.O_EXCL, os.O_TRUNC, os.O_APPEND, os.O_SYNC} {
		if rapid.IntRange(0, 2).Draw(t, "flag") == 0 {
			a.flag |= extra
		}
	}
	a.when = time.Unix(int64(a.n), 0)
	a.data = []byte(strings.Repeat(string(rune('a'+rapid.IntRange(0, 25).Draw(t, "letter"))), a.n))
	return a
}

func (s *subject) keep(i int, f afero.File) {
	if s.open[i] != nil {
		_ = s.open[i].Close()
	}
	s.open[i] = f
}

// list reads a directory by pages: their sizes and, sorted, the names in all.
func (s *subject) list(name string, page int) string {
	d, err := s.Open(name)
	if err != nil {
		return class(err)
	}
	defer d.Close()
	var sizes []int
	var all []string
	for {
		infos, err := d.Readdir(page)
		for _, fi := range infos {
			all = append(all, describe(fi, nil))
		}
		sizes = append(sizes, len(infos))
		if err != nil {
			slices.Sort(all)
			return fmt.Sprintf("%v %q %s", sizes, all, bare(err))
		}
	}
}

// bare is the class without type and verb, where the os package lets a system call
// of its own shine through.
func bare(err error) string {
	c := class(err)
	if i := strings.LastIndex(c, ": "); i >= 0 {
		return c[i+2:]
	}
	return c
}

func describe(fi fs.FileInfo, err error) string {
	if err != nil {
		return class(err)
	}
	size := fi.Size()
	if fi.IsDir() {
		size = 0
	}
	return fmt.Sprintf("%s %v %d", fi.Name(), fi.Mode(), size)
}

// tree is everything below the root, names, modes and bytes, and what walking it
// came to.
func tree(f afero.Fs) string {
	var b strings.Builder
	err := afero.Walk(f, ".", func(name string, fi fs.FileInfo, err error) error {
		if err != nil || name == "." {
			return err
		}
		fmt.Fprintf(&b, "%s %s", name, describe(fi, nil))
		if !fi.IsDir() {
			content, err := afero.ReadFile(f, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", content)
		}
		b.WriteByte('\n')
		return nil
	})
	return b.String() + class(err)
}

func TestDifferential(t *testing.T) {
	top := t.TempDir()
	tests := []struct {
		name string
		wrap func(f afero.Fs, dir string) afero.Fs
	}{
		{"names cleaned by BasePathFs", func(f afero.Fs, dir string) afero.Fs { return afero.NewBasePathFs(f, dir) }},
		{"names as they are", func(f afero.Fs, dir string) afero.Fs { return below{f, dir} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				dir, err := os.MkdirTemp(top, "")
				if err != nil {
					t.Fatal(err)
				}
				sim, err := simfs.New(simfs.Config{})
				if err != nil {
					t.Fatal(err)
				}
				dir += "/w"
				if err := errors.Join(os.Mkdir(dir, 0o700), sim.Mkdir("/w", 0o700)); err != nil {
					t.Fatal(err)
				}
				compare(t, &subject{Fs: tt.wrap(afero.NewOsFs(), dir)}, &subject{Fs: tt.wrap(sim, "/w")})
			})
		})
	}
}

func compare(t *rapid.T, real, sim *subject) {
	defer real.closeAll()
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		i, a := rapid.IntRange(0, len(onFS)+len(onHandle)-1).Draw(t, "action"), drawArgs(t)
		act := append(onFS, onHandle...)[i]
		if i >= len(onFS) && real.open[a.h] == nil {
			continue
		}
		want, got := act.do(real, a), act.do(sim, a)
		t.Logf("%s %.9q %.9q flag=%#x h=%d n=%d off=%d: %.80s", act.name, a.name, a.name2, a.flag, a.h, a.n, a.off, want)
		if got != want {
			t.Fatalf("%s = %.200s, want %.200s", act.name, got, want)
		}
	}
	if diff := cmp.Diff(tree(real), tree(sim)); diff != "" {
		t.Fatalf("trees, -want +got: %s", diff)
	}
}

func (s *subject) closeAll() {
	for i := range s.open {
		s.keep(i, nil)
	}
}
