package simfs_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

// target is where a link leads, or what it is instead.
func target(f *simfs.FS, name string) string {
	to, err := f.ReadlinkIfPossible(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "none"
	case err != nil:
		return err.Error()
	}
	return to
}

// afterCrashes counts what look finds in many crash images of what do leaves.
func afterCrashes(t *testing.T, do func(f *simfs.FS), look func(f *simfs.FS) string) map[string]bool {
	found := map[string]bool{}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		f := newFS(t, simfs.Config{Choose: func(_ string, n uint64) uint64 { return r.Uint64N(n) }})
		do(f)
		found[look(f.Crash())] = true
	}
	return found
}

func TestLinkInCrashes(t *testing.T) {
	current := func(f *simfs.FS) string { return target(f, "/w/current") }
	tests := []struct {
		name string
		do   func(f *simfs.FS)
		look func(f *simfs.FS) string
		want []string
	}{
		{"a new name survives with its target or not at all", func(f *simfs.FS) {
			must(t, f.SymlinkIfPossible("v1", "/w/current"))
		}, current, []string{"none", "v1"}},
		{"syncing the directory keeps it", func(f *simfs.FS) {
			must(t, f.SymlinkIfPossible("v1", "/w/current"))
			syncDir(t, f, "/w")
		}, current, []string{"v1"}},
		{"syncing through it does not", func(f *simfs.FS) {
			durably(t, f, "/w/v1", "o")
			must(t, f.SymlinkIfPossible("v1", "/w/current"))
			put(t, f, "/w/current", 0, "n", true)
		}, func(f *simfs.FS) string { return current(f) + " " + letters1(f, "/w/v1") }, []string{"none n", "v1 n"}},
		{"replaced by rename it is the old one or the new", func(f *simfs.FS) {
			must(t, f.SymlinkIfPossible("v1", "/w/current"))
			syncDir(t, f, "/w")
			must(t, f.SymlinkIfPossible("v2", "/w/next"))
			must(t, f.Rename("/w/next", "/w/current"))
		}, current, []string{"v1", "v2"}},
		{"removed it may come back", func(f *simfs.FS) {
			must(t, f.SymlinkIfPossible("v1", "/w/current"))
			syncDir(t, f, "/w")
			must(t, f.Remove("/w/current"))
		}, current, []string{"none", "v1"}},
		{"a file created through it has its name where it leads", func(f *simfs.FS) {
			must(t, f.Mkdir("/w/d", 0o700))
			must(t, f.SymlinkIfPossible("d/f", "/w/current"))
			syncDir(t, f, "/w")
			put(t, f, "/w/current", os.O_CREATE, "n", true)
			syncDir(t, f, "/w") // which is not the directory of the new name
		}, func(f *simfs.FS) string { return current(f) + " " + letters1(f, "/w/d/f") }, []string{"d/f n", "d/f none"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := map[string]bool{}
			for _, w := range tt.want {
				want[w] = true
			}
			if diff := cmp.Diff(want, afterCrashes(t, tt.do, tt.look)); diff != "" {
				t.Errorf("after crashes, -want +got:\n%s", diff)
			}
		})
	}
}

// letters1 shows one file as letters does.
func letters1(f *simfs.FS, name string) string {
	b, err := readFile(f, name)
	if err != nil {
		return "none"
	}
	return spell(b)
}

func TestLinkOperationsAreSeen(t *testing.T) {
	var seen []string
	f := newFS(t, simfs.Config{})
	g, err := simfs.New(simfs.Config{Observe: func(r simfs.Record) {
		line := r.Op.String()
		if r.Err != nil {
			line += ": " + r.Err.Error()
		}
		seen = append(seen, line)
	}})
	must(t, err)
	must(t, g.SymlinkIfPossible("../to", "/l"))
	_, err = g.ReadlinkIfPossible("l")
	must(t, err)
	_, _, err = g.LstatIfPossible("/l")
	must(t, err)
	_ = g.SymlinkIfPossible("x", "/l")
	want := []string{"#1 symlink /l -> ../to", "#2 readlink /l", "#3 stat /l", "#4 symlink /l -> x: symlink x /l: file exists"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("observed, -want +got:\n%s", diff)
	}
	must(t, f.SymlinkIfPossible("x", "/w/l"))
	if diff := cmp.Diff([]simfs.Unsynced{{Path: "/w/l", Kind: "link", Why: "directory /w was not synced since"}}, f.Pending()); diff != "" {
		t.Errorf("Pending(), -want +got:\n%s", diff)
	}
}

func TestFaultsStrikeLinkOperations(t *testing.T) {
	tests := []struct {
		name string
		rule simfs.Rule
		do   func(f *simfs.FS) error
		want error
		left string
	}{
		{"symlink", simfs.Rule{Ops: simfs.Ops(simfs.OpSymlink), Effect: simfs.Fail, Err: syscall.ENOSPC},
			func(f *simfs.FS) error { return f.SymlinkIfPossible("x", "/w/new") }, syscall.ENOSPC, "none"},
		{"symlink by path", simfs.Rule{Path: "/w/new", Effect: simfs.Fail},
			func(f *simfs.FS) error { return f.SymlinkIfPossible("x", "/w/new") }, syscall.EIO, "none"},
		{"readlink", simfs.Rule{Ops: simfs.Ops(simfs.OpReadlink), Nth: 1, Effect: simfs.Fail},
			func(f *simfs.FS) error { _, err := f.ReadlinkIfPossible("/w/l"); return err }, syscall.EIO, "none"},
		{"lstat", simfs.Rule{Ops: simfs.Ops(simfs.OpStat), Effect: simfs.Fail, Err: syscall.EACCES},
			func(f *simfs.FS) error { _, _, err := f.LstatIfPossible("/w/l"); return err }, fs.ErrPermission, "none"},
		{"crash after symlink", simfs.Rule{Ops: simfs.Ops(simfs.OpSymlink), Effect: simfs.CrashAfter},
			func(f *simfs.FS) error { return f.SymlinkIfPossible("x", "/w/new") }, simfs.ErrCrashed, "x"},
		{"crash before symlink", simfs.Rule{Ops: simfs.Ops(simfs.OpSymlink), Effect: simfs.CrashBefore},
			func(f *simfs.FS) error { return f.SymlinkIfPossible("x", "/w/new") }, simfs.ErrCrashed, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			must(t, f.SymlinkIfPossible("f", "/w/l"))
			must(t, f.SetFaults(tt.rule))
			if err := tt.do(f); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if got := f.Faults()[0].Fired; got != 1 {
				t.Errorf("fired %d times, want 1", got)
			}
			f = f.Restart()
			must(t, f.SetFaults())
			if got := target(f, "/w/new"); got != tt.left {
				t.Errorf("the link leads to %s, want %s", got, tt.left)
			}
		})
	}
}

func TestDeadFilesystemRefusesLinks(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.SymlinkIfPossible("x", "/w/l"))
	f.Crash()
	var le *os.LinkError
	if err := f.SymlinkIfPossible("to", "/w/m"); !errors.Is(err, simfs.ErrCrashed) || !errors.As(err, &le) || le.Old != "to" || le.New != "/w/m" {
		t.Errorf("SymlinkIfPossible() = %v, want ErrCrashed in a LinkError from to to /w/m", err)
	}
	if _, err := f.ReadlinkIfPossible("/w/l"); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("ReadlinkIfPossible() = %v, want ErrCrashed", err)
	}
	if _, _, err := f.LstatIfPossible("/w/l"); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("LstatIfPossible() = %v, want ErrCrashed", err)
	}
}

// Above the root there is the root, however a link comes to it. The machine can show
// that only to a process in a root of its own.
func TestLinksEndAtTheRoot(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.MkdirAll("/w/a/b", 0o700))
	must(t, f.SymlinkIfPossible("/", "/w/a/b/top"))
	must(t, f.SymlinkIfPossible("../../../../..", "/w/a/b/up"))
	must(t, f.SymlinkIfPossible("/../../w", "/w/a/b/over"))
	must(t, f.SymlinkIfPossible("w/a", "/relative"))
	tests := []struct {
		name string
		want string // the same directory
	}{
		{"/w/a/b/top", "/"}, {"/w/a/b/top/..", "/"}, {"/w/a/b/top/../w/a", "/w/a"},
		{"/w/a/b/up", "/"}, {"/w/a/b/up/w/../..", "/"}, {"/w/a/b/over", "/w"}, {"w/a/b/over/..", "/"},
		{"relative", "/w/a"}, {"relative/..", "/w"},
	}
	for _, tt := range tests {
		want, err := f.Stat(tt.want)
		must(t, err)
		got, err := f.Stat(tt.name)
		if err != nil || got.Sys().(*simfs.Attr).Inode != want.Sys().(*simfs.Attr).Inode {
			t.Errorf("Stat(%s) = %v, %v, want the inode of %s", tt.name, got, err, tt.want)
		}
	}
	if err := f.Remove("/w/a/b/top/"); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("Remove() of a link to the root with a slash behind = %v, want ENOTDIR", err)
	}
}

// RemoveAll goes by single steps; one that finds a link in the place of the
// directory that it wanted to list must not go on behind it.
func TestRemoveAllDoesNotListThroughALink(t *testing.T) {
	swapped := false
	var f *simfs.FS
	f = newFS(t, simfs.Config{Hook: func(op simfs.Op) {
		if op.Kind == simfs.OpOpen && op.Path == "/w/d" && !swapped {
			swapped = true
			must(t, f.Rename("/w/d", "/w/e"))
			must(t, f.SymlinkIfPossible("kept", "/w/d"))
		}
	}})
	must(t, f.MkdirAll("/w/d/x", 0o700))
	must(t, f.Mkdir("/w/kept", 0o700))
	put(t, f, "/w/kept/f", os.O_CREATE, "o", false)
	swapped = false
	must(t, f.RemoveAll("/w/d"))
	if got, want := letters(f), "e/ e/x/ kept/ kept/f=o"; got != want || !swapped {
		t.Errorf("left %q (swapped: %v), want %q", got, swapped, want)
	}
}
