package core

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// What others see while an append is on its way: visible never passes durable, and
// durable never passes what a sync covered. X-1.
func TestAppendStepByStep(t *testing.T) {
	type sight struct {
		Frontier Frontier
		Seen     bool
		Woken    uint64
	}
	got, want := make(map[Point]sight), map[Point]sight{
		PointAppendReserved:  {Frontier{Allocated: 1}, false, 1},
		PointAppendWritten:   {Frontier{Allocated: 1}, false, 1},
		PointSyncCaptured:    {Frontier{Allocated: 1, Written: 1}, false, 1},
		PointSyncDone:        {Frontier{Allocated: 1, Written: 1}, false, 1},
		PointPublishSnapshot: {Frontier{1, 1, 1, 1}, true, 1},
	}
	s, rt := soloStore(t, AckDurable)
	for _, p := range Points() {
		rt.once(p, func() {
			_, seen, err := s.Read(ctx, 0)
			must(t, err)
			got[p] = sight{s.Frontier(), seen, s.gate.wake.Epoch()}
		})
	}
	rt.passed = nil
	appendTexts(t, s, "a")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("sights (-want +got):\n%s", d)
	}
	order := []Point{PointAppendReserved, PointAppendWritten, PointSyncCaptured, PointSyncDone, PointPublishSnapshot}
	if d := cmp.Diff(order, rt.passed); d != "" {
		t.Errorf("points passed (-want +got):\n%s", d)
	}
	if got := s.gate.wake.Epoch(); got != 2 {
		t.Errorf("wake epoch after the append = %d, want 2", got)
	}
}

// A directory may be named in any way, and its missing parents are created.
func TestOpenCleansItsDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "log")
	for _, name := range []string{dir + "/", filepath.Dir(dir) + "/./x/../log"} {
		s, err := Open(ctx, afero.NewOsFs(), name, Config{})
		must(t, err)
		appendTexts(t, s, "a")
		must(t, s.Close())
	}
	info, err := os.Stat(segmentAt(dir, 1).path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the journal = %v, want 0600", info.Mode().Perm())
	}
}

// Open fails with what it met, and says for which directory.
func TestOpenReportsTheFilesystem(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for _, tt := range []struct{ name, dir string }{
		{"a file in the directory's place", filepath.Join(dir, "file")},
		{"a file in a parent's place", filepath.Join(dir, "file", "log")},
	} {
		_, err := Open(ctx, afero.NewOsFs(), tt.dir, Config{})
		if at := new(os.PathError); !errors.As(err, &at) {
			t.Errorf("%s: Open = %v, want an *os.PathError", tt.name, err)
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, cursorsDir), nil, 0o600))
	if _, err := Open(ctx, afero.NewOsFs(), dir, Config{}); err == nil {
		t.Error("Open with a file in the place of the checkpoints = nil, want an error")
	}
}

// Close that cannot make everything durable says so, and closes all the same.
func TestCloseReportsTheDisk(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
	appendTexts(t, s, "a")
	disk.fail(opSync, diskFault{err: errDisk})
	if err := s.Close(); !errors.Is(err, ErrPoisoned) || !errors.Is(err, errDisk) {
		t.Errorf("Close = %v, want %v because of %v", err, ErrPoisoned, errDisk)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("second Close = %v, want %v", err, ErrClosed)
	}
	logHolds(t, openOn(t, disk.crash(t), Config{Runtime: newSolo()}))
}

// A handler may start another worker while the store closes: it is refused, and
// nobody waits for anybody.
func TestCloseWhileAHandlerStartsAWorker(t *testing.T) {
	s := openOn(t, afero.NewMemMapFs(), Config{})
	appendTexts(t, s, "a")
	started, refused := make(chan struct{}), make(chan error, 1)
	_, err := s.Worker(ctx, WorkerConfig{}, func(context.Context, Delivery) Action {
		close(started)
		for !s.isClosed() {
			time.Sleep(time.Millisecond)
		}
		_, err := s.Worker(ctx, WorkerConfig{}, func(context.Context, Delivery) Action { return Stop })
		refused <- err
		return Stop
	})
	must(t, err)
	<-started
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		must(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("Close and the handler wait for each other")
	}
	if err := <-refused; !errors.Is(err, ErrClosed) {
		t.Errorf("Worker during Close = %v, want %v", err, ErrClosed)
	}
}

// A batch that is refused says which of its events is at fault.
func TestAppendNamesTheEventAtFault(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	_, err := s.AppendBatch(ctx, []Event{textEvent("a"), {}, textEvent("b")})
	want := "event 2 of 3: batpak: entity: name is empty"
	if err == nil || err.Error() != want {
		t.Errorf("AppendBatch = %v, want %s", err, want)
	}
}
