package core

import (
	"errors"
	"runtime"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Each test here meets one flaw of the upstream engine, in the circumstances in
// which that engine shows it.

// crashed opens what the power left of a disk.
func crashed(t testing.TB, disk *powerDisk) (*Store, *powerDisk) {
	t.Helper()
	after := disk.crash(t)
	return openOn(t, after, Config{Runtime: newSolo()}), after
}

// consumer is a cursor with a checkpoint over all events.
func consumer(t testing.TB, s *Store) *Cursor {
	t.Helper()
	c, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")})
	must(t, err)
	return c
}

// W-14, X-1: the checkpoint ran ahead of the journal: events 3 to 7 were delivered and
// counted, lost, and their sequences given to events that were then passed over.
func TestX1CheckpointNeverRunsAheadOfTheJournal(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
	appendTexts(t, s, "0", "1", "2")
	must(t, s.Sync(ctx))
	appendTexts(t, s, "3", "4", "5", "6", "7")
	c := consumer(t, s)
	polls(t, c, "0", "1", "2")
	must(t, c.Commit(ctx))

	s, _ = crashed(t, disk)
	appendTexts(t, s, "new 3", "new 4", "new 5", "new 6", "new 7", "new 8")
	polls(t, consumer(t, s), "new 3", "new 4", "new 5", "new 6", "new 7", "new 8")
}

// X-1 on a disk that lies about a sync, where the engine cannot help running ahead:
// it notices, before and after the lost sequences are assigned again.
func TestX1CheckpointAheadOfTheJournalIsNoticed(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "0")
	disk.fail(opSync, diskFault{}) // claims success
	appendTexts(t, s, "1")
	c := consumer(t, s)
	polls(t, c, "0", "1")
	must(t, c.Commit(ctx))

	s, _ = crashed(t, disk)
	for _, text := range []string{"new 1", "new 2"} {
		_, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")})
		if !errors.Is(err, ErrCheckpointUnproven) {
			t.Errorf("Cursor before %q = %v, want %v", text, err, ErrCheckpointUnproven)
		}
		appendTexts(t, s, text)
	}
}

// a failed batch burned sequences, recovery closed the hole, and a checkpoint
// hid the events that moved below it.
func TestX2RecoveryNeverRenumbers(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	disk.fail(opWriteAt, diskFault{err: errDisk})
	if _, err := s.AppendBatch(ctx, []Event{textEvent("x"), textEvent("y"), textEvent("z")}); !errors.Is(err, errDisk) {
		t.Fatalf("AppendBatch = %v, want %v", err, errDisk)
	}
	appendTexts(t, s, "b", "c")
	c := consumer(t, s)
	polls(t, c, "a", "b", "c")
	must(t, c.Commit(ctx))
	before := drained(t, s)

	s, _ = crashed(t, disk)
	if d := cmp.Diff(before, drained(t, s), compareFrames); d != "" {
		t.Errorf("entries (-before +after the crash):\n%s", d)
	}
	if got := before[2].Sequence; got != 5 {
		t.Errorf("c has sequence %d, want 5 after three that were burned", got)
	}
	appendTexts(t, s, "d", "e")
	polls(t, consumer(t, s), "d", "e")
}

// of a batch a part was written, and events that were acknowledged after it
// were taken for its rest and dropped.
func TestX3FailedBatchTakesNothingWithIt(t *testing.T) {
	batch := []Event{textEvent("x"), textEvent("y"), textEvent("z")}
	for landed := range frameSize("x", "y", "z") + 1 {
		disk := newPowerDisk()
		s := openOn(t, disk, Config{Runtime: newSolo()})
		appendTexts(t, s, "n0")
		disk.fail(opWriteAt, diskFault{bytes: landed, err: errDisk})
		if _, err := s.AppendBatch(ctx, batch); !errors.Is(err, errDisk) {
			t.Fatalf("AppendBatch = %v, want %v", err, errDisk)
		}
		appendTexts(t, s, "n1", "n2", "n3")
		s, _ = crashed(t, disk)
		logHolds(t, s, "n0", "n1", "n2", "n3")
	}
}

// a query and what it led to stood under two guards, and hits that changed in
// between were dropped while the cursor moved on. Here what a query chose is
// delivered, whatever happens before the cursor moves.
func TestX5PollDropsNoHit(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	appendTexts(t, s, "a", "b")
	fence, err := s.BeginFence(ctx)
	must(t, err)
	_, err = fence.Append(ctx, textEvent("cancelled"))
	must(t, err)
	c := cursorOn(t, s, Region{})
	rt.once(PointPollQueried, func() {
		must(t, fence.Cancel(ctx))
		appendTexts(t, s, "c", "d")
	})
	polls(t, c, "a", "b")
	if position, _ := c.Position(); position != 1 {
		t.Errorf("Position() = %d, want 1, the last that was delivered", position)
	}
	polls(t, c, "c", "d")
}

// the torn tail stayed, and the reopen after the next was refused.
func TestX7TornTailIsCutForGood(t *testing.T) {
	whole := journalBytes(t, "a", "torn")
	last := len(journalBytes(t, "a"))
	for size := last + 1; size < len(whole); size++ {
		disk := newPowerDisk()
		putJournal(t, disk, whole[:size])
		s, disk := crashed(t, disk)
		if want := (Recovery{Events: 1, Cut: int64(size - last)}); s.Recovery() != want {
			t.Fatalf("first recovery of %d bytes = %+v, want %+v", size, s.Recovery(), want)
		}
		for _, text := range []string{"b", "c"} {
			s, disk = crashed(t, disk)
			if cut := s.Recovery().Cut; cut != 0 {
				t.Fatalf("recovery before %q cut %d bytes, want the tail gone", text, cut)
			}
			appendTexts(t, s, text)
		}
		s, _ = crashed(t, disk)
		logHolds(t, s, "a", "b", "c")
	}
}

// journalBytes is the journal of a log of those texts, each synced.
func journalBytes(t testing.TB, texts ...string) []byte {
	t.Helper()
	disk := newPowerDisk()
	appendTexts(t, openOn(t, disk, Config{Runtime: newSolo()}), texts...)
	return journalOn(t, disk)
}

// putJournal makes a journal durable on a disk.
func putJournal(t testing.TB, disk *powerDisk, journal []byte) {
	t.Helper()
	must(t, afero.WriteFile(disk.Fs, soloJournal, journal, 0o600))
	disk.synced[soloJournal] = journal
}

// after a short write the next event was acknowledged and synced, could not be
// read, and made the log refuse to open.
func TestX8ShortWriteIsCutBack(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	disk.fail(opWriteAt, diskFault{bytes: 20, err: errDisk})
	if _, err := s.Append(ctx, textEvent("short")); !errors.Is(err, errDisk) {
		t.Fatalf("Append = %v, want %v", err, errDisk)
	}
	appendTexts(t, s, "b")
	logHolds(t, s, "a", "b")
	s, _ = crashed(t, disk)
	logHolds(t, s, "a", "b")
	if want := (Recovery{Events: 2}); s.Recovery() != want {
		t.Errorf("recovery = %+v, want %+v", s.Recovery(), want)
	}
}

// a checkpoint had no checksum: flips moved its cursor, and trailing bytes
// passed. Here no single-bit flip, no cut and no addition passes.
func TestX11DamagedCheckpointMovesNoCursor(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "a", "b", "c")
	c := consumer(t, s)
	_, _, err := c.Poll(ctx)
	must(t, err)
	must(t, c.Commit(ctx))
	must(t, c.Close())
	path := s.checkpoints.path(c.id)
	sound, err := afero.ReadFile(s.fs, path)
	must(t, err)
	var damaged [][]byte
	for bit := range len(sound) * 8 {
		flipped := slices.Clone(sound)
		flipped[bit/8] ^= 1 << (bit % 8)
		damaged = append(damaged, flipped)
	}
	for size := range sound {
		damaged = append(damaged, sound[:size])
	}
	damaged = append(damaged, append(slices.Clone(sound), 0), slices.Repeat(sound, 2))
	for i, b := range damaged {
		must(t, afero.WriteFile(s.fs, path, b, 0o600))
		c, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: c.id})
		if !errors.Is(err, ErrCheckpointCorrupt) {
			t.Fatalf("Cursor over damage %d = %+v, %v, want %v", i, c, err, ErrCheckpointCorrupt)
		}
	}
	must(t, afero.WriteFile(s.fs, path, sound, 0o600))
	polls(t, consumer(t, s), "b", "c")
}

// a position was believed whatever the log: beyond its end, where the
// consumer was silent for ever; of another log; and of another region.
func TestX12CheckpointIsHeldAgainstTheLog(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Checkpoint)
		want   error
	}{
		{"as it was saved", func(*Checkpoint) {}, nil},
		{"beyond the end", func(c *Checkpoint) { c.Position = 1_000_000 }, ErrCheckpointUnproven},
		{"at the end", func(c *Checkpoint) { c.Position = 3 }, ErrCheckpointUnproven},
		{"another event", func(c *Checkpoint) { c.Position-- }, ErrCheckpointUnproven},
		{"another hash", func(c *Checkpoint) { c.Event[0]++ }, ErrCheckpointUnproven},
		{"another log", func(c *Checkpoint) { c.Lineage[0]++ }, ErrLineageMismatch},
		{"another log, not begun", func(c *Checkpoint) {
			*c = Checkpoint{ID: c.ID, Region: c.Region, Lineage: Lineage{1}}
		}, ErrLineageMismatch},
		{"another region", func(c *Checkpoint) { c.Region = Region{}.WithEntity("*").Identity() }, ErrRegionMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := soloStore(t, AckDurable)
			appendTexts(t, s, "a", "b", "c")
			c := consumer(t, s)
			polls(t, c, "a", "b", "c")
			must(t, c.Commit(ctx))
			must(t, c.Close())
			saved, _, err := s.checkpoints.load(c.id)
			must(t, err)
			tt.change(&saved)
			must(t, s.checkpoints.save(saved))
			if _, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: c.id}); !errors.Is(err, tt.want) {
				t.Errorf("Cursor = %v, want %v", err, tt.want)
			}
		})
	}
}

// C-2, C-3, W-7, X-16: hits that were dropped moved the cursor, and a batch of only
// those parked its reader although there was more. Here a poll without events moves
// nothing, and what cannot be shown does not stand between a reader and what can.
func TestX16EmptyPollMovesNothing(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	foreign := textEvent("foreign")
	foreign.Lane = 7
	_, err := s.Append(ctx, foreign)
	must(t, err)
	fence, err := s.BeginFence(ctx)
	must(t, err)
	_, err = fence.AppendBatch(ctx, slices.Repeat([]Event{textEvent("cancelled")}, 200))
	must(t, err)
	must(t, fence.Cancel(ctx))
	c := cursorOn(t, s, Region{}.WithLane(0))
	polls(t, c)
	if position, started := c.Position(); position != 0 || started {
		t.Errorf("Position() after an empty poll = %d, %v, want 0, false", position, started)
	}
	appendTexts(t, s, "a", "b")
	for _, want := range []string{"a", "b"} {
		batch, err := c.Pull(ctx, 1, time.Hour)
		if d := cmp.Diff([]string{want}, textsOf(batch)); d != "" || err != nil || rt.now != 0 {
			t.Errorf("Pull(1) = error %v at %v, want no wait; texts (-want +got):\n%s", err, rt.now, d)
		}
	}
}

// X-17, I-23: each poll looked at every entry left. Here one poll looks at the entries it
// returns, the next one, and those that a binary search passes: all others are
// absent in this test, so that looking at one would panic.
func TestX17PollLooksAtItsBatch(t *testing.T) {
	const entries, from, limit = 1 << 16, 20_000, 64
	for _, region := range []Region{{}, Region{}.WithLane(0), Region{}.WithEntity("u"), Region{}.WithScope("s"), Region{}.WithFact(ExactKind(KindData))} {
		x := newIndex()
		log := make([]*record, entries)
		for i := range log {
			log[i] = &record{Sequence: uint64(i), Coordinate: Coordinate{"u", "s"}, Kind: KindData}
		}
		x.insert(log)
		looked := 0
		probed := make(map[int]bool)
		sort.Search(entries, func(i int) bool {
			probed[i] = true
			return i >= from
		})
		for i := range x.entries() {
			if probed[i] || from <= i && i <= from+limit {
				looked++
				continue
			}
			x.entries()[i] = nil
		}
		found, next := x.query(region, everything(), from, limit)
		if len(found) != limit || found[0].Sequence != from || next != from+limit {
			t.Errorf("query(%s) = %d entries, go on at %d, want %d, %d", region.Identity(), len(found), next, limit, from+limit)
		}
		if looked > limit+1+17 {
			t.Errorf("query(%s) may look at %d entries of %d, want at most the batch, one more and log2", region.Identity(), looked, entries)
		}
	}
}

// X-17 where few entries match: no entry is looked at twice, so following a log
// costs each of its entries once, whatever matches. Entries that were looked at
// are absent from then on.
func TestX17FollowingLooksAtEachEntryOnce(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	c := cursorOn(t, s, Region{}.WithClock(ClockRange{0, 0})) // no list names clocks: all are looked at
	appendTexts(t, s, "first")
	polls(t, c, "first")
	for round := range 20 {
		before := len(s.index.Load().entries())
		appendTexts(t, s, "x", "y", "z")
		polls(t, c)
		for i := range before {
			s.index.Load().entries()[i] = &record{Sequence: uint64(i), Coordinate: Coordinate{"looked at twice", "s"}}
		}
		if position, _ := c.Position(); position != 0 {
			t.Fatalf("round %d: the cursor moved to %d", round, position)
		}
	}
}

// draining twice the log takes twice the memory, not four times.
func TestX17DrainingAllocatesInProportion(t *testing.T) {
	drain := func(entries int) uint64 {
		s, _ := soloStore(t, AckDurable)
		log := make([]*record, entries)
		for i := range log {
			log[i] = &record{Sequence: uint64(i), Coordinate: Coordinate{"u", "s"}}
		}
		s.index.Load().insert(log)
		must(t, s.gate.restore(uint64(entries), 1, nil, []laneBound{{0, uint64(entries)}}))
		c := cursorOn(t, s, Region{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for got := 0; got < entries; {
			batch, err := c.PollBatch(ctx, 64)
			must(t, err)
			got += len(batch)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if once, twice := drain(8_000), drain(16_000); twice > 3*once {
		t.Errorf("draining 8000 entries allocates %d bytes, 16000 entries %d", once, twice)
	}
}

// a failed append had been counted, so that the next sync promised its
// successor, which then was acknowledged without a sync and lost.
func TestX21FailedAppendLendsNoDurability(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	disk.fail(opWriteAt, diskFault{err: errDisk})
	if _, err := s.Append(ctx, textEvent("failed")); !errors.Is(err, errDisk) {
		t.Fatalf("Append = %v, want %v", err, errDisk)
	}
	must(t, s.Sync(ctx))
	if want := (Frontier{Allocated: 2, Written: 1, Durable: 1, Visible: 1}); s.Frontier() != want {
		t.Errorf("frontier after the sync = %+v, want %+v", s.Frontier(), want)
	}
	syncs := disk.counts[opSync]
	appendTexts(t, s, "b")
	if got := disk.counts[opSync] - syncs; got != 1 {
		t.Errorf("%d syncs for an acknowledged append, want 1", got)
	}
	s, _ = crashed(t, disk)
	logHolds(t, s, "a", "b")
}

// an unfinished batch swallowed the durable events of the next life.
func TestX22UnfinishedBatchSwallowsNothing(t *testing.T) {
	whole := journalBytes(t, "n0")
	start := len(whole)
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "n0")
	_, err := s.AppendBatch(ctx, []Event{textEvent("x"), textEvent("y"), textEvent("z")})
	must(t, err)
	whole = journalOn(t, disk)
	for size := start; size < len(whole); size++ {
		disk := newPowerDisk()
		putJournal(t, disk, whole[:size])
		s, disk := crashed(t, disk)
		logHolds(t, s, "n0")
		appendTexts(t, s, "10", "11", "12")
		s, disk = crashed(t, disk)
		logHolds(t, s, "n0", "10", "11", "12")
		appendTexts(t, s, "13")
		s, _ = crashed(t, disk)
		logHolds(t, s, "n0", "10", "11", "12", "13")
	}
}
