package simfs_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// sample is a tree with a bit of everything that all filesystems have.
func sample(t *testing.T, f afero.Fs) {
	t.Helper()
	plant(t, f,
		item{name: "/data/"},
		item{name: "/data/empty"},
		item{name: "/data/big", content: strings.Repeat("0123456789", 10_000), mode: 0o600},
		item{name: "/data/program", content: "#!", mode: 0o755},
		item{name: "/data/sub/"},
		item{name: "/data/sub/bare/", mode: 0o711},
		item{name: "/data/sub/file", content: "x"},
	)
	must(t, f.Chmod("/data/sub", 0o500))
	must(t, f.Chtimes("/data/sub/file", time.Time{}, fixedTime(7)))
	must(t, f.Chtimes("/data/sub", time.Time{}, fixedTime(8)))
}

// unlock lets whoever is not root clean up a sample on disk.
func unlock(t *testing.T, f afero.Fs) {
	t.Cleanup(func() { must(t, f.Chmod("/data/sub", 0o700)) })
}

// times lists the modification times of a tree.
func times(t *testing.T, f afero.Fs, root string) map[string]time.Time {
	t.Helper()
	out := map[string]time.Time{}
	must(t, afero.Walk(f, root, func(name string, info fs.FileInfo, err error) error {
		if err == nil {
			out[name] = info.ModTime().UTC()
		}
		return err
	}))
	return out
}

func TestCopyKeepsTheTree(t *testing.T) {
	tests := []struct {
		name string
		dst  afero.Fs
	}{
		{"to simfs", newFS(t, simfs.Config{})},
		{"to a directory on disk", afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())},
		{"to memory", afero.NewMemMapFs()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := newFS(t, simfs.Config{})
			sample(t, src)
			must(t, simfs.Copy(tt.dst, src, "/data"))
			unlock(t, tt.dst)
			got, err := simfs.Diff(src, tt.dst, "/data")
			must(t, err)
			if len(got) > 0 {
				t.Errorf("the copy differs: %v", got)
			}
			if d := cmp.Diff(times(t, src, "/data"), times(t, tt.dst, "/data")); d != "" {
				t.Errorf("times (-source +copy):\n%s", d)
			}
		})
	}
}

func TestCopyOfAPart(t *testing.T) {
	tests := []struct {
		name string
		root string
		want []string // what is in the copy of /a
	}{
		{"a directory", "/a/b", []string{"/a", "/a/b", "/a/b/f"}},
		{"a file", "/a/b/f", []string{"/a", "/a/b", "/a/b/f"}},
		{"an unclean path", "/a/./c/../b/", []string{"/a", "/a/b", "/a/b/f"}},
		{"a relative path", "a/c", []string{"/a", "/a/c"}},
		{"all", "/", []string{"/a", "/a/b", "/a/b/f", "/a/c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, dst := newFS(t, simfs.Config{}), newFS(t, simfs.Config{})
			plant(t, src, item{name: "/a/"}, item{name: "/a/b/"}, item{name: "/a/b/f", content: "x"}, item{name: "/a/c"})
			must(t, simfs.Copy(dst, src, tt.root))
			var got []string
			must(t, afero.Walk(dst, "/a", func(name string, _ fs.FileInfo, err error) error {
				got = append(got, name)
				return err
			}))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("the copy holds (-want +got):\n%s", d)
			}
		})
	}
}

// What is there is merged with when it is a directory, and never overwritten.
func TestCopyOverwritesNothing(t *testing.T) {
	tests := []struct {
		name string
		src  item
		dst  item
		want error  // nil = it works
		text string // of the error
	}{
		{"a directory into a directory", item{name: "/x/"}, item{name: "/x/", mode: 0o700}, nil, ""},
		{"a file over a file", item{name: "/x", content: "new"}, item{name: "/x", content: "old"}, fs.ErrExist, "simfs: copy of /x: open /x: file exists"},
		{"a file over a directory", item{name: "/x"}, item{name: "/x/"}, fs.ErrExist, "simfs: copy of /x: open /x: file exists"},
		{"a directory over a file", item{name: "/x/"}, item{name: "/x", content: "old"}, fs.ErrExist, "simfs: copy of /x: mkdir /x: file exists"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, dst, before := newFS(t, simfs.Config{}), newFS(t, simfs.Config{}), newFS(t, simfs.Config{})
			plant(t, src, tt.src)
			plant(t, dst, tt.dst)
			plant(t, before, tt.dst)
			err := simfs.Copy(dst, src, "/x")
			if !errors.Is(err, tt.want) || err != nil && err.Error() != tt.text {
				t.Fatalf("Copy = %v, want %q, which is %v", err, tt.text, tt.want)
			}
			want := before // as it was
			if err == nil {
				want = src
			}
			if got, err := simfs.Diff(want, dst, "/x"); err != nil || len(got) > 0 {
				t.Errorf("afterwards: %v, %v", got, err)
			}
		})
	}
}

// Errors of both sides say at which path.
func TestCopyErrors(t *testing.T) {
	fail := func(kind simfs.OpKind, path string) []simfs.Rule {
		return []simfs.Rule{{Effect: simfs.Fail, Ops: simfs.Ops(kind), Path: path}}
	}
	tests := []struct {
		name     string
		src, dst []simfs.Rule
		root     string
		want     error
		text     string
	}{
		{"nothing there", nil, nil, "/gone", fs.ErrNotExist, "simfs: copy of /gone: lstat /gone: no such file or directory"},
		{"lstat", fail(simfs.OpStat, "f"), nil, "/", syscall.EIO, "simfs: copy of /d/f: lstat /d/f: input/output error"},
		{"list", fail(simfs.OpReadDir, "d"), nil, "/", syscall.EIO, "simfs: copy of /d: readdirent /d: input/output error"},
		{"open", fail(simfs.OpOpen, "f"), nil, "/", syscall.EIO, "simfs: copy of /d/f: open /d/f: input/output error"},
		{"read", fail(simfs.OpRead, "f"), nil, "/", syscall.EIO, "simfs: copy of /d/f: read /d/f: input/output error"},
		{"above", nil, fail(simfs.OpMkdir, "d"), "/d/f", syscall.EIO, "simfs: copy of /d/f: mkdir /d: input/output error"},
		{"mkdir", nil, fail(simfs.OpMkdir, "d"), "/", syscall.EIO, "simfs: copy of /d: mkdir /d: input/output error"},
		{"create", nil, fail(simfs.OpCreate, "f"), "/", syscall.EIO, "simfs: copy of /d/f: open /d/f: input/output error"},
		{"write", nil, []simfs.Rule{{Effect: simfs.ShortWrite, Path: "f", K: 1}}, "/", syscall.ENOSPC, "simfs: copy of /d/f: write /d/f: no space left on device"},
		{"close", nil, fail(simfs.OpClose, "f"), "/", syscall.EIO, "simfs: copy of /d/f: close /d/f: input/output error"},
		{"chmod", nil, fail(simfs.OpChmod, "d"), "/", syscall.EIO, "simfs: copy of /d: chmod /d: input/output error"},
		{"chtimes", nil, fail(simfs.OpChtimes, "f"), "/", syscall.EIO, "simfs: copy of /d/f: chtimes /d/f: input/output error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, dst := newFS(t, simfs.Config{}), newFS(t, simfs.Config{})
			plant(t, src, item{name: "/d/"}, item{name: "/d/f", content: "xyz"})
			must(t, src.SetFaults(tt.src...))
			must(t, dst.SetFaults(tt.dst...))
			err := simfs.Copy(dst, src, tt.root)
			if !errors.Is(err, tt.want) || err.Error() != tt.text {
				t.Errorf("Copy = %v, want %q, which is %v", err, tt.text, tt.want)
			}
		})
	}
}

// On disk links lead in the copy to where they led in the source, even through a
// BasePathFs, which takes every target for a path from its base.
func TestCopyOfLinks(t *testing.T) {
	from, to, plain := t.TempDir(), t.TempDir(), t.TempDir()
	must(t, os.Mkdir(filepath.Join(from, "d"), 0o755))
	must(t, os.WriteFile(filepath.Join(from, "d", "f"), []byte("content"), 0o600))
	must(t, os.Symlink("f", filepath.Join(from, "d", "beside")))
	must(t, os.Symlink("../d/f", filepath.Join(from, "d", "around")))
	must(t, os.Symlink("d", filepath.Join(from, "dir")))
	must(t, os.Symlink("gone", filepath.Join(from, "dangling")))
	src := afero.NewBasePathFs(afero.NewOsFs(), from)

	must(t, simfs.Copy(afero.NewBasePathFs(afero.NewOsFs(), to), src, "/"))
	for _, name := range []string{"d/beside", "d/around", "dir/f"} {
		if got, err := os.ReadFile(filepath.Join(to, name)); string(got) != "content" {
			t.Errorf("ReadFile(%s) = %q, %v, want the content of d/f", name, got, err)
		}
	}
	if got, err := os.Readlink(filepath.Join(to, "dangling")); got != filepath.Join(to, "gone") {
		t.Errorf("Readlink(dangling) = %q, %v", got, err)
	}

	must(t, simfs.Copy(linking{afero.NewBasePathFs(afero.NewOsFs(), plain).(*afero.BasePathFs), plain}, src, "/"))
	for name, want := range map[string]string{"d/beside": "f", "d/around": "../d/f", "dir": "d", "dangling": "gone"} {
		if got, err := os.Readlink(filepath.Join(plain, name)); got != want {
			t.Errorf("Readlink(%s) = %q, %v, want %q", name, got, err, want)
		}
	}
}

// linking is a directory on disk whose links keep their targets.
type linking struct {
	*afero.BasePathFs
	dir string
}

func (r linking) SymlinkIfPossible(target, name string) error {
	return os.Symlink(target, filepath.Join(r.dir, name))
}

// What one side cannot show or make is refused by name.
func TestCopyUnsupported(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "link"), 0o755))
	must(t, os.Symlink("x", filepath.Join(dir, "link", "l")))
	must(t, os.Mkdir(filepath.Join(dir, "socket"), 0o755))
	socket, err := net.Listen("unix", filepath.Join(dir, "socket", "s"))
	must(t, err)
	defer socket.Close()
	src := afero.NewBasePathFs(afero.NewOsFs(), dir)
	tests := []struct {
		name string
		dst  afero.Fs
		src  afero.Fs
		root string
		want string // the path refused
		is   error
	}{
		{"a link to a filesystem without links", afero.NewMemMapFs(), src, "/link", "/link/l", afero.ErrNoSymlink},
		{"a link through a wrapper that cannot read it", afero.NewMemMapFs(), unreadable{src.(lstatFs)}, "/link", "/link/l", afero.ErrNoReadlink},
		{"a socket", afero.NewMemMapFs(), src, "/socket", "/socket/s", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := simfs.Copy(tt.dst, tt.src, tt.root)
			var u *simfs.UnsupportedError
			if !errors.As(err, &u) || u.Path != tt.want || tt.is != nil && !errors.Is(err, tt.is) {
				t.Fatalf("Copy = %v, want an *UnsupportedError at %s that is %v", err, tt.want, tt.is)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Copy = %q, want it to name %s", err, tt.want)
			}
		})
	}
}

// lstatFs shows links, and unreadable hides that it can read them.
type lstatFs interface {
	afero.Fs
	afero.Lstater
}

type unreadable struct{ lstatFs }

func TestCopyHoldsNoWholeFile(t *testing.T) {
	var most int64
	f := newFS(t, largestRead(&most))
	plant(t, f, item{name: "/f", content: strings.Repeat("x", 1<<20)})
	must(t, simfs.Copy(newFS(t, simfs.Config{}), f, "/f"))
	if most == 0 || most > 32<<10 {
		t.Errorf("the largest read was of %d bytes, want some, of no more than 32 KiB", most)
	}
}
