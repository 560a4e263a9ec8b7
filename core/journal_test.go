package core

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// J-6, X-8, X-10: a write that fails, whatever of it landed, costs its append and
// its sequences, and nothing else. Nothing of it is found later.
func TestFailedWriteCostsOneAppend(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault diskFault
		want  error
	}{
		{"nothing landed", diskFault{err: errDisk}, errDisk},
		{"a part landed", diskFault{bytes: 20, err: errDisk}, errDisk},
		{"all but a byte landed", diskFault{bytes: frameSize("lost") - 1, err: errDisk}, errDisk},
		{"all landed", diskFault{bytes: frameSize("lost"), err: errDisk}, errDisk},
		{"short without an error", diskFault{bytes: 20}, io.ErrShortWrite},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := newPowerDisk()
			s := openOn(t, disk, Config{Runtime: newSolo()})
			appendTexts(t, s, "a")
			disk.fail(opWriteAt, tt.fault)
			receipt, err := s.AppendBatch(ctx, []Event{textEvent("lost")})
			if receipt != (Receipt{}) || !errors.Is(err, tt.want) || errors.Is(err, ErrPoisoned) {
				t.Errorf("AppendBatch = %v, %v, want %v", receipt, err, tt.want)
			}
			if want := (Frontier{Allocated: 2, Written: 1, Durable: 1, Visible: 1}); s.Frontier() != want {
				t.Errorf("frontier = %+v, want %+v", s.Frontier(), want)
			}
			appendTexts(t, s, "b")
			logHolds(t, s, "a", "b")
			for _, next := range []*powerDisk{disk.crash(t), disk} {
				s := openOn(t, next, Config{Runtime: newSolo()})
				if want := (Recovery{Events: 2}); s.Recovery() != want {
					t.Errorf("recovery = %+v, want %+v", s.Recovery(), want)
				}
				entries := drained(t, s)
				if entries[1].Sequence != 2 || entries[1].Clock != 1 {
					t.Errorf("b has sequence %d and clock %d, want 2 and 1", entries[1].Sequence, entries[1].Clock)
				}
				appendTexts(t, s, "c")
				logHolds(t, s, "a", "b", "c")
			}
		})
	}
}

// frameSize is the size of the frame of a batch of those texts.
func frameSize(texts ...string) int {
	var entries []*Entry
	for _, text := range texts {
		ev := textEvent(text)
		entries = append(entries, &Entry{Coordinate: ev.Coordinate, Kind: ev.Kind, Time: newSolo().Now(), Payload: ev.Payload})
	}
	return frameHeaderSize + len(bodyOf(entries...))
}

func drained(t testing.TB, s *Store) []Entry {
	t.Helper()
	c := cursorOn(t, s, Region{})
	defer c.Close()
	batch, err := c.PollBatch(ctx, 1<<20)
	must(t, err)
	return batch
}

// P-6, X-8: after a failure that leaves unknown what the disk holds, nothing is
// written or promised any more, and a later sync that would succeed is not tried.
// What was durable stays readable, and the next open finds out the rest.
func TestUnknownDiskPoisons(t *testing.T) {
	for _, tt := range []struct {
		name     string
		faults   map[diskOp]diskFault
		unsynced bool // an append waits for a sync
	}{
		{"the write and the cut fail", map[diskOp]diskFault{opWriteAt: {bytes: 20, err: errDisk}, opTruncate: {err: errDisk}}, false},
		{"the sync fails", map[diskOp]diskFault{opSync: {err: errDisk}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := newPowerDisk()
			s := openOn(t, disk, Config{Runtime: newSolo()})
			appendTexts(t, s, "a")
			for op, fault := range tt.faults {
				disk.fail(op, fault)
			}
			poisoned := func(call string, err error) {
				t.Helper()
				if !errors.Is(err, ErrPoisoned) || !errors.Is(err, errDisk) {
					t.Errorf("%s = %v, want %v because of %v", call, err, ErrPoisoned, errDisk)
				}
			}
			_, err := s.Append(ctx, textEvent("b"))
			poisoned("Append", err)
			writes, syncs := disk.counts[opWriteAt], disk.counts[opSync]
			_, err = s.Append(ctx, textEvent("c"))
			poisoned("Append", err)
			_, err = s.BeginFence(ctx)
			poisoned("BeginFence", err)
			logHolds(t, s, "a")
			for _, call := range []func() error{func() error { return s.Sync(ctx) }, s.Close} {
				if err := call(); tt.unsynced {
					poisoned("Sync or Close", err)
				} else {
					must(t, err)
				}
			}
			if disk.counts[opWriteAt] != writes || disk.counts[opSync] != syncs {
				t.Errorf("%d writes and %d syncs after the poisoning, want none", disk.counts[opWriteAt]-writes, disk.counts[opSync]-syncs)
			}

			s = openOn(t, disk.crash(t), Config{Runtime: newSolo()})
			logHolds(t, s, "a")
			appendTexts(t, s, "d")
			logHolds(t, s, "a", "d")
		})
	}
}

// One sync serves all who wait for one, and none is made for what is durable.
func TestSyncServesAll(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
	before := disk.counts[opSync]
	appendTexts(t, s, "a", "b", "c")
	for range 3 {
		must(t, s.Sync(ctx))
	}
	if got := disk.counts[opSync] - before; got != 1 {
		t.Errorf("%d syncs for three appends and three calls of Sync, want 1", got)
	}
}

// a sync covers what was written before it began. What is written meanwhile
// waits for the next one, whatever the disk may have taken along.
func TestSyncCoversWhatCameBefore(t *testing.T) {
	for _, meanwhile := range []Point{PointSyncCaptured, PointSyncDone} {
		disk := newPowerDisk()
		rt := newSolo()
		s := openOn(t, disk, Config{Runtime: rt, Ack: AckWritten})
		appendTexts(t, s, "a")
		rt.once(meanwhile, func() { appendTexts(t, s, "b") })
		must(t, s.Sync(ctx))
		if want := (Frontier{Allocated: 2, Written: 2, Durable: 1, Visible: 1}); s.Frontier() != want {
			t.Errorf("frontier after a write at %s = %+v, want %+v", meanwhile, s.Frontier(), want)
		}
		logHolds(t, s, "a")
		syncs := disk.counts[opSync]
		must(t, s.Sync(ctx))
		if got := disk.counts[opSync] - syncs; got != 1 {
			t.Errorf("%d syncs for what was written at %s, want 1", got, meanwhile)
		}
		logHolds(t, openOn(t, disk.crash(t), Config{Runtime: newSolo()}), "a", "b")
	}
}

// Every frame testifies how much of the journal was durable when it was written,
// in this life or an earlier one.
func TestFramesTestify(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
	appendTexts(t, s, "a", "b")
	must(t, s.Sync(ctx))
	appendTexts(t, s, "c", "d")
	must(t, s.Close())
	s = openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
	appendTexts(t, s, "e")
	b := journalOn(t, disk)
	var starts, synced []int64
	for at := int64(segmentHeaderSize); at < int64(len(b)); {
		f, size, err := decodeFrame(b[at:], s.Lineage(), at)
		must(t, err)
		starts, synced = append(starts, at), append(synced, f.synced)
		at += int64(size)
	}
	want := []int64{starts[0], starts[0], starts[2], starts[2], starts[4]}
	if d := cmp.Diff(want, synced); d != "" {
		t.Errorf("testimonies (-want +got):\n%s", d)
	}
}

// What a rollback cut off must not come back behind a later segment: the segment is
// synced once more before the next is begun, though all its frames are durable.
func TestRotationSyncsARollback(t *testing.T) {
	disk, rt := newPowerDisk(), newSolo()
	s := openOn(t, disk, Config{Runtime: rt, SegmentBytes: segmentBytesMin})
	appendTexts(t, s, strings.Repeat("a", segmentBytesMin))
	j := s.journal
	disk.fail(opWriteAt, diskFault{nth: 1, bytes: 5, err: errDisk})
	if _, err := j.append(&frame{kind: frameFenceCancel, first: 1, fence: 1}); !errors.Is(err, errDisk) {
		t.Fatalf("append to a full disk = %v, want %v", err, errDisk)
	}
	synced := false
	rt.once(PointSyncDone, func() { synced = true })
	rt.once(PointSegmentCreated, func() {
		if !synced {
			t.Error("the segment was not synced after its rollback")
		}
	})
	appendTexts(t, s, "b")
	if j.header.number != 2 {
		t.Errorf("last segment is %d, want 2", j.header.number)
	}
	logHolds(t, s, strings.Repeat("a", segmentBytesMin), "b")
}
