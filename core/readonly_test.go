package core

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// looked opens the log read-only, through a filesystem that refuses to write.
func looked(t testing.TB, disk afero.Fs) *Store {
	t.Helper()
	return openOn(t, afero.NewReadOnlyFs(disk), Config{Runtime: newSolo(), ReadOnly: true})
}

// contents returns the bytes of every file below /log.
func contents(t fataler, disk afero.Fs) map[string]string {
	t.Helper()
	all := make(map[string]string)
	ok(t, afero.Walk(disk, "/log", func(path string, info fs.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := afero.ReadFile(disk, path)
		all[path] = string(b)
		return err
	}))
	return all
}

// A read-only store shows the log whatever a crash left of it, and changes nothing: not
// a torn tail, not temporary files, not a lock.
func TestReadOnlyChangesNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		leave func(t *testing.T, disk afero.Fs, last string)
	}{
		{"a log that was closed", func(*testing.T, afero.Fs, string) {}},
		{"a torn tail", func(t *testing.T, disk afero.Fs, last string) {
			b, err := afero.ReadFile(disk, last)
			must(t, err)
			must(t, afero.WriteFile(disk, last, append(b, "half a frame"...), 0o600))
		}},
		{"temporary files", func(t *testing.T, disk afero.Fs, last string) {
			must(t, afero.WriteFile(disk, last+tempSuffix, []byte("half"), 0o600))
			must(t, afero.WriteFile(disk, "/log/cursors/x.tmp", []byte("half"), 0o600))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := afero.NewMemMapFs()
			s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: segmentBytesMin})
			appendTexts(t, s, "a", "b", "c", "d")
			commits(t, consumer(t, s), 2)
			must(t, s.Close())
			segments, _, err := listSegments(disk, "/log")
			must(t, err)
			if len(segments) < 2 {
				t.Fatalf("%d segments, want several", len(segments))
			}
			tt.leave(t, disk, segments[len(segments)-1].path)
			before := contents(t, disk)
			for range 2 {
				s := looked(t, disk)
				logHolds(t, s, "a", "b", "c", "d")
				if want := (Recovery{Events: 4, Snapshots: len(segments) - 1}); s.Recovery() != want {
					t.Errorf("recovery = %+v, want %+v", s.Recovery(), want)
				}
				must(t, s.Close())
			}
			if d := cmp.Diff(before, contents(t, disk)); d != "" {
				t.Errorf("files (-before +after):\n%s", d)
			}
		})
	}
}

// Everything that would write is refused, and reading goes on.
func TestReadOnlyRefuses(t *testing.T) {
	ctx := context.Background()
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	must(t, s.Close())
	s = looked(t, disk)
	id := checkpointID(t, "consumer")
	for _, tt := range []struct {
		name string
		call func() error
	}{
		{"Append", func() error { _, err := s.Append(ctx, textEvent("b")); return err }},
		{"BeginFence", func() error { _, err := s.BeginFence(ctx); return err }},
		{"Cursor with a checkpoint", func() error { _, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: id}); return err }},
		{"Worker with a checkpoint", func() error {
			_, err := s.Worker(ctx, WorkerConfig{Checkpoint: id}, func(context.Context, Delivery) Action { return Stop })
			return err
		}},
		{"RemoveCheckpoint", func() error { return s.RemoveCheckpoint(ctx, id) }},
	} {
		if err := tt.call(); !errors.Is(err, ErrReadOnly) || errors.Is(err, ErrPoisoned) {
			t.Errorf("%s = %v, want %v", tt.name, err, ErrReadOnly)
		}
	}
	must(t, s.Sync(ctx)) // all of it is durable
	polls(t, cursorOn(t, s, Region{}), "a")
	if want := (Frontier{1, 1, 1, 1}); s.Frontier() != want {
		t.Errorf("frontier = %+v, want %+v", s.Frontier(), want)
	}
	must(t, s.Close())
}

// There is nothing to look at, and nothing is made.
func TestReadOnlyWithoutLog(t *testing.T) {
	disk := afero.NewMemMapFs()
	for range 2 {
		_, err := Open(context.Background(), afero.NewReadOnlyFs(disk), "/log", Config{Runtime: newSolo(), ReadOnly: true})
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open = %v, want %v", err, fs.ErrNotExist)
		}
		must(t, disk.MkdirAll("/log", 0o700)) // and no journal in it
	}
}

// Beside a store that goes on, a read-only one shows what was written when it was
// opened, durably, without what is under an open fence; and any number may.
func TestReadOnlyBesideAWriter(t *testing.T) {
	ctx := context.Background()
	disk, dir := afero.NewOsFs(), t.TempDir()
	writer, err := Open(ctx, disk, dir, Config{Ack: AckWritten})
	must(t, err)
	defer writer.Close()
	appendTexts(t, writer, "a", "b")
	fence, err := writer.BeginFence(ctx)
	must(t, err)
	_, err = fence.Append(ctx, textEvent("c"))
	must(t, err)
	look := func(want ...string) *Store {
		t.Helper()
		s, err := Open(ctx, afero.NewReadOnlyFs(disk), dir, Config{ReadOnly: true})
		must(t, err)
		logHolds(t, s, want...)
		return s
	}
	first, second := look("a", "b"), look("a", "b")
	must(t, fence.Commit(ctx))
	appendTexts(t, writer, "d")
	logHolds(t, first, "a", "b")
	batch, err := cursorOn(t, second, Region{}.WithEntity("none")).Pull(ctx, 1, time.Millisecond)
	if err != nil || len(batch) != 0 {
		t.Errorf("Pull = %v, %v, want nothing", batch, err)
	}
	third := look("a", "b", "c", "d")
	for _, s := range []*Store{first, second, third} {
		must(t, s.Close())
	}
}

// unsyncable is a filesystem that syncs no file that is open for reading.
type unsyncable struct{ afero.Fs }

func (u unsyncable) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	f, err := u.Fs.OpenFile(path, flag, mode)
	return unsyncableFile{f}, err
}

type unsyncableFile struct{ afero.File }

func (f unsyncableFile) Sync() error {
	return &fs.PathError{Op: "sync", Path: f.Name(), Err: fs.ErrPermission}
}

// What nothing makes durable, and no frame testifies for, is not shown: a crash might
// take it back.
func TestReadOnlyShowsWhatIsProvenDurable(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
	appendTexts(t, s, "a", "b")
	must(t, s.Sync(context.Background()))
	appendTexts(t, s, "c", "d")
	logHolds(t, looked(t, unsyncable{disk}), "a", "b")
	logHolds(t, looked(t, disk), "a", "b", "c", "d")
	after := disk.crash(t)
	logHolds(t, openOn(t, after, Config{Runtime: newSolo()}), "a", "b", "c", "d")
}

// restless is a filesystem whose reader comes upon a write half done, once.
type restless struct {
	afero.Fs
	path  string
	half  []byte
	opens int
}

func (r *restless) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	if path == r.path {
		r.opens++
	}
	if path != r.path || r.opens != 1 {
		return r.Fs.OpenFile(path, flag, mode)
	}
	half := afero.NewMemMapFs()
	if err := afero.WriteFile(half, path, r.half, 0o600); err != nil {
		return nil, err
	}
	return half.OpenFile(path, flag, mode)
}

// A journal that looks damaged while a writer works on it is looked at again; one that
// is damaged is refused.
func TestReadOnlyLooksTwice(t *testing.T) {
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a", "b", "c")
	must(t, s.Close())
	segments, _, err := listSegments(disk, "/log")
	must(t, err)
	path := segments[0].path
	sound, err := afero.ReadFile(disk, path)
	must(t, err)
	half := slices.Clone(sound)
	half[segmentHeaderSize+frameHeaderSize]++ // in the first frame, which later ones testify for

	torn := &restless{Fs: disk, path: path, half: half}
	looked := openOn(t, torn, Config{Runtime: newSolo(), ReadOnly: true})
	if torn.opens != 3 {
		t.Errorf("the journal was opened %d times, want to be read twice and synced once", torn.opens)
	}
	logHolds(t, looked, "a", "b", "c")
	must(t, afero.WriteFile(disk, path, half, 0o600))
	if _, err := Open(context.Background(), disk, "/log", Config{Runtime: newSolo(), ReadOnly: true}); !errors.Is(err, ErrJournalCorrupt) {
		t.Errorf("Open of a damaged journal = %v, want %v", err, ErrJournalCorrupt)
	}
}

// On the disk of an operator who may only read, too.
func TestReadOnlyDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	s, err := Open(context.Background(), afero.NewOsFs(), dir, Config{})
	must(t, err)
	appendTexts(t, s, "a")
	must(t, s.Close())
	must(t, os.Remove(filepath.Join(dir, lockName)))
	must(t, os.Chmod(dir, 0o500))
	s, err = Open(context.Background(), afero.NewOsFs(), dir, Config{ReadOnly: true})
	must(t, err)
	logHolds(t, s, "a")
	must(t, s.Close())
	if _, err := os.Stat(filepath.Join(dir, lockName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("lock file: %v, want none", err)
	}
	must(t, os.Chmod(dir, 0o700))
}
