package core

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// files returns checkpoint files in a new directory of the real filesystem, with
// those of the given ids saved at position 1, and what they go through.
func files(t *testing.T, ids ...string) (*checkpointFiles, *faultyFs) {
	t.Helper()
	faulty := &faultyFs{Fs: afero.NewOsFs(), root: t.TempDir()}
	for _, id := range ids {
		saved(t, &checkpointFiles{fs: faulty.Fs, dir: faulty.root}, at(t, id, 1))
	}
	return &checkpointFiles{fs: faulty, dir: faulty.root}, faulty
}

// clean returns files in the same directory, free of faults and of memory.
func clean(f *faultyFs) *checkpointFiles { return &checkpointFiles{fs: f.Fs, dir: f.root} }

func at(t testing.TB, id string, position uint64) Checkpoint {
	c := worked()
	c.ID, c.Position = checkpointID(t, id), position
	return c
}

func saved(t *testing.T, f *checkpointFiles, c Checkpoint) {
	t.Helper()
	if err := f.save(c); err != nil {
		t.Fatal(err)
	}
}

func loads(t *testing.T, f *checkpointFiles, want Checkpoint) {
	t.Helper()
	if got, ok, err := f.load(want.ID); got != want || !ok || err != nil {
		t.Errorf("load(%.40q) = %+v, %v, %v, want %+v", want.ID, got, ok, err, want)
	}
}

// misses checks that there is no checkpoint of that id.
func misses(t *testing.T, f *checkpointFiles, id CheckpointID) {
	t.Helper()
	if got, ok, err := f.load(id); got != (Checkpoint{}) || ok || err != nil {
		t.Errorf("load(%q) = %+v, %v, %v, want none", id, got, ok, err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

func hasMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("mode of %s = %v, want %v", path, info.Mode(), want)
	}
}

const (
	mailerFile = "cursors/mailer.ckpt"
	mailerTemp = "cursors/sha256-2e4330b80641225bd3e1be739edf9532aee3370e6ca188d45a32e554d68c2e34.tmp"
)

func TestCheckpointFilesReplace(t *testing.T) {
	f, faulty := files(t)
	id := checkpointID(t, "mailer")
	misses(t, f, id)
	for _, position := range []uint64{1, 1 << 40, 3} { // the third is shorter than the second
		saved(t, f, at(t, "mailer", position))
		loads(t, f, at(t, "mailer", position))
		loads(t, clean(faulty), at(t, "mailer", position))
	}
	saved(t, f, at(t, "other", 9))
	loads(t, f, at(t, "mailer", 3))
	if d := cmp.Diff([]string{"mailer.ckpt", "other.ckpt"}, names(t, f.cursors())); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	hasMode(t, f.cursors(), fs.ModeDir|0o700)
	hasMode(t, f.path(id), 0o600)
}

// K-10, K-11: what is synced, and in which order. The data directory is synced at
// the first save of a process even if a predecessor made the cursors directory.
func TestSaveOperations(t *testing.T) {
	first := []string{"mkdir cursors", "open", "sync", "close"}
	every := []string{
		"remove " + mailerTemp, "create " + mailerTemp, "write " + mailerTemp, "sync " + mailerTemp, "close " + mailerTemp,
		"rename " + mailerTemp,
		"open cursors", "sync cursors", "close cursors",
	}
	for _, existing := range [][]string{nil, {"mailer"}} {
		f, faulty := files(t, existing...)
		saved(t, f, at(t, "mailer", 2))
		if d := cmp.Diff(slices.Concat(first, every), faulty.log); d != "" {
			t.Errorf("with %d checkpoints, first save (-want +got):\n%s", len(existing), d)
		}
		faulty.log = nil
		saved(t, f, at(t, "mailer", 3))
		if d := cmp.Diff(every, faulty.log); d != "" {
			t.Errorf("with %d checkpoints, second save (-want +got):\n%s", len(existing), d)
		}
	}
}

// K-12: whichever operation fails, save says so; the old checkpoint stands unless
// the error is indeterminate; nothing is left behind; and the next save succeeds.
func TestSaveFailsAtEveryOperation(t *testing.T) {
	steps := []string{
		"make cursors directory", "sync data directory", "sync data directory", "sync data directory",
		"remove stale temporary file", "create temporary file", "write temporary file", "write temporary file", "write temporary file",
		"rename temporary file",
		"sync cursors directory", "sync cursors directory", "sync cursors directory",
	}
	for fail := 1; ; fail++ {
		f, faulty := files(t, "mailer")
		faulty.fail = fail
		err := f.save(at(t, "mailer", 2))
		if !faulty.fired() {
			if err != nil || fail != len(steps)+1 {
				t.Fatalf("save without a fault = %v after %d operations, want nil after %d", err, fail-1, len(steps))
			}
			return
		}
		t.Run(fmt.Sprintf("%02d %s", fail, faulty.log[fail-1]), func(t *testing.T) {
			if !errors.Is(err, errInjected) {
				t.Fatalf("save = %v, want the injected error", err)
			}
			if want := steps[fail-1]; !strings.Contains(err.Error(), `save checkpoint "mailer": `) || !strings.Contains(err.Error(), want) {
				t.Errorf("save = %q, names neither the id nor %q", err, want)
			}
			renamed := fail > slices.Index(steps, "rename temporary file")+1
			if got := errors.Is(err, ErrCheckpointIndeterminate); got != renamed {
				t.Errorf("indeterminate: %v after %q", got, faulty.log[fail-1])
			}
			position := uint64(1)
			if renamed {
				position = 2
			}
			loads(t, clean(faulty), at(t, "mailer", position))
			if d := cmp.Diff([]string{"mailer.ckpt"}, names(t, f.cursors())); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
			saved(t, f, at(t, "mailer", 3))
			loads(t, clean(faulty), at(t, "mailer", 3))
		})
	}
}

// a data directory that was not synced is synced by the next save.
func TestSavePreparesUntilDurable(t *testing.T) {
	f, faulty := files(t)
	faulty.fail = 3 // the sync of the data directory
	if err := f.save(at(t, "mailer", 1)); !errors.Is(err, errInjected) {
		t.Fatalf("save = %v, want the injected error", err)
	}
	faulty.log, faulty.fail = nil, 0
	saved(t, f, at(t, "mailer", 1))
	if d := cmp.Diff([]string{"mkdir cursors", "open", "sync", "close"}, faulty.log[:4]); d != "" {
		t.Errorf("the next save begins (-want +got):\n%s", d)
	}
}

func TestSaveShortWrite(t *testing.T) {
	f, faulty := files(t, "mailer")
	faulty.fail, faulty.short = 7, true
	if err := f.save(at(t, "mailer", 2)); !errors.Is(err, io.ErrShortWrite) {
		t.Fatalf("save = %v, want %v", err, io.ErrShortWrite)
	}
	loads(t, clean(faulty), at(t, "mailer", 1))
}

// A temporary file that a crash left is neither trusted nor in the way, even if
// its removal at open did not happen.
func TestSaveOverStaleTemp(t *testing.T) {
	f, faulty := files(t, "mailer")
	stale := filepath.Join(faulty.root, mailerTemp)
	if err := os.WriteFile(stale, make([]byte, 4096), 0o644); err != nil {
		t.Fatal(err)
	}
	saved(t, f, at(t, "mailer", 2))
	loads(t, f, at(t, "mailer", 2))
	hasMode(t, f.path(checkpointID(t, "mailer")), 0o600)
}

// A temporary name that leads elsewhere, and is put there after the sweep at open, is
// not written through.
func TestSaveOverLinkedTemp(t *testing.T) {
	f, faulty := files(t, "mailer")
	victim := filepath.Join(faulty.root, "victim")
	if err := errors.Join(os.WriteFile(victim, []byte("not ours"), 0o600), os.Symlink(victim, filepath.Join(faulty.root, mailerTemp))); err != nil {
		t.Fatal(err)
	}
	saved(t, f, at(t, "mailer", 2))
	loads(t, f, at(t, "mailer", 2))
	if b, err := os.ReadFile(victim); err != nil || string(b) != "not ours" {
		t.Errorf("the file behind the link holds %q, %v, want what it held", b, err)
	}
}

func TestSaveRefusesInvalid(t *testing.T) {
	f, faulty := files(t)
	c := at(t, "mailer", 1)
	c.Upstream = true
	if err := f.save(c); !errors.Is(err, ErrCheckpointInvalid) {
		t.Errorf("save = %v, want %v", err, ErrCheckpointInvalid)
	}
	if len(faulty.log) != 0 {
		t.Errorf("save of an invalid checkpoint touched the disk: %v", faulty.log)
	}
}

// Every failure to read is an error: a checkpoint that is there is never missing.
func TestLoadFailsAtEveryOperation(t *testing.T) {
	for fail := 1; ; fail++ {
		f, faulty := files(t, "mailer")
		faulty.fail = fail
		got, ok, err := f.load(checkpointID(t, "mailer"))
		if !faulty.fired() {
			if err != nil || !ok || got != at(t, "mailer", 1) || fail < 4 {
				t.Fatalf("load without a fault = %+v, %v, %v after %d operations", got, ok, err, fail-1)
			}
			return
		}
		if !errors.Is(err, errInjected) || ok || got != (Checkpoint{}) {
			t.Errorf("load with a failed %q = %+v, %v, %v, want the injected error", faulty.log[fail-1], got, ok, err)
		}
	}
}

// K-8, K-13, M-13, fail closed: none of these passes for a missing file.
func TestLoadRefuses(t *testing.T) {
	valid := marshal(t, worked())
	for _, tt := range []struct {
		name string
		make func(path string) error
		want error
		text string
	}{
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }, ErrCheckpointCorrupt, "not a regular file"},
		{"dangling link", func(path string) error { return os.Symlink("nowhere", path) }, ErrCheckpointCorrupt, "not a regular file"},
		{"link to a checkpoint", func(path string) error {
			return errors.Join(os.WriteFile(path+"2", valid, 0o600), os.Symlink(path+"2", path))
		}, ErrCheckpointCorrupt, "not a regular file"},
		{"empty", func(path string) error { return os.WriteFile(path, nil, 0o600) }, ErrCheckpointCorrupt, "file is empty"},
		{"truncated", func(path string) error { return os.WriteFile(path, valid[:len(valid)-1], 0o600) }, ErrCheckpointCorrupt, "checksum"},
		{"at the bound", func(path string) error { return os.WriteFile(path, make([]byte, 64<<10), 0o600) }, ErrCheckpointCorrupt, "magic"},
		{"above the bound", func(path string) error { return os.WriteFile(path, make([]byte, 64<<10+1), 0o600) }, ErrCheckpointCorrupt, "65537 bytes, at most 65536"},
		{"huge and sparse", func(path string) error {
			return errors.Join(os.WriteFile(path, valid, 0o600), os.Truncate(path, 1<<40))
		}, ErrCheckpointCorrupt, "1099511627776 bytes, at most 65536"},
		{"future", func(path string) error { return os.WriteFile(path, seal(2, 0, nil), 0o600) }, ErrCheckpointFuture, "version is 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, faulty := files(t, "other")
			path := filepath.Join(faulty.root, mailerFile)
			if err := tt.make(path); err != nil {
				t.Fatal(err)
			}
			c, ok, err := f.load(checkpointID(t, "mailer"))
			var typed *CheckpointError
			if !errors.Is(err, tt.want) || !errors.As(err, &typed) || ok || c != (Checkpoint{}) {
				t.Fatalf("load = %+v, %v, %v, want %v", c, ok, err, tt.want)
			}
			if typed.Path != path {
				t.Errorf("Path = %q, want %q", typed.Path, path)
			}
			if !strings.Contains(err.Error(), tt.text) {
				t.Errorf("load = %q, lacks %q", err, tt.text)
			}
		})
	}
}

// A filesystem that cannot tell links is asked for what it can.
func TestLoadWithoutLstat(t *testing.T) {
	_, faulty := files(t, "mailer")
	f := &checkpointFiles{fs: struct{ afero.Fs }{faulty.Fs}, dir: faulty.root}
	loads(t, f, at(t, "mailer", 1))
	misses(t, f, checkpointID(t, "other"))
}

// A file in the place of the directory is an error too.
func TestLoadBelowFile(t *testing.T) {
	f, faulty := files(t)
	if err := os.WriteFile(filepath.Join(faulty.root, "cursors"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := f.load(checkpointID(t, "mailer")); ok || err == nil {
		t.Errorf("load = %v, %v, want an error", ok, err)
	}
	if err := f.save(at(t, "mailer", 1)); err == nil {
		t.Error("save = nil, want an error")
	}
}

// K-2, X-13: every legal id can be saved, under upstream's name where upstream
// could have saved it.
func TestCheckpointFileNames(t *testing.T) {
	for _, tt := range []struct{ name, id, want string }{
		{"plain", "mailer", "mailer.ckpt"},
		{"dot", ".", "..ckpt"},
		{"looks like a temporary file", "a.tmp", "a.tmp.ckpt"},
		{"longest plain", strings.Repeat("x", 250), strings.Repeat("x", 250) + ".ckpt"},
		{"shortest hashed", strings.Repeat("x", 251), "sha256-90d738c31c5ee1241cbcd2ff3d4aa1257ba5b7d717c545c397d37dc060ecf7ff.ckpt"},
		{"longest", strings.Repeat("y", 1024), "sha256-ca30eccdb3356862b733e4079c918cea6f243a07933c66f3093fc53986c81ddc.ckpt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := files(t)
			c := at(t, tt.id, 5)
			if got := filepath.Base(f.path(c.ID)); got != tt.want {
				t.Errorf("path = %s, want %s", got, tt.want)
			}
			if got := len(filepath.Base(f.path(c.ID))); got > 255 {
				t.Errorf("path has a name of %d bytes, at most 255 fit", got)
			}
			saved(t, f, c)
			loads(t, f, c)
			if err := f.sweep(); err != nil {
				t.Fatal(err)
			}
			loads(t, f, c)
		})
	}
}

// Two ids may come to one file: by the shape of the name, or where a filesystem
// folds case, or because somebody copied it. Neither takes the other's checkpoint.
func TestLoadIDMismatch(t *testing.T) {
	f, faulty := files(t)
	long := at(t, strings.Repeat("x", 300), 5)
	saved(t, f, long)
	posing := checkpointID(t, strings.TrimSuffix(filepath.Base(f.path(long.ID)), ".ckpt"))
	if f.path(posing) != f.path(long.ID) {
		t.Fatalf("path(%q) = %s, want that of the long id", posing, f.path(posing))
	}
	_, ok, err := f.load(posing)
	var mismatch *MismatchError
	if !errors.Is(err, ErrIDMismatch) || !errors.As(err, &mismatch) || ok {
		t.Fatalf("load = %v, %v, want %v", ok, err, ErrIDMismatch)
	}
	want := MismatchError{Path: f.path(posing), Stored: long.ID.String(), Expected: posing.String(), Err: ErrIDMismatch}
	if *mismatch != want {
		t.Errorf("mismatch = %+v, want %+v", *mismatch, want)
	}
	loads(t, clean(faulty), long)
}

// An upstream checkpoint is read under its file's name, and rewritten by the next
// save.
func TestLoadUpstream(t *testing.T) {
	id := strings.Repeat("x", 250) // the longest that upstream can save
	f, _ := files(t, "other")
	path := filepath.Join(f.cursors(), id+".ckpt")
	if err := os.WriteFile(path, unhex(t, upstreamBytes), 0o600); err != nil {
		t.Fatal(err)
	}
	loads(t, f, Checkpoint{
		ID: checkpointID(t, id), Started: true, Position: 7,
		Region: "entity=user|scope=*|fact=none|clock=*", Upstream: true,
	})
	saved(t, f, at(t, id, 8))
	loads(t, f, at(t, id, 8))
	b, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(b), checkpointMagic) {
		t.Errorf("the file holds %q, %v, want our magic", b, err)
	}
}

func TestRemove(t *testing.T) {
	f, faulty := files(t, "mailer", "other")
	id := checkpointID(t, "mailer")
	for range 2 { // the second time there is nothing to remove
		faulty.log = nil
		if err := f.remove(id); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"remove " + mailerFile, "open cursors", "sync cursors", "close cursors"}, faulty.log); d != "" {
			t.Errorf("remove (-want +got):\n%s", d)
		}
		misses(t, f, id)
	}
	loads(t, f, at(t, "other", 1))
}

func TestRemoveWithoutDirectory(t *testing.T) {
	f, _ := files(t)
	if err := f.remove(checkpointID(t, "mailer")); err != nil {
		t.Errorf("remove = %v, want nil", err)
	}
}

func TestRemoveFailsAtEveryOperation(t *testing.T) {
	for fail := 1; ; fail++ {
		f, faulty := files(t, "mailer")
		faulty.fail = fail
		err := f.remove(checkpointID(t, "mailer"))
		if !faulty.fired() {
			if err != nil || fail != 5 {
				t.Fatalf("remove without a fault = %v after %d operations, want nil after 4", err, fail-1)
			}
			return
		}
		if !errors.Is(err, errInjected) || errors.Is(err, ErrCheckpointIndeterminate) != (fail > 1) {
			t.Errorf("remove with a failed %q = %v", faulty.log[fail-1], err)
		}
		if fail == 1 {
			loads(t, clean(faulty), at(t, "mailer", 1))
		}
	}
}

// K-12, X-13: temporary files go, everything else stays.
func TestSweep(t *testing.T) {
	f, faulty := files(t, "mailer", "a.tmp", "b.ckpt.tmp")
	for _, name := range []string{filepath.Base(mailerTemp), "x.tmp", "notes", "tmp"} {
		if err := os.WriteFile(filepath.Join(f.cursors(), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.sweep(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a.tmp.ckpt", "b.ckpt.tmp.ckpt", "mailer.ckpt", "notes", "tmp"}, names(t, f.cursors())); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	want := []string{"open cursors", "readdir cursors", "close cursors", "remove " + mailerTemp, "remove cursors/x.tmp"}
	if d := cmp.Diff(want, faulty.log); d != "" {
		t.Errorf("sweep (-want +got):\n%s", d)
	}
	loads(t, f, at(t, "mailer", 1))
}

func TestSweepWithoutDirectory(t *testing.T) {
	f, _ := files(t)
	if err := f.sweep(); err != nil {
		t.Errorf("sweep = %v, want nil", err)
	}
}

func TestSweepFails(t *testing.T) {
	for _, fail := range []int{1, 2, 4} { // open, readdir, remove
		f, faulty := files(t, "mailer")
		if err := os.WriteFile(filepath.Join(faulty.root, mailerTemp), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		faulty.fail = fail
		if err := f.sweep(); !errors.Is(err, errInjected) || !strings.HasPrefix(err.Error(), "sweep checkpoints: ") {
			t.Errorf("sweep with a failed %q = %v, want the injected error", faulty.log[fail-1], err)
		}
		loads(t, clean(faulty), at(t, "mailer", 1))
	}
}
