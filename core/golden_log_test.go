package core

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/afero"
	"github.com/zeebo/blake3"
)

// goldenLog is a log in testdata, which every build must read to these values, and
// write again, byte for byte, from the same operations.
type goldenLog struct {
	dir      string
	write    func(t testing.TB, disk *powerDisk)
	recovery Recovery
	shown    []string // what readers see, as entryText shows it
	hidden   []SeqRange
	next     uint64
	token    uint64
}

var goldenLogs = []goldenLog{
	{
		dir: "log-v2", write: writeGoldenLog,
		recovery: Recovery{Events: 9, Hidden: 3},
		shown: []string{
			`0 user:1@room 0x1000 lane 0 clock 0 at 1700000000000 key "k1" payload "hello"`,
			`1 user:2@room 0x2ABC lane 7 clock 0 at 1700000000000 key "k2" payload "\x00\xff"`,
			`2 user:1@room 0x1000 lane 0 clock 1 at 1700000000001 key "" payload "committed"`,
			`6 user:1@room 0x1000 lane 0 clock 3 at 1700000000004 key "" payload "after a failed write"`,
			`7 é:x@hall 0xEFFF lane 4294967295 clock 0 at 1700000000004 key "" payload ""`,
			`8 user:2@room 0x2ABC lane 7 clock 1 at 1700000000005 key "k3" payload "` + strings.Repeat("x", 300) + `"`,
		},
		hidden: []SeqRange{{3, 4}, {9, 11}}, next: 11, token: 4,
	},
	{
		dir: "log-v2-torn", write: writeTornLog,
		recovery: Recovery{Events: 1, Cut: 100},
		shown:    []string{`0 user:1@room 0x1000 lane 0 clock 0 at 1700000000000 key "" payload "whole"`},
		next:     1, token: 1,
	},
}

// writeGoldenLog makes four segments with something of everything.
func writeGoldenLog(t testing.TB, disk *powerDisk) {
	rt := newSolo()
	s := openOn(t, disk, Config{Runtime: rt, SegmentBytes: 512})
	hello := Event{Coordinate: Coordinate{"user:1", "room"}, Kind: KindData, Payload: []byte("hello"), Key: "k1"}
	lane7 := Event{Coordinate: Coordinate{"user:2", "room"}, Kind: 0x2ABC, Lane: 7, Payload: []byte{0, 0xFF}, Key: "k2"}
	later := func(e Event, key, payload string) Event {
		e.Key, e.Payload = key, []byte(payload)
		return e
	}
	put := func(events ...Event) {
		t.Helper()
		_, err := s.AppendBatch(ctx, events)
		must(t, err)
		rt.now += time.Millisecond
	}
	fenced := func(events ...Event) *Fence {
		t.Helper()
		fence, err := s.BeginFence(ctx)
		must(t, err)
		for _, e := range events {
			_, err := fence.Append(ctx, e)
			must(t, err)
		}
		rt.now += time.Millisecond
		return fence
	}
	put(hello, lane7)
	must(t, fenced(later(hello, "", "committed")).Commit(ctx))
	must(t, fenced(later(hello, "", "cancelled")).Cancel(ctx))
	disk.fail(opWriteAt, diskFault{bytes: 20, err: errDisk})
	if _, err := s.AppendBatch(ctx, []Event{later(hello, "", "a"), later(hello, "", "b")}); !errors.Is(err, errDisk) {
		t.Fatalf("AppendBatch on a failing disk = %v, want %v", err, errDisk)
	}
	rt.now += time.Millisecond
	put(later(hello, "", "after a failed write"), Event{Coordinate: Coordinate{"é:x", "hall"}, Kind: 0xEFFF, Lane: 1<<32 - 1})
	put(later(lane7, "k3", strings.Repeat("x", 300)))
	fenced(later(hello, "", "left open"), later(lane7, "", "too"))
	must(t, s.Close())
}

// writeTornLog makes a log whose last append was cut short by a crash.
func writeTornLog(t testing.TB, disk *powerDisk) {
	s := openOn(t, disk, Config{Runtime: newSolo()})
	put := func(payload string) {
		_, err := s.Append(ctx, Event{Coordinate: Coordinate{"user:1", "room"}, Kind: KindData, Payload: []byte(payload)})
		must(t, err)
	}
	put("whole")
	whole := int64(len(journalOn(t, disk)))
	put("cut short by a crash")
	must(t, s.Close())
	f, err := disk.Fs.OpenFile(segmentAt("/log", 1).path, os.O_RDWR, 0)
	must(t, err)
	must(t, f.Truncate(whole+100))
	must(t, f.Close())
}

// segmentsOn returns the segments of the log in dir by their names.
func segmentsOn(t testing.TB, disk afero.Fs, dir string) map[string]string {
	t.Helper()
	return filesOn(t, disk, dir, segmentPrefix)
}

// filesOn returns the files in dir whose names begin so, by their names.
func filesOn(t testing.TB, disk afero.Fs, dir, prefix string) map[string]string {
	t.Helper()
	paths, err := afero.Glob(disk, filepath.Join(dir, prefix+"*"))
	must(t, err)
	all := make(map[string]string)
	for _, path := range paths {
		b, err := afero.ReadFile(disk, path)
		must(t, err)
		all[filepath.Base(path)] = hex.EncodeToString(b)
	}
	return all
}

func entryText(e Entry) string {
	return fmt.Sprintf("%d %v %v lane %d clock %d at %d key %q payload %q", e.Sequence, e.Coordinate, e.Kind, e.Lane, e.Clock, e.Time.UnixMilli(), e.Key, e.Payload)
}

// The golden logs are what every build reads to the same values, read-only too, and
// writes from the same operations. What Open leaves of them is documented: nothing
// changes but for a torn tail, which goes.
func TestGoldenLogs(t *testing.T) {
	for _, golden := range goldenLogs {
		t.Run(golden.dir, func(t *testing.T) {
			stored := segmentsOn(t, afero.NewOsFs(), filepath.Join("testdata", golden.dir))
			written := newPowerDisk()
			golden.write(t, written)
			if d := cmp.Diff(stored, segmentsOn(t, written, "/log")); d != "" {
				t.Errorf("segments (-golden +written):\n%s", d)
			}
			disk := goldenDisk(t, golden.dir)
			readOnly := golden
			readOnly.recovery.Cut = 0
			readOnly.holds(t, openOn(t, disk, Config{Runtime: newSolo(), ReadOnly: true}))
			if d := cmp.Diff(stored, segmentsOn(t, disk, "/log")); d != "" {
				t.Errorf("segments (-golden +after a look):\n%s", d)
			}
			s := openOn(t, disk, Config{Runtime: newSolo()})
			golden.holds(t, s)
			must(t, s.Close())
			must(t, Verify(ctx, disk, "/log"))
			for name, content := range stored {
				if last := name == filepath.Base(segmentAt("", uint64(len(stored))).path); last {
					stored[name] = content[:len(content)-2*int(golden.recovery.Cut)]
				}
			}
			if d := cmp.Diff(stored, segmentsOn(t, disk, "/log")); d != "" {
				t.Errorf("segments (-golden without its torn tail +after Open):\n%s", d)
			}
		})
	}
}

// goldenDisk is a disk with the golden log of that name in /log.
func goldenDisk(t testing.TB, name string) afero.Fs {
	t.Helper()
	disk := afero.NewMemMapFs()
	for file, content := range segmentsOn(t, afero.NewOsFs(), filepath.Join("testdata", name)) {
		b, err := hex.DecodeString(content)
		must(t, err)
		must(t, afero.WriteFile(disk, filepath.Join("/log", file), b, 0o600))
	}
	return disk
}

// holds checks that s shows what the golden log holds.
func (g goldenLog) holds(t *testing.T, s *Store) {
	t.Helper()
	if s.Recovery() != g.recovery {
		t.Errorf("recovery = %+v, want %+v", s.Recovery(), g.recovery)
	}
	var shown []string
	for _, e := range drained(t, s) {
		shown = append(shown, entryText(e))
	}
	if d := cmp.Diff(g.shown, shown); d != "" {
		t.Errorf("entries (-want +got):\n%s", d)
	}
	view := s.gate.snapshot()
	if d := cmp.Diff(g.hidden, view.hidden, cmpopts.EquateEmpty()); d != "" || view.visible != g.next || s.gate.next() != g.next {
		t.Errorf("visible to %d, next %d, want %d, hidden (-want +got):\n%s", view.visible, s.gate.next(), g.next, d)
	}
	lineage := Lineage{0: 0xCA, 15: 1}
	if s.Lineage() != lineage {
		t.Errorf("lineage = %v, want %v", s.Lineage(), lineage)
	}
	if s.readOnly {
		return
	}
	if token, err := s.gate.beginFence(); err != nil || token != g.token {
		t.Errorf("the next fence has token %d, %v, want %d", token, err, g.token)
	}
}

// FORMAT.md shows the first segment of a golden log, and what the hash of its first
// event is taken of.
func TestLogFormat(t *testing.T) {
	golden, err := os.ReadFile(segmentAt(filepath.Join("testdata", "log-v2"), 1).path)
	must(t, err)
	if d := cmp.Diff(hex.Dump(golden), hex.Dump(documentedBytes(t, "segment"))); d != "" {
		t.Errorf("segment (-golden +documented):\n%s", d)
	}
	e, found, err := openOn(t, goldenDisk(t, "log-v2"), Config{Runtime: newSolo()}).Read(ctx, 0)
	if hashed := EventHash(blake3.Sum256(documentedBytes(t, "hash"))); !found || err != nil || hashed != e.Hash {
		t.Errorf("the documented bytes hash to %v; the event: %v, %v, hash %v", hashed, found, err, e.Hash)
	}
}
