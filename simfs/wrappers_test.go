package simfs_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// mustWrite writes a file through any filesystem, and syncs it.
func mustWrite(t testing.TB, f afero.Fs, name, content string) {
	t.Helper()
	h, err := f.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	must(t, err)
	_, err = h.WriteString(content)
	must(t, errors.Join(err, h.Sync(), h.Close()))
}

// content is what a file holds, or why it cannot be read.
func content(f afero.Fs, name string) string {
	b, err := afero.ReadFile(f, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "none"
	case err != nil:
		return err.Error()
	}
	return string(b)
}

func TestBelowBasePathFs(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	b := afero.NewBasePathFs(f, "/w")
	mustWrite(t, b, "/kept", "k")
	syncDir(t, b, "/")
	mustWrite(t, b, "/kept", "new")
	mustWrite(t, b, "/lost", "l")
	h, err := b.OpenFile("/kept", os.O_WRONLY, 0)
	must(t, err)
	_, err = h.WriteString("unsynced")
	must(t, err)
	must(t, b.(afero.Linker).SymlinkIfPossible("/kept", "/link"))
	if got := content(b, "/link"); got != "unsynced" {
		t.Errorf("through the link %q, want %q", got, "unsynced")
	}
	after := afero.NewBasePathFs(f.Crash(), "/w")
	got := map[string]string{}
	for _, name := range []string{"/kept", "/lost", "/link"} {
		got[name] = content(after, name)
	}
	if diff := cmp.Diff(map[string]string{"/kept": "new", "/lost": "none", "/link": "none"}, got); diff != "" {
		t.Errorf("after the crash, -want +got:\n%s", diff)
	}
	if _, err := b.Stat("/kept"); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Stat() below a filesystem that crashed = %v, want ErrCrashed", err)
	}
	if err := h.Sync(); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Sync() of a handle from before = %v, want ErrCrashed", err)
	}
}

// Rules see the names of the filesystem that they are armed on, whatever is above.
func TestFaultsStrikeBelowBasePathFs(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Path: "/w/*.log", Effect: simfs.ShortWrite, K: 2}))
	h, err := afero.NewBasePathFs(f, "/w").Create("/x.log")
	must(t, err)
	if n, err := h.WriteString("abcd"); n != 2 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("WriteString() = %d, %v, want 2, ENOSPC", n, err)
	}
}

func TestBelowCopyOnWriteFs(t *testing.T) {
	base, layer := newFS(t, simfs.Config{}), newFS(t, simfs.Config{Choose: allLost})
	mustWrite(t, base, "/w/f", "base")
	mustWrite(t, base, "/w/g", "base")
	u := afero.NewCopyOnWriteFs(base, layer)
	mustWrite(t, u, "/w/f", "layer")
	mustWrite(t, u, "/w/new", "layer")
	must(t, u.Chmod("/w/g", 0o640))
	got := fmt.Sprint(content(u, "/w/f"), content(base, "/w/f"), content(u, "/w/g"), content(base, "/w/new"))
	if want := "layerbasebasenone"; got != want {
		t.Errorf("over both: %s, want %s", got, want)
	}
	infos, err := afero.ReadDir(u, "/w")
	must(t, err)
	var names []string
	for _, fi := range infos {
		names = append(names, fi.Name()+" "+fi.Mode().String())
	}
	// what it copies to the layer, CopyOnWriteFs makes by Create
	if diff := cmp.Diff([]string{"f -rw-rw-rw-", "g -rw-r-----", "new -rw-------"}, names); diff != "" {
		t.Errorf("ReadDir() over both, -want +got:\n%s", diff)
	}
	if err := u.Rename("/w/no", "/w/x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Rename() of nothing = %v, want ErrNotExist", err)
	}
	after := afero.NewCopyOnWriteFs(base, layer.Crash())
	if got := content(after, "/w/f") + " " + content(after, "/w/new"); got != "base none" {
		t.Errorf("after a crash of the layer %q, want %q", got, "base none")
	}
}

func TestBelowCacheOnReadFs(t *testing.T) {
	base, layer := newFS(t, simfs.Config{Choose: allLost}), newFS(t, simfs.Config{Choose: allLost})
	durably(t, base, "/w/f", "o")
	u := afero.NewCacheOnReadFs(base, layer, 0)
	if got, want := content(u, "/w/f"), string(units("o")); got != want {
		t.Errorf("read %.8q, want %.8q", got, want)
	}
	if got := letters(layer); got != "f=o" {
		t.Errorf("the cache holds %q, want %q", got, "f=o")
	}
	put(t, u, "/w/f", os.O_TRUNC, "n", true) // writes to both
	h, err := u.Create("/w/g")
	must(t, err)
	_, err = h.Write(units("n"))
	must(t, errors.Join(err, h.Sync(), h.Close()))
	base2, layer2 := base.Crash(), layer.Crash()
	if got := letters(base2) + "|" + letters(layer2); got != "f=n|" {
		t.Errorf("after a crash of both %q, want %q", got, "f=n|")
	}
	if got, want := content(afero.NewCacheOnReadFs(base2, layer2, 0), "/w/f"), string(units("n")); got != want {
		t.Errorf("read again %.8q, want %.8q", got, want)
	}
}

func TestBelowReadOnlyFs(t *testing.T) {
	f := newFS(t, simfs.Config{})
	mustWrite(t, f, "/w/f", "abc")
	before := f.Pending()
	r := afero.NewReadOnlyFs(f)
	if got := content(r, "/w/f"); got != "abc" {
		t.Errorf("read %q, want %q", got, "abc")
	}
	for name, err := range map[string]error{
		"Remove":  r.Remove("/w/f"),
		"Mkdir":   r.Mkdir("/w/d", 0o700),
		"Symlink": r.(afero.Linker).SymlinkIfPossible("f", "/w/l"),
	} {
		if err == nil {
			t.Errorf("%s = nil, want an error", name)
		}
	}
	if diff := cmp.Diff(before, f.Pending()); diff != "" {
		t.Errorf("Pending() changed, -before +after:\n%s", diff)
	}
}

func TestBelowRegexpFs(t *testing.T) {
	f := newFS(t, simfs.Config{})
	mustWrite(t, f, "/w/a.txt", "a")
	mustWrite(t, f, "/w/b.log", "b")
	r := afero.NewRegexpFs(f, regexp.MustCompile(`\.txt$`))
	got := content(r, "/w/a.txt") + " " + content(r, "/w/b.log")
	if want := "a none"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
	if _, err := r.Create("/w/c.log"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Create(c.log) = %v, want ErrNotExist", err)
	}
	infos, err := afero.ReadDir(r, "/w")
	if must(t, err); len(infos) != 1 || infos[0].Name() != "a.txt" {
		t.Errorf("ReadDir() = %v, want a.txt alone", infos)
	}
}

// TestIOFS runs the checker of the standard library over a tree with all there is,
// before a crash and after.
func TestIOFS(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allKept})
	must(t, f.MkdirAll("/w/d/e", 0o755))
	must(t, f.Mkdir("/w/empty", 0o755))
	mustWrite(t, f, "/w/a.txt", "a")
	mustWrite(t, f, "/w/d/b.txt", strings.Repeat("b", 5000))
	mustWrite(t, f, "/w/d/e/none", "")
	must(t, f.SymlinkIfPossible("d", "/w/link"))
	must(t, f.SymlinkIfPossible("../a.txt", "/w/d/up"))
	check := func(f afero.Fs) {
		below := afero.NewIOFS(afero.NewBasePathFs(f, "/w"))
		must(t, fstest.TestFS(below, "a.txt", "d/b.txt", "d/e/none", "empty", "link", "d/up"))
	}
	check(f)
	check(f.Crash())
}

// TestRealGoroutines needs -race to show all it can.
func TestRealGoroutines(t *testing.T) {
	const (
		writers = 8
		records = 50
	)
	f := newFS(t, simfs.Config{})
	mustWrite(t, f, "/w/log", "")
	var all sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		all.Go(func() { errs[i] = writeRecords(f, i, records) })
	}
	for range 3 {
		all.Go(func() {
			_ = f.Pending()
			_ = afero.Walk(f, "/w", func(string, fs.FileInfo, error) error { return nil })
		})
	}
	all.Wait()
	must(t, errors.Join(errs...))
	got := map[string]int{}
	for line := range strings.Lines(content(f, "/w/log")) {
		got[line]++
	}
	want := map[string]int{}
	for i := range writers {
		want[fmt.Sprintf("record of %d\n", i)] = records
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines of all writers, -want +got:\n%s", diff)
	}
}

// writeRecords appends records to a log that all share, each followed by a sync and
// by changes in a directory of its own.
func writeRecords(f afero.Fs, id, records int) error {
	h, err := f.OpenFile("/w/log", os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	dir := fmt.Sprintf("/w/%d", id)
	errs := []error{f.Mkdir(dir, 0o700)}
	for range records {
		_, err := fmt.Fprintf(h, "record of %d\n", id)
		errs = append(errs, err, h.Sync(), afero.WriteFile(f, dir+"/a", []byte("x"), 0o600),
			f.Rename(dir+"/a", dir+"/b"), f.Remove(dir+"/b"))
	}
	return errors.Join(append(errs, h.Close())...)
}

// In a bubble of testing/synctest, time is that of the bubble: operations that a
// hook slows down take no real time, and files get exact ones.
func TestInsideSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		f := newFS(t, simfs.Config{Now: time.Now, Hook: func(op simfs.Op) {
			if op.Kind == simfs.OpSync {
				time.Sleep(5 * time.Millisecond)
			}
		}})
		var all sync.WaitGroup
		for i := range 2 {
			all.Go(func() { mustWriteTwice(t, f, fmt.Sprintf("/w/%d", i)) })
		}
		all.Wait()
		if got, want := time.Since(start), 10*time.Millisecond; got != want {
			t.Errorf("two tasks with two slow syncs each took %v, want %v", got, want)
		}
		fi, err := f.Stat("/w/0")
		must(t, err)
		if got, want := fi.ModTime().Sub(start), 5*time.Millisecond; got != want {
			t.Errorf("the second write was after %v, want %v", got, want)
		}
	})
}

func mustWriteTwice(t testing.TB, f afero.Fs, name string) {
	mustWrite(t, f, name, "one")
	mustWrite(t, f, name, "two")
}

// The helper functions of afero, on which most programs stand.
func TestHelpersOfAfero(t *testing.T) {
	tests := []struct {
		name string
		do   func(f afero.Fs) (any, error)
		want any
	}{
		{"TempDir", func(f afero.Fs) (any, error) {
			dir, err := afero.TempDir(f, "/w", "x")
			ok, _ := path.Match("/w/x?*", dir)
			return ok, err
		}, true},
		{"TempDir in the default", func(f afero.Fs) (any, error) {
			dir, err := afero.TempDir(f, "", "x")
			return path.Dir(dir), err
		}, path.Clean(os.TempDir())},
		{"TempDir in none", func(f afero.Fs) (any, error) {
			_, err := afero.TempDir(f, "/no", "x")
			return errors.Is(err, fs.ErrNotExist), nil
		}, true},
		{"TempFile", func(f afero.Fs) (any, error) {
			h, err := afero.TempFile(f, "/w", "x")
			if err != nil {
				return nil, err
			}
			fi, err := h.Stat()
			return fi.Mode(), err
		}, fs.FileMode(0o600)},
		{"WriteReader", func(f afero.Fs) (any, error) {
			err := afero.WriteReader(f, "/w/new/dirs/f", strings.NewReader("abc"))
			return content(f, "/w/new/dirs/f"), err
		}, "abc"},
		{"WriteReader over a file", func(f afero.Fs) (any, error) {
			err := afero.WriteReader(f, "/w/f", strings.NewReader("y"))
			return content(f, "/w/f"), err
		}, "y"},
		{"SafeWriteReader", func(f afero.Fs) (any, error) {
			err := afero.SafeWriteReader(f, "/w/new/f", strings.NewReader("abc"))
			return content(f, "/w/new/f"), err
		}, "abc"},
		{"SafeWriteReader over a file", func(f afero.Fs) (any, error) {
			err := afero.SafeWriteReader(f, "/w/f", strings.NewReader("y"))
			return fmt.Sprint(err, content(f, "/w/f")), nil
		}, "/w/f already existsfile"},
		{"Exists", func(f afero.Fs) (any, error) { return afero.Exists(f, "/w/f") }, true},
		{"Exists not", func(f afero.Fs) (any, error) { return afero.Exists(f, "/w/no") }, false},
		{"Exists of a link that leads nowhere", func(f afero.Fs) (any, error) { return afero.Exists(f, "/w/nowhere") }, false},
		{"DirExists", func(f afero.Fs) (any, error) { return afero.DirExists(f, "/w/d") }, true},
		{"DirExists of a file", func(f afero.Fs) (any, error) { return afero.DirExists(f, "/w/f") }, false},
		{"IsDir through a link", func(f afero.Fs) (any, error) { return afero.IsDir(f, "/w/link") }, true},
		{"IsEmpty of a directory", func(f afero.Fs) (any, error) { return afero.IsEmpty(f, "/w/d/e") }, true},
		{"IsEmpty of one with a file", func(f afero.Fs) (any, error) { return afero.IsEmpty(f, "/w/d") }, false},
		{"IsEmpty of a file", func(f afero.Fs) (any, error) { return afero.IsEmpty(f, "/w/d/empty") }, true},
		{"FileContainsBytes", func(f afero.Fs) (any, error) {
			return afero.FileContainsBytes(f, "/w/f", []byte("il"))
		}, true},
		{"FileContainsAnyBytes", func(f afero.Fs) (any, error) {
			return afero.FileContainsAnyBytes(f, "/w/f", [][]byte{[]byte("x"), []byte("y")})
		}, false},
		{"Walk", func(f afero.Fs) (any, error) {
			var names []string
			err := afero.Walk(f, "/w", func(name string, _ fs.FileInfo, err error) error {
				names = append(names, name)
				return err
			})
			return strings.Join(names, " "), err
		}, "/w /w/d /w/d/e /w/d/empty /w/f /w/link /w/nowhere"},
		{"Walk over a part", func(f afero.Fs) (any, error) {
			var names []string
			err := afero.Walk(f, "/w", func(name string, fi fs.FileInfo, _ error) error {
				if names = append(names, name); name == "/w/d" {
					return fs.SkipDir
				}
				return nil
			})
			return strings.Join(names, " "), err
		}, "/w /w/d /w/f /w/link /w/nowhere"},
		{"Glob", func(f afero.Fs) (any, error) {
			found, err := afero.Glob(f, "/w/*/e*")
			return strings.Join(found, " "), err
		}, "/w/d/e /w/d/empty /w/link/e /w/link/empty"},
		{"ReadDir", func(f afero.Fs) (any, error) {
			infos, err := afero.ReadDir(f, "/w/d")
			var names []string
			for _, fi := range infos {
				names = append(names, fi.Name())
			}
			return strings.Join(names, " "), err
		}, "e empty"},
		{"ReadAll", func(f afero.Fs) (any, error) {
			h, err := f.Open("/w/f")
			if err != nil {
				return nil, err
			}
			b, err := afero.ReadAll(h)
			return string(b), err
		}, "file"},
		{"GetTempDir", func(f afero.Fs) (any, error) {
			dir := afero.GetTempDir(f, "sub")
			return afero.IsDir(f, dir)
		}, true},
		{"FullBaseFsPath", func(f afero.Fs) (any, error) {
			b := afero.NewBasePathFs(afero.NewBasePathFs(f, "/w"), "/d").(*afero.BasePathFs)
			return afero.FullBaseFsPath(b, "e"), nil
		}, "/w/d/e"},
		{"io.Copy", func(f afero.Fs) (any, error) {
			from, err := f.Open("/w/f")
			if err != nil {
				return nil, err
			}
			to, err := f.Create("/w/copy")
			if err != nil {
				return nil, err
			}
			n, err := io.Copy(to, from)
			return fmt.Sprintf("%d %s", n, content(f, "/w/copy")), err
		}, "4 file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			must(t, f.MkdirAll("/w/d/e", 0o700))
			mustWrite(t, f, "/w/f", "file")
			mustWrite(t, f, "/w/d/empty", "")
			must(t, f.SymlinkIfPossible("d", "/w/link"))
			must(t, f.SymlinkIfPossible("no", "/w/nowhere"))
			got, err := tt.do(f)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("error %v, -want +got:\n%s", err, diff)
			}
		})
	}
}
