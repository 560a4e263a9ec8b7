package core

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// I-2, I-25: upstream orders the events of an entity by their wall clocks. Here every
// reader meets the commit order, wherever the clock has gone meanwhile.
func TestReadersFollowTheCommitOrder(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	for i, lane := range []uint32{7, 0, 7, 7, 0} {
		e := textEvent("")
		e.Lane = lane
		_, err := s.Append(ctx, e)
		must(t, err)
		rt.now -= time.Duration(i+1) * time.Hour
	}
	for region, want := range map[Region][]uint64{
		{}:                                   {0, 1, 2, 3, 4},
		Region{}.WithEntity("user"):          {0, 1, 2, 3, 4},
		Region{}.WithLane(7):                 {0, 2, 3},
		Region{}.WithScope("room"):           {0, 1, 2, 3, 4},
		Region{}.WithFact(AnyKind()):         {0, 1, 2, 3, 4},
		Region{}.WithClock(ClockRange{1, 1}): {2, 4},
	} {
		batch, err := cursorOn(t, s, region).PollBatch(ctx, 64)
		must(t, err)
		var got []uint64
		for i, e := range batch {
			got = append(got, e.Sequence)
			if i > 0 && !e.Time.Before(batch[i-1].Time) {
				t.Fatalf("the clock went from %v to %v: the test shows nothing", batch[i-1].Time, e.Time)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: sequences %d, want %d", region.Identity(), got, want)
		}
	}
}

// I-25: one event is found by its sequence if readers may see it at that moment, under a
// fence or without one, and never the event of another sequence in its place.
func TestReadShowsWhatReadersMaySee(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	shown := func() []string {
		var list []string
		for sequence := range s.Frontier().Allocated + 1 {
			e, found, err := s.Read(ctx, sequence)
			must(t, err)
			if found && e.Sequence != sequence {
				t.Fatalf("Read(%d) = the event of sequence %d", sequence, e.Sequence)
			}
			if found {
				list = append(list, string(e.Payload))
			}
		}
		return list
	}
	want := func(when string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, shown()); d != "" {
			t.Errorf("read %s (-want +got):\n%s", when, d)
		}
	}
	appendTexts(t, s, "a")
	for _, text := range []string{"committed", "cancelled"} {
		fence, err := s.BeginFence(ctx)
		must(t, err)
		_, err = fence.Append(ctx, textEvent(text))
		must(t, err)
		switch text {
		case "committed":
			want("under an open fence", "a")
			must(t, fence.Commit(ctx))
			want("after its commit", "a", "committed")
		case "cancelled":
			want("under the next", "a", "committed")
			must(t, fence.Cancel(ctx))
		}
	}
	appendTexts(t, s, "b")
	want("at last", "a", "committed", "b")
}

// I-4, X-5: upstream's query and the lookup of what it found can meet two states of the
// index. Here a poll keeps to the one that it began with, though segments are dropped,
// and the index is replaced, between the two halves of it.
func TestPollWhileTheIndexIsReplaced(t *testing.T) {
	s, disk, rt := manySegments(t)
	c := cursorOn(t, s, Region{})
	_, err := c.PollBatch(ctx, 6)
	must(t, err)
	_, err = c.PollBatch(ctx, 1) // the claim of 0 to 5 is given up with the poll after
	must(t, err)
	before := s.index.Load()
	rt.once(PointPollQueried, func() {
		if dropped := dropsBefore(t, s, 4); dropped.Segments != 2 {
			t.Errorf("DropBefore dropped %+v, want two segments", dropped)
		}
	})
	batch, err := c.PollBatch(ctx, 64)
	must(t, err)
	if d := cmp.Diff([]string{numbered(7), numbered(8), numbered(9)}, textsOf(batch)); d != "" {
		t.Errorf("polled (-want +got):\n%s", d)
	}
	if s.index.Load() == before || slices.Equal(numbersOn(t, disk), []uint64{1, 2, 3, 4, 5}) {
		t.Error("the index was not replaced: the test shows nothing")
	}
	if e, found, err := s.Read(ctx, 3); found || err != nil {
		t.Errorf("Read of what was dropped = %v, %v, %v", e, found, err)
	}
}
