package core

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// A range that ends where the clipping begins hides none behind it.
func TestClipRangesBeginsBehindWhatEndsThere(t *testing.T) {
	got := clipRanges([]SeqRange{{0, 2}, {2, 4}, {5, 7}, {8, 12}, {13, 14}}, 4, 10)
	if d := cmp.Diff([]SeqRange{{5, 7}, {8, 10}}, got); d != "" {
		t.Errorf("clipped (-want +got):\n%s", d)
	}
}

// A cursor gives its id back once: it is not its to give when another has it.
func TestCursorClosesOnce(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	first := consumer(t, s)
	must(t, first.Close())
	second := consumer(t, s)
	must(t, first.Close())
	if _, err := s.Cursor(Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")}); !errors.Is(err, ErrCheckpointLeased) {
		t.Errorf("third cursor = %v, want %v: the second is open", err, ErrCheckpointLeased)
	}
	must(t, second.Close())
	must(t, consumer(t, s).Close())
	plain := cursorOn(t, s, Region{})
	must(t, plain.Close())
	if _, err := plain.PollBatch(ctx, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("PollBatch of a closed cursor = %v, want %v", err, ErrClosed)
	}
}

// No event was asked for: none comes, and the cursor stays.
func TestPollOfNothing(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	appendTexts(t, s, "a")
	c := cursorOn(t, s, Region{})
	rt.passed = nil
	for _, max := range []int{0, -1} {
		if batch, err := c.PollBatch(ctx, max); batch != nil || err != nil {
			t.Errorf("PollBatch(%d) = %v, %v, want nil", max, batch, err)
		}
	}
	if rt.passed != nil {
		t.Errorf("it looked into the index: %v", rt.passed)
	}
	polls(t, c, "a")
}

// A query goes through the shortest of the lists that a region names, and through
// the log only if it names none.
func TestCandidatesAreTheShortestList(t *testing.T) {
	x := indexed(
		&record{Sequence: 0, Coordinate: Coordinate{"user", "room"}, Kind: KindData, Lane: 0},
		&record{Sequence: 1, Coordinate: Coordinate{"user", "hall"}, Kind: KindData, Lane: 7},
		&record{Sequence: 2, Coordinate: Coordinate{"user", "room"}, Kind: 0x2001, Lane: 0},
		&record{Sequence: 3, Coordinate: Coordinate{"bob", "room"}, Kind: 0x2002, Lane: 0},
	)
	all := Region{}
	for _, tt := range []struct {
		name       string
		region     Region
		want       []uint32
		everything bool
	}{
		{"no axis", all, nil, true},
		{"clocks have no list", all.WithClock(ClockRange{0, 1}), nil, true},
		{"any kind has no list", all.WithFact(AnyKind()), nil, true},
		{"entity", all.WithEntity("user"), []uint32{0, 1, 2}, false},
		{"scope", all.WithScope("hall"), []uint32{1}, false},
		{"lane", all.WithLane(7), []uint32{1}, false},
		{"kind", all.WithFact(ExactKind(0x2001)), []uint32{2}, false},
		{"category", all.WithFact(KindCategory(2)), []uint32{2, 3}, false},
		{"category before entity", all.WithEntity("user").WithFact(KindCategory(2)), []uint32{2, 3}, false},
		{"entity before scope", all.WithEntity("bob").WithScope("room"), []uint32{3}, false},
		{"the first of equals", all.WithEntity("user").WithScope("room"), []uint32{0, 1, 2}, false},
		{"nobody has it", all.WithEntity("user").WithLane(8), nil, false},
	} {
		got, everything := x.candidates(tt.region)
		if d := cmp.Diff(tt.want, got); d != "" || everything != tt.everything {
			t.Errorf("%s: everything %v, candidates (-want +got):\n%s", tt.name, everything, d)
		}
	}
}

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

// Keys that left the window take no memory for long.
func TestKeysForget(t *testing.T) {
	const window = 4
	k := newKeys(window)
	for i := range uint64(100) {
		k.add([]keyed{{key: fmt.Sprint(i), sequence: i}}, i+1)
		if len(k.known) > window+1 || len(k.order) > 2*window+3 {
			t.Fatalf("after %d keys %d are known and %d in order, for a window of %d", i+1, len(k.known), len(k.order), window)
		}
	}
	if _, old := k.known["95"]; old || len(k.known) != window {
		t.Errorf("known are %v, want 96 to 99", k.known)
	}
	k.add([]keyed{{key: "99", sequence: 100}}, 101) // again, once it was hidden
	k.forget(99 + window + 1)
	if _, known := k.known["99"]; !known {
		t.Error("a key went with its older event")
	}
}

// A segment stays open for the next reader, as many as are worth it, until the reader
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
