package coretest

import (
	"math"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// T-16, T-17, T-19, T-23: cursors deliver all events in order, each once, from
// sequence zero on, in batches as large as asked for.
func cursorRequests(f *fixture) {
	s := f.open()
	var all []string
	for text := 'a'; text <= 'j'; text++ {
		all = append(all, string(text))
	}
	f.append(s, all...)
	for _, tt := range []struct{ requests, want []int }{
		{[]int{3, 3, 100, 100}, []int{3, 3, 4, 0}},
		{[]int{3, 100, 10}, []int{3, 7, 0}},
		{[]int{0, -1, 1, 0, 10}, []int{0, 0, 1, 0, 9}},
	} {
		c, rest := f.cursor(s), all
		for i, max := range tt.requests {
			f.polls(c, max, append([]string(nil), rest[:tt.want[i]]...)...)
			rest = rest[tt.want[i]:]
		}
	}
	c := f.cursor(s)
	for seq, text := range all {
		e, ok, err := c.Poll(ctx)
		f.need(err)
		if !ok || e.Sequence != uint64(seq) || string(e.Payload) != text {
			f.Errorf("Poll() = %v, %v, want sequence %d with %q", e, ok, seq, text)
		}
		f.stands(c, uint64(seq), true)
	}
	f.need(s.Close())
}

// T-18, T-20, T-22: an empty poll moves nothing, and what is appended after it, or
// after the cursor was made, is seen.
func cursorLater(f *fixture) {
	s := f.open()
	c := f.cursor(s)
	for range 2 {
		e, ok, err := c.Poll(ctx)
		f.need(err)
		if ok {
			f.Errorf("Poll() of an empty log = %v, want nothing", e)
		}
		f.polls(c, 9)
		f.stands(c, 0, false)
	}
	f.append(s, "a")
	f.polls(c, 9, "a")
	f.polls(c, 9)
	f.stands(c, 0, true)
	f.append(s, "b", "c")
	f.polls(c, 1, "b")
	f.append(s, "d")
	f.polls(c, 9, "c", "d")
	f.need(s.Close())
}

func (f *fixture) stands(c *core.Cursor, position uint64, started bool) {
	f.Helper()
	if got, ok := c.Position(); got != position || ok != started {
		f.Errorf("Position() = %d, %v, want %d, %v", got, ok, position, started)
	}
}

// M-36: each axis of a region, and their conjunction, keeps exactly
// its events, in every life of the store and for whatever batch size.
func cursorRegions(f *fixture) {
	s := f.open()
	for _, ev := range []struct {
		entity, scope string
		kind          core.Kind
		lane          uint32
	}{
		{"user:1", "room", 0x1000, 0},
		{"user:1", "room", 0x1000, 7},
		{"user:1:x", "hall", 0x2001, 0},
		{"user2", "room", 0x2002, 0},
		{"bob", "room", 0x1000, 7},
		{"user:1", "hall", 0x2001, 0},
		{"user:1", "room", 0x1000, 0},
		{"user", "hall", 0xFABC, 9},
		{"user:1", "room", 0x1000, 0},
	} {
		_, err := s.Append(ctx, core.Event{Coordinate: f.coordinate(ev.entity, ev.scope), Kind: ev.kind, Lane: ev.lane})
		f.need(err)
	}
	f.checkRegions(s)
	s = f.reopen(s)
	f.checkRegions(s)
	f.need(s.Close())
}

func (f *fixture) checkRegions(s *core.Store) {
	f.Helper()
	user1 := core.Region{}.WithEntity("user:1")
	for _, tt := range []struct {
		region core.Region
		want   []uint64
	}{
		{core.Region{}, []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		{core.Region{}.WithFact(core.AnyKind()), []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		{core.Region{}.WithEntity("user"), []uint64{0, 1, 2, 5, 6, 7, 8}},
		{user1, []uint64{0, 1, 2, 5, 6, 8}},
		{core.Region{}.WithEntity("use"), nil},
		{core.Region{}.WithScope("hall"), []uint64{2, 5, 7}},
		{core.Region{}.WithScope("hal"), nil},
		{core.Region{}.WithFact(core.ExactKind(0x2001)), []uint64{2, 5}},
		{core.Region{}.WithFact(core.ExactKind(0x2003)), nil},
		{core.Region{}.WithFact(core.KindCategory(2)), []uint64{2, 3, 5}},
		{core.Region{}.WithFact(core.KindCategory(0xF)), []uint64{7}},
		{core.Region{}.WithLane(7), []uint64{1, 4}},
		{core.Region{}.WithLane(0), []uint64{0, 2, 3, 5, 6, 8}},
		{core.Region{}.WithLane(1), nil},
		{core.Region{}.WithClock(core.ClockRange{Start: 1, End: 2}), []uint64{5, 6}},
		{core.Region{}.WithClock(core.ClockRange{Start: 3, End: math.MaxUint32}), []uint64{8}},
		{user1.WithLane(0).WithScope("room"), []uint64{0, 6, 8}},
		{user1.WithLane(0).WithScope("room").WithFact(core.KindCategory(1)).WithClock(core.ClockRange{Start: 2, End: 2}), []uint64{6}},
	} {
		for _, max := range []int{1, 2, 100} {
			same(f, tt.region.Identity(), sequences(f.drain(s, tt.region, max)), tt.want)
		}
	}
}

// drain polls batches of at most max until one is empty.
func (f *fixture) drain(s *core.Store, region core.Region, max int) []core.Entry {
	f.Helper()
	c := f.cursorOf(s, region, core.CursorConfig{})
	var all []core.Entry
	for {
		batch, err := c.PollBatch(ctx, max)
		f.need(err)
		if len(batch) == 0 {
			return all
		}
		if len(batch) > max {
			f.Fatalf("PollBatch(%d) = %d entries", max, len(batch))
		}
		all = append(all, batch...)
	}
}

// a region that no event could be in is refused, for cursors and workers.
func cursorIllegalRegion(f *fixture) {
	s := f.open()
	for _, region := range []core.Region{
		core.Region{}.WithEntity("a|scope=b"),
		core.Region{}.WithScope(""),
		core.Region{}.WithFact(core.KindCategory(16)),
		core.Region{}.WithClock(core.ClockRange{Start: 5, End: 4}),
	} {
		want := region.Validate()
		for _, call := range []func() error{
			func() error { _, err := s.Cursor(ctx, region, f.durably()); return err },
			func() error {
				_, err := s.Worker(ctx, core.WorkerConfig{Region: region}, refuseDelivery(f))
				return err
			},
		} {
			if err := call(); err == nil || err.Error() != want.Error() {
				f.Errorf("region %s: error %v, want %v", region.Identity(), err, want)
			}
		}
	}
	f.need(f.cursorOf(s, core.Region{}, f.durably()).Close()) // the refused took no lease
	f.need(s.Close())
}

// C-11: a cursor without an id saves nothing, and says so; a closed one does nothing.
func cursorClosed(f *fixture) {
	s := f.open()
	f.append(s, "a")
	c := f.cursor(s)
	f.fails("Commit without a checkpoint", c.Commit(ctx), core.ErrNoCheckpoint)
	f.need(c.Close())
	f.need(c.Close())
	for _, tt := range []struct {
		name string
		call func() error
	}{
		{"Poll", func() error { _, _, err := c.Poll(ctx); return err }},
		{"PollBatch", func() error { _, err := c.PollBatch(ctx, 1); return err }},
		{"Pull", func() error { _, err := c.Pull(ctx, 1, time.Hour); return err }},
		{"Commit", func() error { return c.Commit(ctx) }},
	} {
		f.fails(tt.name, tt.call(), core.ErrClosed)
	}
	f.need(s.Close())
}

// Once its store is closed a cursor saves nothing: its id is the next store's, whose
// consumer it would throw back.
func cursorOutlivesStore(f *fixture) {
	s := f.open()
	f.append(s, "a", "b")
	late := f.cursorOf(s, core.Region{}, f.durably())
	if _, err := late.PollBatch(ctx, 1); err != nil {
		f.Fatal(err)
	}
	s = f.reopen(s)
	c := f.cursorOf(s, core.Region{}, f.durably())
	if _, err := c.PollBatch(ctx, 2); err != nil {
		f.Fatal(err)
	}
	f.need(c.Commit(ctx))
	f.fails("Commit after the store's Close", late.Commit(ctx), core.ErrClosed)
	s = f.reopen(s)
	if position, started := f.cursorOf(s, core.Region{}, f.durably()).Position(); !started || position != 1 {
		f.Errorf("Position() = %d, %t, want 1, true", position, started)
	}
	f.need(s.Close())
}
