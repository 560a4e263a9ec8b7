package core

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/afero"
	"pgregory.net/rapid"
)

// C-5, M-2: on virtual time a pull ends at its deadline to the nanosecond, however
// often it was woken for nothing before.
func TestPullEndsAtItsDeadline(t *testing.T) {
	for _, deadline := range []time.Duration{1, 30 * time.Millisecond, time.Hour, math.MaxInt64} {
		s, rt := soloStore(t, AckDurable)
		lane := textEvent("foreign")
		lane.Lane = 7
		c := cursorOn(t, s, Region{}.WithLane(1))
		for n := range 3 {
			rt.after(deadline/4*time.Duration(n+1), func() { _, err := s.Append(ctx, lane); must(t, err) })
		}
		batch, err := c.Pull(ctx, 8, deadline)
		if len(batch) != 0 || err != nil || rt.now != deadline {
			t.Errorf("Pull(8, %v) = %v, %v at %v", deadline, batch, err, rt.now)
		}
	}
}

// M-23: a pull ends at the publish that has something for it.
func TestPullEndsAtThePublish(t *testing.T) {
	s, rt := soloStore(t, AckWritten)
	c := cursorOn(t, s, Region{})
	rt.after(10*time.Millisecond, func() { appendTexts(t, s, "a", "b") })
	rt.after(25*time.Millisecond, func() { must(t, s.Sync(ctx)) })
	batch, err := c.Pull(ctx, 8, time.Hour)
	if d := cmp.Diff([]string{"a", "b"}, textsOf(batch)); d != "" || err != nil || rt.now != 25*time.Millisecond {
		t.Errorf("Pull = error %v at %v, want the publish at 25ms; texts (-want +got):\n%s", err, rt.now, d)
	}
}

// I-9: an event that is published between the empty poll and the parking is
// delivered without parking: the epoch was read before the poll.
func TestPullLosesNoWakeup(t *testing.T) {
	for _, between := range []Point{PointPollQueried, PointPullEmpty} {
		s, rt := soloStore(t, AckDurable)
		c := cursorOn(t, s, Region{})
		rt.once(between, func() { appendTexts(t, s, "a") })
		batch, err := c.Pull(ctx, 8, time.Hour)
		if d := cmp.Diff([]string{"a"}, textsOf(batch)); d != "" || err != nil || rt.now != 0 {
			t.Errorf("Pull with a publish at %s = error %v at %v, want it at once; texts (-want +got):\n%s", between, err, rt.now, d)
		}
	}
}

// A store that closes between the empty poll and the parking ends the pull.
func TestPullLosesNoClose(t *testing.T) {
	for _, between := range []Point{PointPollQueried, PointPullEmpty} {
		s, rt := soloStore(t, AckDurable)
		c := cursorOn(t, s, Region{})
		rt.once(between, func() { must(t, s.Close()) })
		if batch, err := c.Pull(ctx, 8, time.Hour); len(batch) != 0 || !errors.Is(err, ErrClosed) || rt.now != 0 {
			t.Errorf("Pull with a close at %s = %v, %v at %v, want %v at once", between, batch, err, rt.now, ErrClosed)
		}
	}
}

// What a poll has chosen is one view: what happens before the cursor moves belongs
// to the next poll. C-3, X-5.
func TestPollBatchIsOneView(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	appendTexts(t, s, "a")
	c := cursorOn(t, s, Region{})
	rt.once(PointPollQueried, func() { appendTexts(t, s, "b") })
	polls(t, c, "a")
	polls(t, c, "b")
}

// A cursor's entries are the caller's to change, but for the payload's bytes.
func TestPollBatchReturnsCopies(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "a")
	batch, err := cursorOn(t, s, Region{}).PollBatch(ctx, 1)
	must(t, err)
	batch[0].Sequence, batch[0].Payload = 9, nil
	logHolds(t, s, "a")
}

// logModel is a log as one would describe it: what was appended, and what became
// of it.
type logModel struct {
	entries []*record
	shown   int // of the entries, those that are visible or cancelled
	hidden  map[uint64]bool
	first   uint64 // those below it were dropped
}

// visible returns what a cursor over region delivers that began at the sequence from.
func (m *logModel) visible(region Region, from uint64) []uint64 {
	var sequences []uint64
	for _, e := range m.entries[:m.shown] {
		if e.Sequence >= from && !m.hidden[e.Sequence] && region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock) {
			sequences = append(sequences, e.Sequence)
		}
	}
	return sequences
}

// storeMachine runs a store beside a logModel.
type storeMachine struct {
	t       *rapid.T
	values  few
	disk    afero.Fs
	store   *Store
	model   logModel
	cursors []*Cursor
	got     [][]uint64
	began   []uint64 // the first event that was left when the cursor began
	fence   *Fence
	begun   int // entries when the fence began
}

func (m *storeMachine) must(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

// append appends a batch, under the fence if one is open.
func (m *storeMachine) append(t *rapid.T) {
	events := make([]Event, rapid.IntRange(1, 3).Draw(t, "events"))
	for i := range events {
		e := m.values.entry().Draw(t, "event")
		events[i] = Event{Coordinate: e.Coordinate, Kind: e.Kind, Lane: e.Lane}
	}
	appendBatch := m.store.AppendBatch
	if m.fence != nil {
		appendBatch = m.fence.AppendBatch
	}
	segment, written := m.store.journal.header.number, len(m.model.entries)
	receipt, err := appendBatch(ctx, events)
	m.must(err)
	if m.store.journal.header.number != segment { // all before it was made durable
		m.synced(written)
	}
	for i := range receipt.Count {
		e, found := m.store.index.Load().at(receipt.First + i)
		if !found {
			t.Fatalf("no entry at %d after its receipt", receipt.First+i)
		}
		m.model.entries = append(m.model.entries, e)
	}
}

func (m *storeMachine) sync(*rapid.T) {
	m.must(m.store.Sync(ctx))
	m.synced(len(m.model.entries))
}

// synced says that so many entries are durable.
func (m *storeMachine) synced(entries int) {
	m.model.shown = entries
	if m.fence != nil {
		m.model.shown = m.begun
	}
}

func (m *storeMachine) begin(t *rapid.T) {
	if m.fence != nil {
		t.Skip("a fence is open")
	}
	fence, err := m.store.BeginFence(ctx)
	m.must(err)
	m.fence, m.begun = fence, len(m.model.entries)
}

func (m *storeMachine) end(t *rapid.T) {
	if m.fence == nil {
		t.Skip("no fence is open")
	}
	if rapid.Bool().Draw(t, "commit") {
		m.must(m.fence.Commit(ctx))
		m.resolved(false)
		return
	}
	m.must(m.fence.Cancel(ctx))
	m.resolved(true)
}

func (m *storeMachine) resolved(hide bool) {
	if hide {
		for _, e := range m.model.entries[m.begun:] {
			m.model.hidden[e.Sequence] = true
		}
	}
	m.fence, m.model.shown = nil, len(m.model.entries)
}

func (m *storeMachine) poll(t *rapid.T) {
	i := rapid.IntRange(0, len(m.cursors)-1).Draw(t, "cursor")
	m.pollUpTo(i, rapid.IntRange(1, 4).Draw(t, "max"))
}

func (m *storeMachine) pollUpTo(i, max int) {
	batch, err := m.cursors[i].PollBatch(ctx, max)
	m.must(err)
	if len(batch) > max {
		m.t.Fatalf("PollBatch(%d) = %d entries", max, len(batch))
	}
	for _, e := range batch {
		m.got[i] = append(m.got[i], e.Sequence)
	}
}

// reopen closes the store, which resolves an open fence for ever, and goes on with
// fresh cursors.
func (m *storeMachine) reopen(*rapid.T) {
	m.must(m.store.Close())
	m.resolved(m.fence != nil)
	store, err := Open(ctx, m.disk, "/log", Config{Runtime: newSolo(), Ack: AckWritten, SegmentBytes: 512})
	m.must(err)
	m.store = store
	for i, c := range m.cursors {
		m.cursors[i] = m.cursor(c.region)
		m.got[i], m.began[i] = nil, m.model.first
	}
}

// drop drops what nobody holds. Nobody but a cursor does, and what is not visible.
func (m *storeMachine) drop(t *rapid.T) {
	before := rapid.Uint64Range(0, uint64(len(m.model.entries))).Draw(t, "before")
	dropped, err := m.store.DropBefore(ctx, before)
	m.must(err)
	bound := min(before, uint64(m.model.shown))
	for i := range m.cursors {
		if left := m.model.visible(m.cursors[i].region, m.began[i])[len(m.got[i]):]; len(left) > 0 {
			bound = min(bound, left[0])
		}
	}
	if dropped.First > max(bound, m.model.first) || dropped.First < m.model.first {
		t.Fatalf("DropBefore(%d) = %+v after %d, at most %d may go", before, dropped, m.model.first, bound)
	}
	m.model.first = dropped.First
	for sequence := range dropped.First {
		if _, found, err := m.store.Read(ctx, sequence); found || err != nil {
			t.Fatalf("Read(%d) = %v, %v, it was dropped", sequence, found, err)
		}
	}
}

func (m *storeMachine) cursor(region Region) *Cursor {
	c, err := m.store.Cursor(ctx, region, CursorConfig{})
	m.must(err)
	return c
}

// check: each cursor has got a beginning of what the model shows it, and nothing
// else; the watermarks are in order.
func (m *storeMachine) check(t *rapid.T) {
	for i, c := range m.cursors {
		want := m.model.visible(c.region, m.began[i])
		if len(m.got[i]) > len(want) {
			t.Fatalf("cursor over %s got %v, the model shows %v", c.region.Identity(), m.got[i], want)
		}
		if d := cmp.Diff(want[:len(m.got[i])], m.got[i], cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("cursor over %s (-want +got):\n%s", c.region.Identity(), d)
		}
	}
	f := m.store.Frontier()
	if f.Visible > f.Durable || f.Durable > f.Written || f.Written > f.Allocated || f.Allocated != uint64(len(m.model.entries)) {
		t.Fatalf("frontier %+v with %d events", f, len(m.model.entries))
	}
}

// C-4, I-13, I-14: whatever is appended, synced, fenced and polled, in whatever
// order and in however many lives, a cursor delivers exactly the visible events of
// its region, ascending, each once, but for those that were dropped before it began.
func TestCursorsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &storeMachine{t: t, values: fewValues(), disk: afero.NewMemMapFs(), model: logModel{hidden: make(map[uint64]bool)}}
		store, err := Open(ctx, m.disk, "/log", Config{Runtime: newSolo(), Ack: AckWritten, SegmentBytes: 512})
		m.must(err)
		m.store = store
		for range 3 {
			region := m.values.region().Filter(func(r Region) bool { return r.Validate() == nil }).Draw(t, "region")
			m.cursors, m.got = append(m.cursors, m.cursor(region)), append(m.got, nil)
			m.began = append(m.began, 0)
		}
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append, "sync": m.sync, "begin": m.begin, "end": m.end, "poll": m.poll, "reopen": m.reopen, "drop": m.drop, "": m.check,
		})
		for i, c := range m.cursors {
			m.pollUpTo(i, math.MaxInt)
			if d := cmp.Diff(m.model.visible(c.region, m.began[i]), m.got[i], cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("drained cursor over %s (-want +got):\n%s", c.region.Identity(), d)
			}
		}
	})
}

// While a save that was given up is under way, the event that its checkpoint stands on
// is held, however far the cursor goes; and once the cursor is closed, until it has ended.
func TestCursorHoldsWhatIsBeingSaved(t *testing.T) {
	s, _, _ := manySegments(t)
	c := consumer(t, s)
	_, err := c.PollBatch(ctx, 2)
	must(t, err)
	c.saving = new(work)
	for range 3 {
		_, err := c.PollBatch(ctx, 2)
		must(t, err)
	}
	if hold := c.hold(); hold.Sequence > 1 {
		t.Errorf("during the save of sequence 1: %v", hold)
	}
	must(t, c.Close())
	if dropped := dropsBefore(t, s, 10); dropped.Segments != 0 || dropped.Held == nil {
		t.Errorf("dropped beside the save of a closed cursor: %+v, want it held", dropped)
	}
	if _, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: c.id}); !errors.Is(err, ErrCheckpointLeased) {
		t.Errorf("Cursor of the id = %v, want %v", err, ErrCheckpointLeased)
	}
	c.saving.end()
	if dropped := dropsBefore(t, s, 10); dropped.Segments != 4 {
		t.Errorf("dropped after the save: %+v, want four segments", dropped)
	}
	again, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: c.id})
	must(t, err)
	_, err = again.PollBatch(ctx, 1)
	must(t, err)
	again.saving = new(work)
	again.saving.end()
	_, err = again.PollBatch(ctx, 1)
	must(t, err)
	if hold := again.hold(); hold.Sequence != 8 {
		t.Errorf("after a save that has ended: %v, want 8 held", hold)
	}
}
