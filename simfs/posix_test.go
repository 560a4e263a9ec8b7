package simfs_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

func TestNewHoldsTheTemporaryDirectory(t *testing.T) {
	f, err := simfs.New(simfs.Config{})
	must(t, err)
	f = f.Crash()
	if fi, err := f.Stat(os.TempDir()); err != nil || !fi.IsDir() {
		t.Errorf("Stat(os.TempDir()) = %v, %v, want a directory", fi, err)
	}
	dir, err := afero.TempDir(f, "", "x")
	must(t, err)
	if got, want := path.Dir(dir), path.Clean(os.TempDir()); got != want {
		t.Errorf("TempDir() made %s, want it in %s", dir, want)
	}
}

// The depth of the temporary directory, which the machine decides, must not show
// in the inode numbers, for they order decisions and fill gaps.
func TestInodeNumbersDoNotDependOnTempDir(t *testing.T) {
	number := func(dir string) uint64 {
		t.Setenv("TMPDIR", dir)
		f, err := simfs.New(simfs.Config{})
		must(t, err)
		must(t, f.Mkdir("/d", 0o700))
		fi, err := f.Stat("/d")
		must(t, err)
		return fi.Sys().(*simfs.Attr).Inode
	}
	if shallow, deep := number("/t"), number("/a/b/c/d/e"); shallow != deep {
		t.Errorf("inode %d with one directory, %d with five, want the same", shallow, deep)
	}
}

func TestUnlinkedFileLivesWhileOpen(t *testing.T) {
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	must(t, f.Remove("/w/f"))
	_, err = h.WriteString("still")
	must(t, err)
	must(t, h.Sync())
	b := make([]byte, 5)
	if _, err := h.ReadAt(b, 0); err != nil || string(b) != "still" {
		t.Errorf("ReadAt() = %q, %v, want %q", b, err, "still")
	}
	if fi, err := h.Stat(); err != nil || fi.Sys().(*simfs.Attr).Links != 0 {
		t.Errorf("Stat() = %v, %v, want no links", fi, err)
	}
	must(t, h.Close())
}

func TestHandleFollowsItsFile(t *testing.T) {
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	before, err := h.Stat()
	must(t, err)
	must(t, f.Rename("/w/f", "/w/g"))
	put(t, f, "/w/f", os.O_CREATE, "o", false)
	_, err = h.WriteString("new")
	must(t, err)
	if got := h.Name(); got != "/w/f" {
		t.Errorf("Name() = %s, want the name it was opened by", got)
	}
	if b, err := readFile(f, "/w/g"); err != nil || string(b) != "new" {
		t.Errorf("ReadFile(g) = %q, %v, want %q", b, err, "new")
	}
	if before.Size() != 0 || before.Name() != "f" {
		t.Errorf("the old FileInfo shows %s of %d bytes, want f of 0: a snapshot", before.Name(), before.Size())
	}
}

func TestTimes(t *testing.T) {
	now := fixedTime(0)
	f := newFS(t, simfs.Config{Now: func() time.Time { now = now.Add(time.Second); return now }})
	mtime := func(name string) time.Time {
		fi, err := f.Stat(name)
		must(t, err)
		return fi.ModTime()
	}
	h, err := f.Create("/w/f")
	must(t, err)
	tests := []struct {
		name string
		do   func() error
		file bool // it changes the time of the file
		dir  bool // it changes that of the directory
	}{
		{"write", func() error { _, err := h.WriteString("x"); return err }, true, false},
		{"write nothing", func() error { _, err := h.WriteString(""); return err }, false, false},
		{"read", func() error { _, err := h.ReadAt(make([]byte, 1), 0); return err }, false, false},
		{"truncate", func() error { return h.Truncate(7) }, true, false},
		{"sync", h.Sync, false, false},
		{"chmod", func() error { return f.Chmod("/w/f", 0o600) }, false, false},
		{"create another", func() error { return afero.WriteFile(f, "/w/g", nil, 0o600) }, false, true},
		{"rename another", func() error { return f.Rename("/w/g", "/w/h") }, false, true},
		{"remove another", func() error { return f.Remove("/w/h") }, false, true},
		{"open again", func() error { g, err := f.OpenFile("/w/f", os.O_RDWR, 0); return errors.Join(err, g.Close()) }, false, false},
	}
	for _, tt := range tests {
		file, dir := mtime("/w/f"), mtime("/w")
		if err := tt.do(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := !mtime("/w/f").Equal(file); got != tt.file {
			t.Errorf("%s changes the time of the file: %v, want %v", tt.name, got, tt.file)
		}
		if got := !mtime("/w").Equal(dir); got != tt.dir {
			t.Errorf("%s changes the time of the directory: %v, want %v", tt.name, got, tt.dir)
		}
	}
	must(t, f.Chtimes("/w/f", time.Time{}, fixedTime(5)))
	must(t, f.Chtimes("/w/f", fixedTime(9), time.Time{}))
	if got := mtime("/w/f"); !got.Equal(fixedTime(5)) {
		t.Errorf("ModTime() = %v, want what Chtimes set", got)
	}
}

func TestTimeGoesOnAfterACrash(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allKept})
	var times []time.Time
	for _, name := range []string{"/w/a", "/w/b", "/w/c"} {
		put(t, f, name, os.O_CREATE, "n", false)
		fi, err := f.Stat(name)
		must(t, err)
		times = append(times, fi.ModTime())
		f = f.Crash().Restart()
	}
	if !times[0].Before(times[1]) || !times[1].Before(times[2]) {
		t.Errorf("files made one after the other, with crashes between, have the times %v", times)
	}
}

func TestReaddirPages(t *testing.T) {
	f := newFS(t, simfs.Config{})
	for _, name := range []string{"c", "a", "e", "b", "d"} {
		must(t, afero.WriteFile(f, "/w/"+name, nil, 0o600))
	}
	d, err := f.Open("/w")
	must(t, err)
	var got []string
	page := func(n int) {
		infos, err := d.Readdir(n)
		for _, fi := range infos {
			got = append(got, fi.Name())
		}
		if err != nil {
			got = append(got, err.Error())
		}
	}
	page(2)
	must(t, f.Remove("/w/c"))
	must(t, afero.WriteFile(f, "/w/aa", nil, 0o600))
	page(2)
	page(2)
	page(-1)
	_, err = d.Seek(0, io.SeekStart)
	must(t, err)
	page(0)
	want := []string{"a", "b", "d", "e", "EOF", "a", "aa", "b", "d", "e"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages, -want +got:\n%s", diff)
	}
}

func TestReaddirOfRemovedDirectory(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.Mkdir("/w/d", 0o700))
	d, err := f.Open("/w/d")
	must(t, err)
	must(t, f.Remove("/w/d"))
	if found, err := d.Readdirnames(-1); len(found) != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Readdirnames() = %q, %v, want ErrNotExist", found, err)
	}
}

func TestModesAndOwners(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.Mkdir("/w/d", 0o755|fs.ModeSticky))
	must(t, f.Chown("/w/d", 3, -1))
	must(t, f.Chown("/w/d", -1, 4))
	fi, err := f.Stat("/w/d")
	must(t, err)
	attr := fi.Sys().(*simfs.Attr)
	if fi.Mode() != fs.ModeDir|fs.ModeSticky|0o755 || attr.UID != 3 || attr.GID != 4 {
		t.Errorf("mode %v, owner %d:%d, want dtrwxr-xr-x, 3:4", fi.Mode(), attr.UID, attr.GID)
	}
	must(t, f.Chmod("/w/d", 0o700|fs.ModeAppend))
	if fi, err := f.Stat("/w/d"); err != nil || fi.Mode() != fs.ModeDir|0o700 {
		t.Errorf("after Chmod %v, %v, want drwx------", fi.Mode(), err)
	}
}

func TestSizeBounds(t *testing.T) {
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	if err := h.Truncate(1 << 50); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("Truncate(1<<50) = %v, want EFBIG", err)
	}
	if _, err := h.WriteAt([]byte("x"), 1<<62); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("WriteAt(1<<62) = %v, want EFBIG", err)
	}
	_, err = h.WriteAt([]byte("x"), 1<<43)
	must(t, err)
	b := make([]byte, 3)
	if n, err := h.ReadAt(b, 1<<43-2); n != 3 || err != nil || string(b) != "\x00\x00x" {
		t.Errorf("ReadAt() = %d, %v, %q, want the byte at the end of a hole", n, err, b)
	}
	if _, err := f.Stat("/" + strings.Repeat("a/", 2100)); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("Stat() of a path of 4,200 bytes = %v, want ENAMETOOLONG", err)
	}
}

func TestRemoveAllGoesOnAfterAnError(t *testing.T) {
	f := newFS(t, simfs.Config{})
	for _, name := range []string{"/w/d/a", "/w/d/b", "/w/d/c/x"} {
		must(t, f.MkdirAll(path.Dir(name), 0o700))
		must(t, afero.WriteFile(f, name, nil, 0o600))
	}
	remove := simfs.Ops(simfs.OpRemove)
	must(t, f.SetFaults(
		simfs.Rule{Ops: remove, Path: "a", Effect: simfs.Fail, Err: syscall.EACCES},
		simfs.Rule{Ops: remove, Path: "b", Effect: simfs.Fail},
	))
	if err := f.RemoveAll("/w/d"); !errors.Is(err, syscall.EACCES) {
		t.Errorf("RemoveAll() = %v, want the first error, that of a", err)
	}
	if got, want := letters(f), "d/ d/a= d/b="; got != want {
		t.Errorf("left %q, want %q", got, want)
	}
	must(t, f.SetFaults())
	if err := f.RemoveAll("/"); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("RemoveAll(/) = %v, want EBUSY", err)
	}
	if infos, err := afero.ReadDir(f, "/"); err != nil || len(infos) != 0 {
		t.Errorf("ReadDir(/) = %v, %v, want nothing left", infos, err)
	}
}
