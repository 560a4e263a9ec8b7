package core

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// manySegments returns an open log of ten events, two to a segment, the last segment
// holding 8 and 9.
func manySegments(t testing.TB) (*Store, afero.Fs, *solo) {
	t.Helper()
	disk, rt := afero.NewMemMapFs(), newSolo()
	s := openOn(t, disk, Config{Runtime: rt, SegmentBytes: 512})
	for i := range 10 {
		appendTexts(t, s, numbered(i))
	}
	if got := firsts(s); !slices.Equal(got, []uint64{0, 2, 4, 6, 8}) {
		t.Fatalf("segments begin at %d", got)
	}
	return s, disk, rt
}

func numbered(i int) string { return fmt.Sprintf("%d%s", i, strings.Repeat(".", 60)) }

// firsts returns the first sequence of each segment.
func firsts(s *Store) []uint64 {
	var list []uint64
	for _, segment := range s.journal.list() {
		list = append(list, segment.first)
	}
	return list
}

// numbersOn returns the numbers of the segments that are on the disk.
func numbersOn(t testing.TB, disk afero.Fs) []uint64 {
	t.Helper()
	segments, _, err := listSegments(disk, "/log")
	must(t, err)
	var numbers []uint64
	for _, s := range segments {
		numbers = append(numbers, s.number)
	}
	return numbers
}

func dropsBefore(t testing.TB, s *Store, sequence uint64) Dropped {
	t.Helper()
	dropped, err := s.DropBefore(ctx, sequence)
	must(t, err)
	return dropped
}

// sequencesOf returns what readers of s see.
func sequencesOf(t testing.TB, s *Store) []uint64 {
	t.Helper()
	var list []uint64
	for _, e := range drained(t, s) {
		list = append(list, e.Sequence)
	}
	return list
}

// What is left keeps its sequences, clocks and hashes, now and after a reopen, and
// what is appended goes on behind it. X-4.
func TestDropBeforeRenumbersNothing(t *testing.T) {
	s, disk, _ := manySegments(t)
	before := drained(t, s)[4:]
	bytes := s.journal.list()[2].base
	if d := cmp.Diff(Dropped{First: 4, Segments: 2, Bytes: bytes}, dropsBefore(t, s, 5)); d != "" {
		t.Errorf("dropped (-want +got):\n%s", d)
	}
	check := func(what string) {
		t.Helper()
		if d := cmp.Diff(before, drained(t, s)[:len(before)], compareRecords); d != "" {
			t.Errorf("entries left %s (-want +got):\n%s", what, d)
		}
		if got := numbersOn(t, disk)[0]; got != 3 {
			t.Errorf("the first segment on the disk %s is %d, want 3", what, got)
		}
		for _, sequence := range []uint64{0, 3} {
			if _, found, err := s.Read(ctx, sequence); found || err != nil {
				t.Errorf("Read(%d) %s = %v, %v, want nothing", sequence, what, found, err)
			}
		}
		must(t, Verify(ctx, disk, "/log"))
	}
	check("at once")
	receipt, err := s.Append(ctx, textEvent("next"))
	must(t, err)
	if receipt.First != 10 {
		t.Errorf("the next event got sequence %d, want 10", receipt.First)
	}
	want := drained(t, s)
	must(t, s.Close())
	s = openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 512})
	check("after a reopen")
	if d := cmp.Diff(want, drained(t, s), compareRecords); d != "" {
		t.Errorf("entries after a reopen (-want +got):\n%s", d)
	}
	if e := want[len(want)-1]; e.Clock != 10 {
		t.Errorf("clock of the eleventh event = %d, want 10", e.Clock)
	}
}

// A log from which segments were dropped twice, the second time by another process,
// and in which some entities have events in dropped segments only.
func TestDropBeforeTwice(t *testing.T) {
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 512})
	appendOf := func(entity string, lane uint32) {
		ev := textEvent(strings.Repeat(entity, 60))
		ev.Coordinate, ev.Lane = Coordinate{entity, "s"}, lane
		_, err := s.Append(ctx, ev)
		must(t, err)
	}
	for _, entity := range []string{"a", "b", "b", "c", "c", "c", "d", "d"} {
		appendOf(entity, 7)
	}
	dropsBefore(t, s, 2)
	must(t, s.Close())
	s = openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 512})
	dropped := dropsBefore(t, s, 5)
	if dropped.First != 4 || dropped.Segments != 1 {
		t.Errorf("dropped %+v, want one segment, and 4 the first", dropped)
	}
	b, err := loadBase(disk, "/log")
	must(t, err)
	ends := make(map[string]uint32)
	for _, l := range b.links {
		ends[fmt.Sprint(l.entity, l.lane)] = l.clock
	}
	if d := cmp.Diff(map[string]uint32{"a7": 1, "b7": 2, "c7": 1}, ends); d != "" {
		t.Errorf("clocks in the base (-want +got):\n%s", d)
	}
	must(t, s.Close())
	s = openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 512})
	appendOf("a", 7)
	appendOf("a", 0)
	if e, _, err := s.Read(ctx, 8); err != nil || e.Clock != 1 {
		t.Errorf("the second event of a, whose first was dropped, has clock %d, %v, want 1", e.Clock, err)
	}
	if e, _, err := s.Read(ctx, 9); err != nil || e.Clock != 0 {
		t.Errorf("the first event of a on another lane has clock %d, %v, want 0", e.Clock, err)
	}
	must(t, s.Close())
	must(t, Verify(ctx, disk, "/log"))
}

// Whoever may still need an event holds it, and is named.
func TestDropBeforeIsHeld(t *testing.T) {
	lost := Coordinate{"nobody", "s"}
	for _, tt := range []struct {
		name   string
		config Config
		hold   func(t *testing.T, s *Store, disk afero.Fs)
		first  uint64 // left when all up to 100 should go
		by     string // empty: nobody
		at     uint64
	}{
		{"nobody but the last segment", Config{}, func(*testing.T, *Store, afero.Fs) {}, 8, "not visible yet", 10},
		{"a cursor before the first event", Config{}, func(t *testing.T, s *Store, _ afero.Fs) { cursorOn(t, s, Region{}) }, 0, "a cursor of region", 0},
		{"a cursor, what it was handed last", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			c := cursorOn(t, s, Region{})
			for range 2 {
				_, err := c.PollBatch(ctx, 3)
				must(t, err)
			}
		}, 2, "a cursor of region", 3},
		{"a cursor that waits for what is not there", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			c := cursorOn(t, s, Region{}.WithEntity(lost.Entity()))
			for range 2 {
				polls(t, c)
			}
		}, 8, "not visible yet", 10},
		{"a cursor that was closed", Config{}, func(t *testing.T, s *Store, _ afero.Fs) { must(t, cursorOn(t, s, Region{}).Close()) }, 8, "not visible yet", 10},
		{"a durable cursor, the event it stands on", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			c := consumer(t, s)
			for range 2 {
				_, err := c.PollBatch(ctx, 4)
				must(t, err)
			}
			polls(t, c, numbered(8), numbered(9))
		}, 6, `the cursor of checkpoint "consumer"`, 7},
		{"a checkpoint, the event it stands on", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			c := consumer(t, s)
			_, err := c.PollBatch(ctx, 6)
			must(t, err)
			must(t, c.Commit(ctx))
			must(t, c.Close())
		}, 4, `checkpoint "consumer"`, 5},
		{"a checkpoint before the first event", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			c := consumer(t, s)
			must(t, c.Commit(ctx))
			must(t, c.Close())
		}, 0, `checkpoint "consumer"`, 0},
		{"a checkpoint that was removed", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			c := consumer(t, s)
			must(t, c.Commit(ctx))
			must(t, c.Close())
			must(t, s.RemoveCheckpoint(ctx, checkpointID(t, "consumer")))
		}, 8, "not visible yet", 10},
		{"a checkpoint that cannot be read", Config{}, func(t *testing.T, s *Store, disk afero.Fs) {
			must(t, afero.WriteFile(disk, "/log/cursors/mailer.ckpt", []byte("rot"), 0o600))
		}, 0, "checkpoint mailer.ckpt, which cannot be read", 0},
		{"a checkpoint of another log", Config{}, func(t *testing.T, s *Store, disk afero.Fs) {
			saved(t, &s.checkpoints, at(t, "mailer", 1))
		}, 8, "not visible yet", 10},
		{"events that are not durable", Config{Ack: AckWritten}, func(*testing.T, *Store, afero.Fs) {}, 8, "not visible yet", 8},
		{"an open fence", Config{}, func(t *testing.T, s *Store, _ afero.Fs) {
			f, err := s.BeginFence(ctx)
			must(t, err)
			for i := range 6 {
				_, err := f.Append(ctx, textEvent(numbered(i)))
				must(t, err)
			}
		}, 10, "not visible yet", 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := afero.NewMemMapFs()
			tt.config.Runtime, tt.config.SegmentBytes = newSolo(), 512
			s := openOn(t, disk, tt.config)
			for i := range 10 {
				appendTexts(t, s, numbered(i))
			}
			tt.hold(t, s, disk)
			dropped := dropsBefore(t, s, 100)
			if dropped.First != tt.first {
				t.Errorf("first left = %d, want %d", dropped.First, tt.first)
			}
			if h := dropped.Held; h == nil || !strings.Contains(h.String(), tt.by) || h.Sequence != tt.at {
				t.Errorf("held by %v, want %s at %d", h, tt.by, tt.at)
			}
		})
	}
}

// A key is known as long as its window says, whatever is to go.
func TestDropBeforeKeepsKeys(t *testing.T) {
	s := openOn(t, afero.NewMemMapFs(), Config{Runtime: newSolo(), SegmentBytes: 512, KeyWindow: 3})
	keyed := textEvent(numbered(0))
	keyed.Key = "order-1"
	_, err := s.Append(ctx, keyed)
	must(t, err)
	appendTexts(t, s, numbered(1), numbered(2))
	dropped := dropsBefore(t, s, 100)
	if h := dropped.Held; dropped.First != 0 || h == nil || h.Sequence != 0 || h.By != "the window of idempotency keys" {
		t.Errorf("with the key in its window %+v, held by %v", dropped, h)
	}
	if again, err := s.Append(ctx, keyed); err != nil || !again.Duplicate {
		t.Errorf("tried again within the window = %+v, %v, want a duplicate", again, err)
	}
	appendTexts(t, s, numbered(3), numbered(4))
	if dropped := dropsBefore(t, s, 100); dropped.First != 4 {
		t.Errorf("behind the window %+v, held by %v, want 4 the first", dropped, dropped.Held)
	}
}

// A cursor that goes on reading while what it has passed is dropped reads on, and one
// that begins in between begins at what is left.
func TestDropBeforeBesideReaders(t *testing.T) {
	s, _, rt := manySegments(t)
	c := cursorOn(t, s, Region{})
	for range 2 {
		_, err := c.PollBatch(ctx, 5)
		must(t, err)
	}
	for _, p := range []Point{PointDropDecided, PointDropDurable} {
		rt.once(p, func() {
			appendTexts(t, s, "at "+string(p))
			if got := sequencesOf(t, s); got[0] != 4 {
				t.Errorf("a cursor that begins at %s begins with %d, want 4", p, got[0])
			}
			if _, found, err := s.Read(ctx, 3); found || err != nil {
				t.Errorf("Read(3) at %s = %v, %v, want nothing", p, found, err)
			}
			if got := numbersOn(t, s.fs)[0]; got != 1 {
				t.Errorf("at %s segment 1 is gone", p)
			}
		})
	}
	if dropped := dropsBefore(t, s, 100); dropped.First != 4 || dropped.Held.Sequence != 5 {
		t.Errorf("dropped %+v, held by %v", dropped, dropped.Held)
	}
	polls(t, c, "at "+string(PointDropDecided), "at "+string(PointDropDurable))
	if got, want := sequencesOf(t, s), []uint64{4, 5, 6, 7, 8, 9, 10, 11}; !slices.Equal(got, want) {
		t.Errorf("left are %d, want %d", got, want)
	}
}

// A consumer that commits and goes while the drop looks at checkpoints and cursors is
// not missed between the two.
func TestDropBeforeMissesNoDeparture(t *testing.T) {
	s, disk, _ := manySegments(t)
	c := consumer(t, s)
	_, err := c.PollBatch(ctx, 2)
	must(t, err)
	s.fs = &afterListing{disk, "/log/cursors", func() {
		must(t, c.Commit(ctx))
		must(t, c.Close())
	}}
	s.checkpoints.fs = s.fs
	if dropped := dropsBefore(t, s, 100); dropped.First != 0 {
		t.Errorf("dropped %+v, the checkpoint stands on 1", dropped)
	}
	must(t, s.Close())
	s = openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 512})
	if position, started := consumer(t, s).Position(); !started || position != 1 {
		t.Errorf("resumed at %d, %v, want 1", position, started)
	}
}

// afterListing does something once, between the first listing of a directory, which is
// not there yet, and its result.
type afterListing struct {
	afero.Fs
	dir string
	do  func()
}

func (a *afterListing) Open(path string) (afero.File, error) {
	if path != a.dir || a.do == nil {
		return a.Fs.Open(path)
	}
	do := a.do
	a.do = nil
	do()
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

// Whatever fails, the log is whole: as it was, or without what was to go. The next drop
// finishes, and so does the next open.
func TestDropBeforeOverAFailingDisk(t *testing.T) {
	for fail := 1; ; fail++ {
		s, disk, _ := manySegments(t)
		faulty := &faultyFs{Fs: disk, root: "/log", fail: fail}
		s.fs, s.checkpoints.fs = faulty, faulty
		_, err := s.DropBefore(ctx, 5)
		if !faulty.fired() {
			if fail < 8 {
				t.Fatalf("a drop has %d operations: %q", fail-1, faulty.log)
			}
			return
		}
		operation := faulty.log[fail-1]
		if err == nil && !strings.Contains(operation, "close") && !strings.Contains(operation, "remove base") {
			t.Errorf("DropBefore with a failed %q = nil", operation)
		}
		reopened := func() []uint64 {
			copied := afero.NewMemMapFs()
			must(t, copyTree(copied, disk))
			must(t, Verify(ctx, copied, "/log"))
			r := openOn(t, copied, Config{Runtime: newSolo()})
			list := sequencesOf(t, r)
			if got := numbersOn(t, copied)[0]; got != 1 && got != 3 {
				t.Errorf("after a failed %q the first segment is %d", operation, got)
			}
			return list
		}
		if got := reopened(); got[0] != 0 && got[0] != 4 || len(got) != 10-int(got[0]) {
			t.Errorf("after a failed %q the log holds %d", operation, got)
		}
		again := uint64(5)
		if s.First() == 4 { // decided, it is finished whatever is asked for
			again = 0
		}
		if dropped := dropsBefore(t, s, again); dropped.First != 4 {
			t.Errorf("the drop after a failed %q leaves %+v", operation, dropped)
		}
		if got := reopened(); got[0] != 4 || len(got) != 6 {
			t.Errorf("finished after a failed %q the log holds %d", operation, got)
		}
		if got := numbersOn(t, disk); !slices.Equal(got, []uint64{3, 4, 5}) {
			t.Errorf("finished after a failed %q there are segments %d", operation, got)
		}
	}
}

// copyTree copies all files below /log.
func copyTree(to, from afero.Fs) error {
	return afero.Walk(from, "/log", func(path string, info fs.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := afero.ReadFile(from, path)
		if err != nil {
			return err
		}
		return afero.WriteFile(to, path, b, 0o600)
	})
}

// A log whose base is gone, damaged, or of another log is refused: events would be
// missing and nobody would know.
func TestOpenRefusesAWrongBase(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, disk afero.Fs)
		path   string
		reason string
		err    error
	}{
		{"gone", func(t *testing.T, disk afero.Fs) { must(t, disk.Remove("/log/base.bpb")) }, segmentAt("/log", 3).path, "segment 1 is missing before it", ErrJournalCorrupt},
		{"damaged", func(t *testing.T, disk afero.Fs) {
			rewriteBase(t, disk, func(b []byte) []byte { b[40] ^= 1; return b })
		}, "/log/base.bpb", "CRC-32C", ErrJournalCorrupt},
		{"of a later version", func(t *testing.T, disk afero.Fs) {
			rewriteBase(t, disk, func(b []byte) []byte { b[5] = 2; return sealBase(b) })
		}, "/log/base.bpb", "version 2", ErrJournalFuture},
		{"of another log", func(t *testing.T, disk afero.Fs) {
			rewriteBase(t, disk, func(b []byte) []byte { b[16] ^= 1; return sealBase(b) })
		}, segmentAt("/log", 3).path, "lineage", ErrJournalCorrupt},
		{"of another place in it", func(t *testing.T, disk afero.Fs) {
			rewriteBase(t, disk, func(b []byte) []byte { b[67] ^= 1; return sealBase(b) })
		}, segmentAt("/log", 3).path, "follows a frame", ErrJournalCorrupt},
		{"without its first segment", func(t *testing.T, disk afero.Fs) { must(t, disk.Remove(segmentAt("/log", 3).path)) }, segmentAt("/log", 4).path, "segment 3 is missing before it", ErrJournalCorrupt},
		{"without any segment", func(t *testing.T, disk afero.Fs) {
			for n := uint64(3); n <= 5; n++ {
				must(t, disk.Remove(segmentAt("/log", n).path))
			}
		}, segmentAt("/log", 3).path, "missing", ErrJournalCorrupt},
		{"a directory", func(t *testing.T, disk afero.Fs) {
			must(t, disk.Remove("/log/base.bpb"))
			must(t, disk.Mkdir("/log/base.bpb", 0o700))
		}, "/log/base.bpb", "not a regular file", ErrJournalCorrupt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, disk, _ := manySegments(t)
			dropsBefore(t, s, 5)
			must(t, s.Close())
			tt.change(t, disk)
			_, open := Open(ctx, disk, "/log", Config{Runtime: newSolo()})
			for what, err := range map[string]error{"Open": open, "Verify": Verify(ctx, disk, "/log")} {
				var at *JournalError
				if !errors.As(err, &at) || !errors.Is(err, tt.err) || at.Path != tt.path || !strings.Contains(at.Reason, tt.reason) {
					t.Errorf("%s = %v, want %v in %s: %s", what, err, tt.err, tt.path, tt.reason)
				}
			}
		})
	}
}

// A reader beside the store that drops is told that its log has moved on, not that it is
// damaged.
func TestReadOnlyBesideADrop(t *testing.T) {
	s, disk, _ := manySegments(t)
	r := looked(t, disk)
	dropsBefore(t, s, 5)
	if _, _, err := r.Read(ctx, 0); !errors.Is(err, ErrDropped) {
		t.Errorf("Read of what was dropped = %v, want %v", err, ErrDropped)
	}
	if _, err := cursorOn(t, r, Region{}).PollBatch(ctx, 9); !errors.Is(err, ErrDropped) {
		t.Errorf("PollBatch of what was dropped = %v, want %v", err, ErrDropped)
	}
	if e, found, err := r.Read(ctx, 4); err != nil || !found || e.Sequence != 4 {
		t.Errorf("Read(4) = %v, %v, %v", e.Sequence, found, err)
	}
	if got := sequencesOf(t, looked(t, disk)); got[0] != 4 {
		t.Errorf("opened again it begins at %d, want 4", got[0])
	}
	if _, err := r.DropBefore(ctx, 5); !errors.Is(err, ErrReadOnly) {
		t.Errorf("DropBefore of a read-only store = %v, want %v", err, ErrReadOnly)
	}
}

func TestDropBeforeOfAClosedStore(t *testing.T) {
	s, _, _ := manySegments(t)
	must(t, s.Close())
	if _, err := s.DropBefore(ctx, 5); !errors.Is(err, ErrClosed) {
		t.Errorf("DropBefore = %v, want %v", err, ErrClosed)
	}
}
