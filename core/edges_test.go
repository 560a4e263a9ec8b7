package core

import (
	"context"
	"errors"
	"fmt"
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
	if _, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")}); !errors.Is(err, ErrCheckpointLeased) {
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
// A mismatch names what is stored and what is expected, each where it belongs.
func TestMismatchOfAnEvent(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "a")
	c := consumer(t, s)
	polls(t, c, "a")
	cp := c.checkpoint()
	expected := cp.Event.String()
	cp.Event[0]++
	var mismatch *MismatchError
	if err := c.vouch(cp); !errors.As(err, &mismatch) {
		t.Fatalf("vouch = %v, want a *MismatchError", err)
	}
	want := MismatchError{
		Path: "/log/cursors/consumer.ckpt", Stored: "event " + cp.Event.String() + " at sequence 0", Expected: expected, Err: ErrCheckpointUnproven,
	}
	if *mismatch != want {
		t.Errorf("mismatch = %+v, want %+v", *mismatch, want)
	}
}

// The reader of a lane sees its first event after the log is opened again, also if
// that is the first of all.
func TestLanesAreShownFromTheFirstEvent(t *testing.T) {
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	event := textEvent("first")
	event.Lane = 7
	_, err := s.Append(ctx, event)
	must(t, err)
	appendTexts(t, s, "second")
	must(t, s.Close())
	polls(t, cursorOn(t, openOn(t, disk, Config{Runtime: newSolo()}), Region{}.WithLane(7)), "first")
}

// Payloads that lie as far apart as is worth one read come with one, and no further.
func TestStretchesAtTheGap(t *testing.T) {
	segments := []segment{{number: 1, base: 0}}
	at := func(offset int64, size uint32) *record {
		r := &record{}
		r.payload.offset, r.payload.size = offset, size
		return r
	}
	for _, tt := range []struct {
		name  string
		gap   int64
		reads int
	}{{"within", stretchGap - 1, 1}, {"at", stretchGap, 1}, {"beyond", stretchGap + 1, 2}} {
		list, size := stretches([]*record{at(100, 10), at(110+tt.gap, 10)}, segments)
		if len(list) != tt.reads || size != 20 {
			t.Errorf("%s the gap: %d reads for %d bytes, want %d for 20", tt.name, len(list), size, tt.reads)
		}
	}
	half := at(0, batchBytes/2)
	for _, tt := range []struct {
		records []*record
		want    int
	}{{[]*record{half, half}, 2}, {[]*record{half, half, at(0, 1)}, 2}, {[]*record{at(0, batchBytes+1), half}, 1}, {nil, 0}} {
		if got := len(bounded(tt.records)); got != tt.want {
			t.Errorf("%d records in a batch of %d, want %d", got, len(tt.records), tt.want)
		}
	}
}

// An append that fails has no end.
func TestFailedAppendHasNoEnd(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	ended, cancel := context.WithCancel(ctx)
	cancel()
	append := func(ctx context.Context, events ...Event) {
		t.Helper()
		if receipt, end, err := s.append(ctx, events, noFence); receipt != (Receipt{}) || end != 0 || err == nil {
			t.Errorf("append = %+v, %d, %v, want an error and nothing else", receipt, end, err)
		}
	}
	append(ctx)
	append(ended, textEvent("a"))
	disk.fail(opWriteAt, diskFault{err: errDisk})
	append(ctx, textEvent("a"))
	must(t, s.Close())
	append(ctx, textEvent("a"))
}

// A header that is refused has no values, and what it begins with is shown.
func TestRefusedSegmentHeader(t *testing.T) {
	b, _ := segmentHeader{lineage: testLineage, number: 1}.encode()
	copy(b, "BPCK")
	for _, tt := range []struct {
		header []byte
		want   string
	}{{b[:9], "9 bytes, the header has 64"}, {sealHeader(b[:60]), "magic 42 50 43 4b, want 42 50 4a 4c"}} {
		h, crc, err := decodeSegmentHeader(tt.header, "path")
		var at *JournalError
		if h != (segmentHeader{}) || crc != 0 || !errors.As(err, &at) || at.Reason != tt.want {
			t.Errorf("decodeSegmentHeader = %+v, %d, %v, want %s", h, crc, err, tt.want)
		}
	}
}

// Opening passes its yield points in order, whoever opens.
func TestOpenPassesItsPoints(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, openOn(t, disk, Config{Runtime: newSolo()}).Close())
	for _, tt := range []struct {
		readOnly bool
		want     []Point
	}{{false, []Point{PointRecoverScanned, PointRecoverSynced}}, {true, []Point{PointRecoverScanned}}} {
		rt := newSolo()
		must(t, openOn(t, disk, Config{Runtime: rt, ReadOnly: tt.readOnly}).Close())
		var got []Point
		for _, p := range rt.passed {
			if p == PointRecoverScanned || p == PointRecoverSynced {
				got = append(got, p)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("read-only %v: points (-want +got):\n%s", tt.readOnly, d)
		}
	}
}
