package core

import (
	"errors"
	"io/fs"
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

// closedDirs is a filesystem that fails to open the directories it names.
type closedDirs struct {
	afero.Fs
	errs map[string]error
}

func (d closedDirs) Open(path string) (afero.File, error) {
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
		err := makeDirDurable(closedDirs{afero.NewMemMapFs(), tt.errs}, "/a/b")
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: makeDirDurable = %v, want %v", tt.name, err, tt.want)
		}
	}
}
