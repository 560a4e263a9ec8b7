package core

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/spf13/afero"
)

// unopenable is a filesystem that fails to open what it names.
type unopenable struct {
	afero.Fs
	errs map[string]error
}

func (d unopenable) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	if err := d.errs[path]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return d.Fs.OpenFile(path, flag, mode)
}

func (d unopenable) Open(path string) (afero.File, error) {
	if err := d.errs[path]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return d.Fs.Open(path)
}

// A parent that may not be read is passed over, and only such a one.
func TestMakeDirDurableOfOthersParents(t *testing.T) {
	for _, tt := range []struct {
		name string
		errs map[string]error
		want error
	}{
		{"all can be synced", nil, nil},
		{"may not be read", map[string]error{"/": fs.ErrPermission}, nil},
		{"cannot be read", map[string]error{"/": errDisk}, errDisk},
		{"cannot be read behind one that may not", map[string]error{"/a": fs.ErrPermission, "/": errDisk}, errDisk},
	} {
		err := makeDirDurable(unopenable{afero.NewMemMapFs(), tt.errs}, "/a/b")
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: makeDirDurable = %v, want %v", tt.name, err, tt.want)
		}
	}
}

// is closed.
func TestPayloadReaderKeepsFiles(t *testing.T) {
	disk := &readFaults{Fs: afero.NewMemMapFs()}
	p := newPayloadReader(disk, nil)
	open := func(number uint64) afero.File {
		t.Helper()
		s := segmentAt("/log", number)
		must(t, afero.WriteFile(disk.Fs, s.path, []byte("x"), 0o600))
		f, err := p.take(&s)
		must(t, err)
		return f.file
	}
	opened := func(want int) {
		t.Helper()
		if disk.open != want {
			t.Errorf("%d files are open, want %d", disk.open, want)
		}
	}
	a, b := open(1), open(2)
	p.give(openSegment{number: 1, file: a})
	p.give(openSegment{number: 2, file: b})
	if open(2) != b || open(1) != a {
		t.Error("what is idle was opened again")
	}
	if again := open(1); again == a {
		t.Error("one file was given to two readers")
	}
	opened(3)
	for number := range uint64(idleSegments + 1) {
		p.give(openSegment{number: 10 + number, file: open(10 + number)})
	}
	opened(3 + idleSegments) // the oldest was closed
	if _, found := p.takeIdle(10); found {
		t.Error("the oldest is idle still")
	}
	must(t, p.close())
	opened(3)
	p.give(openSegment{number: 2, file: b})
	opened(2) // nothing is kept after the end
	must(t, p.close())
	opened(2)
}

// readAts answers one ReadAt after another.
type readAts []readAt

type readAt struct {
	n   int
	err error
}

func (r *readAts) ReadAt([]byte, int64) (int, error) {
	next := (*r)[0]
	*r = (*r)[1:]
	return next.n, next.err
}

func TestReadFullAt(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reads readAts
		n     int
		want  error
	}{
		{"all at once", readAts{{4, nil}}, 4, nil},
		{"all at the end", readAts{{4, io.EOF}}, 4, nil},
		{"in parts", readAts{{1, nil}, {2, io.EOF}, {1, nil}}, 4, nil},
		{"all, and a failure", readAts{{4, errDisk}}, 4, nil},
		{"the end", readAts{{3, nil}, {0, io.EOF}}, 3, io.EOF},
		{"nothing, and no reason", readAts{{3, nil}, {0, nil}}, 3, io.ErrNoProgress},
		{"a part, and a failure", readAts{{3, errDisk}}, 3, errDisk},
	} {
		if n, err := readFullAt(&tt.reads, make([]byte, 4), 0); n != tt.n || err != tt.want || len(tt.reads) > 0 {
			t.Errorf("%s: readFullAt = %d, %v, %d reads left, want %d, %v", tt.name, n, err, len(tt.reads), tt.n, tt.want)
		}
	}
}

// unclosable is a filesystem whose files cannot be closed.
type unclosable struct{ afero.Fs }

type unclosableFile struct{ afero.File }

func (d unclosable) Open(path string) (afero.File, error) {
	f, err := d.Fs.Open(path)
	return unclosableFile{f}, err
}

func (f unclosableFile) Close() error { return errors.Join(f.File.Close(), errDisk) }

// A directory that cannot be looked at cannot be locked.
func TestLockReportsTheDirectory(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, disk.MkdirAll("/log", 0o700))
	for _, broken := range []afero.Fs{unopenable{disk, map[string]error{"/log": errDisk}}, unclosable{disk}} {
		if _, err := acquireLock(newSolo(), broken, "/log"); !errors.Is(err, errDisk) {
			t.Errorf("%T: acquireLock = %v, want %v", broken, err, errDisk)
		}
	}
}

// A disk that cannot be read is no damage.
func TestInspectReportsTheDisk(t *testing.T) {
	disk := threeSegments(t)
	for _, path := range []string{"/log", segmentAt("/log", 1).path, segmentAt("/log", 2).path, "/log/cursors"} {
		in, err := Inspect(ctx, unopenable{disk, map[string]error{path: errDisk}}, "/log")
		if !errors.Is(err, errDisk) {
			t.Errorf("%s cannot be opened: Inspect = %v, %v, want %v", path, in.Damage, err, errDisk)
		}
	}
}

// What stands at the damage and behind it is shown, and no frame at it is counted.
func TestInspectCountsUpToTheDamage(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, disk.MkdirAll("/log/cursors/dir"+checkpointSuffix, 0o700))
	j := newHandJournal().burn(3).events(2, 0)
	sound := int64(len(j.b))
	j.next = 3 // again
	j.events(1, 0).events(1, 0)
	must(t, afero.WriteFile(disk, segmentAt("/log", 1).path, j.b, 0o600))
	in, err := Inspect(ctx, disk, "/log")
	must(t, err)
	if in.Damage == nil || in.Damage.Offset != sound || len(in.Segments) != 1 {
		t.Fatalf("damage %v in %d segments, want it at %d", in.Damage, len(in.Segments), sound)
	}
	s := in.Segments[0]
	if s.Frames != 1 || s.Events != 2 || s.First != 3 || s.Next != 5 || s.Bytes != int64(len(j.b)) {
		t.Errorf("segment = %+v, want one frame with events 3 and 4", s)
	}
	if len(in.Checkpoints) != 1 || !strings.Contains(in.Checkpoints[0].Refusal, "not a regular file") {
		t.Errorf("checkpoints = %+v, want a refusal of the directory", in.Checkpoints)
	}
	disk = threeSegments(t)
	edit(t, disk, 2, flip(50))
	in, err = Inspect(ctx, disk, "/log")
	must(t, err)
	for i, want := range []SegmentInspection{{Frames: 2, Events: 2, Next: 2}, {}, {Frames: 1, Events: 1, First: 4, Next: 5}} {
		got := in.Segments[i]
		if got.Frames != want.Frames || got.Events != want.Events || got.First != want.First || got.Next != want.Next || got.Bytes == 0 {
			t.Errorf("segment %d = %+v, want %+v", i+1, got, want)
		}
	}
}

// lyingLinks is a filesystem that takes everything for the regular file at a path.
type lyingLinks struct {
	afero.Fs
	regular string
}

func (l lyingLinks) LstatIfPossible(string) (fs.FileInfo, bool, error) {
	info, err := l.Stat(l.regular)
	return info, false, err
}

// What turns out to be no regular file once it is open is refused.
func TestOpenRegularLooksAgain(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, disk.Mkdir("/dir", 0o700))
	must(t, afero.WriteFile(disk, "/file", nil, 0o600))
	lying := lyingLinks{disk, "/file"}
	if _, err := openRegular(lying, "/dir", os.O_RDONLY); !errors.Is(err, ErrNotRegular) {
		t.Errorf("openRegular of a directory = %v, want %v", err, ErrNotRegular)
	}
	f, err := openRegular(lying, "/file", os.O_RDONLY)
	must(t, err)
	must(t, f.Close())
}

// What is forgotten is closed, idle or given back later; what is not stays.
func TestPayloadReaderForgets(t *testing.T) {
	disk := &readFaults{Fs: afero.NewMemMapFs()}
	p := newPayloadReader(disk, nil)
	var files []openSegment
	for number := uint64(1); number <= 4; number++ {
		s := segmentAt("/log", number)
		must(t, afero.WriteFile(disk.Fs, s.path, nil, 0o600))
		f, err := p.take(&s)
		must(t, err)
		files = append(files, f)
	}
	p.give(files[0])
	p.give(files[2])
	p.forget(3)
	if disk.open != 3 {
		t.Errorf("%d files are open, want all but the first", disk.open)
	}
	p.give(files[1])
	p.give(files[3])
	if _, kept := p.takeIdle(3); !kept || disk.open != 2 {
		t.Errorf("the third is kept %v, and %d files are open, want it and the fourth", kept, disk.open)
	}
}

// A commit whose context has ended saves nothing.
func TestCommitEnded(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "a")
	c := consumer(t, s)
	polls(t, c, "a")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := c.Commit(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit = %v, want %v", err, context.Canceled)
	}
	if _, found, err := s.checkpoints.load(checkpointID(t, "consumer")); found || err != nil {
		t.Errorf("a checkpoint is there: %v, %v", found, err)
	}
}
