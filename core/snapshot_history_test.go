package core

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/afero"
	"pgregory.net/rapid"
)

// known is what a scan knows of a log, in the form that a store gets it.
type known struct {
	Segments []segment
	Header   segmentHeader
	Records  []*record
	Keyed    []keyed // in the window
	Chain    chain
	Fences   fenceState
	Hidden   []SeqRange
	Next     uint64
	End      int64
	Synced   int64
	Prev     uint32
}

var compareKnown = cmp.Options{
	cmp.AllowUnexported(segment{}, segmentHeader{}, record{}, payload{}, Coordinate{}, keyed{}, clockKey{}, link{}, fenceState{}),
	cmpopts.IgnoreFields(segment{}, "snapshot"),
	cmpopts.IgnoreFields(fenceState{}, "segment"),
	cmpopts.EquateEmpty(),
}

// fataler is what testing.TB and rapid.T share.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func ok(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// scanLog scans the log with the snapshots that are there, or without any.
func scanLog(t fataler, fs afero.Fs, snapshots bool, keyWindow uint64) (known, scanned) {
	t.Helper()
	log, err := listLog(fs, "/log")
	ok(t, err)
	for i := range log.segments {
		log.segments[i].snapshot = log.segments[i].snapshot && snapshots
	}
	s, _, err := log.scan(ctx, fs, wholeLog, keyWindow)
	ok(t, err)
	keys := newKeys(keyWindow)
	keys.add(s.keyed, s.next)
	return known{
		s.segments, s.header, s.records, keys.order[keys.left:], s.chain, s.fences, s.hidden, s.next, s.end, s.synced, s.prev,
	}, s
}

// snapshotsAgree checks that what the snapshots make of a log is what its segments do,
// and returns how many segments were not read for it.
func snapshotsAgree(t fataler, fs afero.Fs, keyWindow uint64) int {
	t.Helper()
	want, _ := scanLog(t, fs, false, keyWindow)
	got, s := scanLog(t, fs, true, keyWindow)
	if len(s.refused) > 0 {
		t.Fatalf("snapshots refused: %v", s.refused)
	}
	if d := cmp.Diff(want, got, compareKnown); d != "" {
		t.Fatalf("the log (-by its segments +by its snapshots):\n%s", d)
	}
	return s.recalled
}

// history appends at random to a log of small segments, over several lives.
type history struct {
	t     *rapid.T
	store *Store
	disk  *powerDisk
	fence *Fence
	keys  int
}

const historyWindow = 7

func (h *history) open() {
	h.store, h.fence = h.opened(h.disk), nil
}

func (h *history) opened(disk *powerDisk) *Store {
	s, err := Open(ctx, disk, "/log", Config{Runtime: newSolo(), SegmentBytes: segmentBytesMin, KeyWindow: historyWindow})
	ok(h.t, err)
	return s
}

func (h *history) event(keyed bool) Event {
	e := Event{
		Coordinate: rapid.SampledFrom([]Coordinate{{"user", "room"}, {"user:1", "room"}, {"user", "hall"}}).Draw(h.t, "coordinate"),
		Kind:       rapid.SampledFrom([]Kind{KindData, 0x2ABC}).Draw(h.t, "kind"),
		Lane:       uint32(rapid.IntRange(0, 2).Draw(h.t, "lane")),
		Payload:    rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(h.t, "payload"),
	}
	if keyed {
		h.keys++
		e.Key = fmt.Sprint("key ", h.keys)
	}
	return e
}

// step appends, under the fence if one is open, begins or ends a fence, loses an
// append to the disk, or drops what is old.
func (h *history) step() {
	switch rapid.IntRange(0, 10).Draw(h.t, "step") {
	case 10:
		_, err := h.store.DropBefore(ctx, rapid.Uint64Range(0, h.store.gate.next()).Draw(h.t, "before"))
		ok(h.t, err)
	case 0:
		if h.fence == nil {
			f, err := h.store.BeginFence(ctx)
			ok(h.t, err)
			h.fence = f
		}
	case 1, 2:
		if h.fence != nil {
			resolve := rapid.SampledFrom([]outcome{outcomes[0], outcomes[1]}).Draw(h.t, "outcome").resolve
			ok(h.t, resolve(h.fence, ctx))
			h.fence = nil
		}
	case 3:
		h.disk.fail(opWriteAt, diskFault{bytes: rapid.IntRange(0, 60).Draw(h.t, "landed"), err: errDisk})
		_ = h.append()
		h.disk.heal()
	default:
		ok(h.t, h.append())
	}
}

func (h *history) append() error {
	keyed := rapid.Bool().Draw(h.t, "keyed")
	events := make([]Event, rapid.IntRange(1, 3).Draw(h.t, "batch"))
	for i := range events {
		events[i] = h.event(keyed)
	}
	if h.fence != nil {
		_, err := h.fence.AppendBatch(ctx, events)
		return err
	}
	_, err := h.store.AppendBatch(ctx, events)
	return err
}

// Whatever happened to a log, the snapshots that its lives have left make the same of
// it as its segments do.
func TestSnapshotsAreTheLog(t *testing.T) {
	recalled := 0
	rapid.Check(t, func(t *rapid.T) {
		h := history{t: t, disk: newPowerDisk()}
		for range rapid.IntRange(1, 4).Draw(t, "lives") {
			h.open()
			for range rapid.IntRange(0, 25).Draw(t, "steps") {
				h.step()
			}
			full := len(h.store.journal.list()) - 1
			if !rapid.Bool().Draw(t, "crash") {
				ok(t, h.store.Close())
				if got := snapshotsAgree(t, h.disk, historyWindow); got != full {
					t.Fatalf("%d segments have snapshots, %d are full", got, full)
				}
				recalled += full
			} else {
				h.disk = h.disk.crash(t)
			}
			snapshotsAgree(t, h.disk, historyWindow)
		}
	})
	if recalled == 0 {
		t.Error("no history had a full segment")
	}
}

// A store opened by snapshots goes on as one that has read everything: what both
// append is the same to the byte.
func TestStoreGoesOnBehindSnapshots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := history{t: t, disk: newPowerDisk()}
		h.open()
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			h.step()
		}
		ok(t, h.store.Close())
		var files []map[string]string
		for _, forget := range []bool{false, true} {
			disk := h.disk.crash(t)
			if forget {
				for path := range contents(t, disk) {
					if isSnapshot(path) {
						ok(t, disk.Remove(path))
					}
				}
			}
			s := h.opened(disk)
			fence, err := s.BeginFence(ctx)
			ok(t, err)
			_, err = fence.Append(ctx, textEvent("fenced"))
			ok(t, err)
			ok(t, fence.Commit(ctx))
			for i := range h.keys + 1 {
				_, err := s.Append(ctx, Event{Coordinate: Coordinate{"user", "room"}, Kind: KindData, Key: fmt.Sprint("key ", i)})
				if err != nil {
					_, err = s.Append(ctx, textEvent(err.Error()))
				}
				ok(t, err)
			}
			ok(t, s.Close())
			all := contents(t, disk)
			maps.DeleteFunc(all, func(path, _ string) bool { return isSnapshot(path) })
			files = append(files, all)
		}
		if d := cmp.Diff(files[1], files[0]); d != "" {
			t.Fatalf("files (-after reading +after recalling):\n%s", d)
		}
	})
}

func isSnapshot(path string) bool { return strings.HasPrefix(path, "/log/"+snapshotPrefix) }
