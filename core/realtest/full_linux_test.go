package realtest

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// space is a place for a log that runs out of room.
type space struct {
	dir     string
	errno   syscall.Errno // what a write gets that finds no room
	files   bool          // there is no room for a new file either
	segment int64         // the log's Config.SegmentBytes
	free    func()        // makes room, for good
}

func TestFullDisk(t *testing.T)      { runsOutOfSpace(t, smallDisk) }
func TestFileSizeLimit(t *testing.T) { runsOutOfSpace(t, limitedFiles) }

// Here the space ends while the log goes on in a new file, time and again.
func TestFullDiskOfSegments(t *testing.T) {
	runsOutOfSpace(t, func(t *testing.T) space {
		s := smallDisk(t)
		s.segment = 16 << 10
		return s
	})
}

// smallDisk mounts a tmpfs with room for 2 MiB, half of which something else takes.
func smallDisk(t *testing.T) space {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("this user may mount no tmpfs (%v): run as root", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	return space{dir: dir, errno: syscall.ENOSPC, files: true, free: func() {
		if err := os.Remove(other); err != nil {
			t.Fatal(err)
		}
	}}
}

// limitedFiles has the system refuse files of more than 1 MiB to this process.
func limitedFiles(t *testing.T) space {
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	set := func(size uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set(1 << 20)
	free := func() { set(before.Cur) }
	t.Cleanup(free)
	return space{dir: t.TempDir(), errno: syscall.EFBIG, free: free}
}

// runsOutOfSpace has a log meet the end of its space, and what follows.
func runsOutOfSpace(t *testing.T, find func(*testing.T) space) {
	t.Run("the same store goes on", func(t *testing.T) {
		l := newFilling(t, find(t))
		l.fill()
		l.free()
		l.goesOn()
		l.reopen()
		l.goesOn()
	})
	t.Run("the next store goes on", func(t *testing.T) {
		l := newFilling(t, find(t))
		l.fill()
		l.reopen() // while there is no space
		l.free()
		l.goesOn()
		l.reopen()
	})
	t.Run("checkpoints", func(t *testing.T) {
		l := newFilling(t, find(t))
		l.fill()
		l.commits()
	})
}

// filling is a log in a space of that kind, and what was acknowledged in it.
type filling struct {
	space
	t     *testing.T
	store *core.Store
	acked map[uint64]string
	tried int
}

func newFilling(t *testing.T, s space) *filling {
	l := &filling{space: s, t: t, acked: make(map[uint64]string)}
	l.open()
	t.Cleanup(func() { // before the space goes
		if err := l.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *filling) open() {
	l.t.Helper()
	store, err := core.Open(ctx, afero.NewOsFs(), logDir(l.dir), core.Config{SegmentBytes: l.segment})
	if err != nil {
		l.t.Fatal(err)
	}
	l.store = store
}

// append appends a batch of new events and notes it if it was acknowledged.
func (l *filling) append() error {
	names := make([]string, 1+l.tried%7)
	for i := range names {
		names[i] = fmt.Sprintf("0.%d.%d", l.tried, i)
	}
	l.tried++
	receipt, err := l.store.AppendBatch(ctx, events(names))
	if err == nil {
		for i, name := range names {
			l.acked[receipt.First+uint64(i)] = name
		}
	}
	return err
}

// fill appends until there is no space, and then some, large and small: whatever is
// refused is refused with the system's error.
func (l *filling) fill() {
	l.t.Helper()
	refused := 0
	for refused < 100 {
		err := l.append()
		if err == nil {
			continue
		}
		if !errors.Is(err, l.errno) {
			l.t.Fatalf("append = %v, want %v", err, l.errno)
		}
		refused++
	}
	if len(l.acked) == 0 {
		l.t.Fatal("nothing was acknowledged before the space ran out")
	}
	l.check()
}

// goesOn checks that appends are taken again.
func (l *filling) goesOn() {
	l.t.Helper()
	for range 20 {
		if err := l.append(); err != nil {
			l.t.Fatalf("append with space again = %v, want nil", err)
		}
	}
	l.check()
}

// reopen closes the store and opens the log again: what was acknowledged is there, and
// nothing of what was refused, not even to be cut off.
func (l *filling) reopen() {
	l.t.Helper()
	if err := l.store.Close(); err != nil {
		l.t.Fatal(err)
	}
	l.open()
	if cut := l.store.Recovery().Cut; cut != 0 {
		l.t.Errorf("refused appends left %d bytes in the journal, want none", cut)
	}
	l.check()
}

func (l *filling) check() {
	l.t.Helper()
	found := 0
	for sequence := range l.store.Frontier().Visible {
		e, ok, err := l.store.Read(ctx, sequence)
		if err != nil {
			l.t.Fatal(err)
		}
		if !ok {
			continue
		}
		found++
		if got, want := nameOf(e.Payload), l.acked[sequence]; got != want {
			l.t.Fatalf("sequence %d holds %q, want %q", sequence, got, want)
		}
	}
	if found != len(l.acked) {
		l.t.Fatalf("the log holds %d events, %d were acknowledged", found, len(l.acked))
	}
}

// commits saves checkpoints while there is no space and afterwards: a save that fails
// leaves the position of the last one that did not.
func (l *filling) commits() {
	l.t.Helper()
	cursor := l.consumer()
	if _, _, err := cursor.Poll(ctx); err != nil {
		l.t.Fatal(err)
	}
	err := cursor.Commit(ctx)
	if l.files && !errors.Is(err, l.errno) {
		l.t.Fatalf("Commit on a full disk = %v, want %v", err, l.errno)
	}
	l.noTemporaries()
	saved := err == nil
	if err := cursor.Close(); err != nil {
		l.t.Fatal(err)
	}
	cursor = l.consumer()
	if _, started := cursor.Position(); started != saved {
		l.t.Errorf("a consumer after the save stands on an event: %v, want %v", started, saved)
	}
	l.free()
	entry, _, err := cursor.Poll(ctx)
	if err == nil {
		err = cursor.Commit(ctx)
	}
	if err != nil {
		l.t.Fatalf("Commit with space again = %v, want nil", err)
	}
	if err := cursor.Close(); err != nil {
		l.t.Fatal(err)
	}
	if position, started := l.consumer().Position(); !started || position != entry.Sequence {
		l.t.Errorf("the next consumer stands at %d, %v, want %d", position, started, entry.Sequence)
	}
}

// noTemporaries checks that a save leaves no temporary file behind, failed or not.
func (l *filling) noTemporaries() {
	l.t.Helper()
	temps, err := filepath.Glob(filepath.Join(logDir(l.dir), "cursors", "*.tmp"))
	if err != nil || len(temps) != 0 {
		l.t.Errorf("temporary files = %v, %v, want none", temps, err)
	}
}

func (l *filling) consumer() *core.Cursor {
	l.t.Helper()
	cursor, err := l.store.Cursor(ctx, core.Region{}, core.CursorConfig{Checkpoint: consumerID()})
	if err != nil {
		l.t.Fatal(err)
	}
	return cursor
}

// A log cannot be made where there is no space for it, and what was begun is in
// nobody's way.
func TestNewLogOnFullDisk(t *testing.T) {
	s := smallDisk(t)
	rest := filepath.Join(s.dir, "rest")
	f, err := os.Create(rest)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = core.Open(ctx, afero.NewOsFs(), logDir(s.dir), core.Config{})
	if !errors.Is(err, s.errno) {
		t.Fatalf("Open of a new log = %v, want %v", err, s.errno)
	}
	if left := segments(t, s.dir); len(left) != 0 {
		t.Errorf("a failed Open left %v, want no journal", left)
	}
	s.free()
	l := newFilling(t, s)
	l.goesOn()
	l.reopen()
}
