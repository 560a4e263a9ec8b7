package core

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/spf13/afero"
)

// twoEvents is the size of a segment for two events with a text of one byte.
const twoEvents = 300

// snapshotLog makes a log of four segments, two events in each, and closes it.
func snapshotLog(t testing.TB, disk afero.Fs, texts ...string) {
	t.Helper()
	s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: twoEvents})
	appendTexts(t, s, texts...)
	must(t, s.Close())
}

var (
	eightTexts = []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	otherTexts = []string{"a", "b", "c", "x", "e", "f", "g", "h"}
)

func snapshotAt(number uint64) string { return segmentAt("/log", number).snapshotPath() }

func readFile(t testing.TB, disk afero.Fs, path string) []byte {
	t.Helper()
	b, err := afero.ReadFile(disk, path)
	must(t, err)
	return b
}

func writeFile(t testing.TB, disk afero.Fs, path string, content []byte) {
	t.Helper()
	must(t, afero.WriteFile(disk, path, content, 0o600))
}

// changed has the bytes of a file changed, and its size.
func changed(path string, change func([]byte) []byte) func(testing.TB, afero.Fs) {
	return func(t testing.TB, disk afero.Fs) {
		t.Helper()
		b := change(readFile(t, disk, path))
		must(t, disk.Remove(path))
		writeFile(t, disk, path, b)
	}
}

func flipAt(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		b[(at+len(b))%len(b)] ^= 1
		return b
	}
}

func cutBy(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-n] } }

// forged is a snapshot that was changed and has the CRC of what it says now.
func forged(change func(*segmentSnapshot)) func([]byte) []byte {
	return func(b []byte) []byte {
		p, err := decodeSnapshot(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			panic(err)
		}
		change(p)
		var again bytes.Buffer
		if err := p.encode(&again); err != nil {
			panic(err)
		}
		return again.Bytes()
	}
}

// otherWay is the disk of a log that is the same up to its third event.
func otherWay(t testing.TB) afero.Fs {
	t.Helper()
	disk := afero.NewMemMapFs()
	snapshotLog(t, disk, otherTexts...)
	return disk
}

// In any doubt the segment is read, or all of them, and the log is what it is without a
// snapshot; the next Close puts a good one there. What is damaged is refused.
func TestSnapshotDoubts(t *testing.T) {
	second := snapshotAt(2)
	for _, tt := range []struct {
		name     string
		befall   func(testing.TB, afero.Fs)
		recalled int    // snapshots that are believed
		reason   string // in the one refusal; empty: none
		refused  string // the segment for which the log is refused; empty: it is not
	}{
		{"none", func(testing.TB, afero.Fs) {}, 3, "", ""},
		{"missing", func(t testing.TB, disk afero.Fs) { must(t, disk.Remove(second)) }, 2, "", ""},
		{"empty", changed(second, func([]byte) []byte { return nil }), 2, "0 bytes", ""},
		{"a byte short", changed(second, cutBy(1)), 2, "EOF", ""},
		{"half of it", changed(second, func(b []byte) []byte { return b[:len(b)/2] }), 2, "", ""},
		{"a byte more", changed(second, func(b []byte) []byte { return append(b, 0) }), 2, "bytes after", ""},
		{"a bit in the head", changed(second, flipAt(9)), 2, "", ""},
		{"a bit in a hash", changed(second, flipAt(130)), 2, "CRC-32C", ""},
		{"a bit in the CRC", changed(second, flipAt(-1)), 2, "CRC-32C", ""},
		{"later version", changed(second, func(b []byte) []byte {
			b[5]++
			return binary.BigEndian.AppendUint32(b[:len(b)-4], checksum(b[:len(b)-4]))
		}), 2, "version is 2", ""},
		{"a directory in its place", func(t testing.TB, disk afero.Fs) {
			must(t, disk.Remove(second))
			must(t, disk.Mkdir(second, 0o700))
		}, 2, "not a regular file", ""},
		{"of another segment", func(t testing.TB, disk afero.Fs) { writeFile(t, disk, second, readFile(t, disk, snapshotAt(1))) }, 2, "with header", ""},
		{"of another log", func(t testing.TB, disk afero.Fs) {
			foreign, rt := afero.NewMemMapFs(), newSolo()
			rt.identities = 7
			s := openOn(t, foreign, Config{Runtime: rt, SegmentBytes: twoEvents})
			appendTexts(t, s, eightTexts...)
			must(t, s.Close())
			writeFile(t, disk, second, readFile(t, foreign, second))
		}, 2, "with header", ""},
		{"of a segment that took another way", func(t testing.TB, disk afero.Fs) {
			writeFile(t, disk, second, readFile(t, otherWay(t), second))
		}, 0, "follows a frame with CRC-32C", ""},
		{"of a longer segment", changed(second, forged(func(p *segmentSnapshot) { p.size++ })), 2, "of a segment of", ""},
		{"clocks of another chain", changed(second, forged(func(p *segmentSnapshot) { p.records[0].Clock++ })), 0, "clock 3", ""},
		{"fence tokens that were used", changed(second, forged(func(p *segmentSnapshot) { p.fences.token = 0 })), 0, "fence token 0", ""},
		{"sequences of the next segment", changed(second, forged(func(p *segmentSnapshot) { p.records[1].Sequence = 9 })), 0, "begins at sequence", ""},
		{"last CRC of another frame", changed(second, forged(func(p *segmentSnapshot) { p.prev++ })), 0, "follows a frame", ""},
		{"segment cut short", changed(segmentAt("/log", 2).path, cutBy(1)), 2, "of a segment of", segmentAt("/log", 2).path},
		{"segment grown", changed(segmentAt("/log", 2).path, func(b []byte) []byte { return append(b, 0) }), 2, "of a segment of", segmentAt("/log", 2).path},
		{"segment with a bit in its header", changed(segmentAt("/log", 2).path, flipAt(20)), 2, "with header", segmentAt("/log", 2).path},
		{"segment missing", func(t testing.TB, disk afero.Fs) { must(t, disk.Remove(segmentAt("/log", 2).path)) }, 2, "", segmentAt("/log", 3).path},
		{"segment of another way", func(t testing.TB, disk afero.Fs) {
			writeFile(t, disk, segmentAt("/log", 2).path, readFile(t, otherWay(t), segmentAt("/log", 2).path))
		}, 3, "", ""}, // equal but for a payload: it shows when that is read
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := afero.NewMemMapFs()
			snapshotLog(t, disk, eightTexts...)
			tt.befall(t, disk)
			log := new(logLines)
			s, err := Open(ctx, disk, "/log", Config{Runtime: newSolo(), Log: slog.New(log)})
			if tt.refused != "" {
				var at *JournalError
				if !errors.As(err, &at) || !errors.Is(err, ErrJournalCorrupt) || at.Path != tt.refused {
					t.Errorf("Open = %v, want %v at %s", err, ErrJournalCorrupt, tt.refused)
				}
				return
			}
			must(t, err)
			if got := s.Recovery(); got != (Recovery{Events: 8, Snapshots: tt.recalled}) {
				t.Errorf("recovery = %+v, want 8 events and %d snapshots", got, tt.recalled)
			}
			if refusal := strings.Join(log.warnings(), "\n"); !strings.Contains(refusal, tt.reason) || (refusal == "") != (tt.recalled == 3 || tt.name == "missing") {
				t.Errorf("warnings:\n%s\nwant one that says %q", refusal, tt.reason)
			}
			if tt.name == "segment of another way" {
				_, err := cursorOn(t, s, Region{}).PollBatch(ctx, 8)
				var at *JournalError
				if !errors.As(err, &at) || at.Path != segmentAt("/log", 2).path {
					t.Errorf("PollBatch = %v, want %v at segment 2", err, ErrJournalCorrupt)
				}
				return
			}
			logHolds(t, s, eightTexts...)
			appendTexts(t, s, "i")
			must(t, s.Close())
			s = openOn(t, disk, Config{Runtime: newSolo()})
			if s.Recovery().Snapshots != 3 {
				t.Errorf("after a Close %d snapshots are believed, want 3", s.Recovery().Snapshots)
			}
			logHolds(t, s, append(eightTexts[:8:8], "i")...)
		})
	}
}

// A snapshot that is of no full segment is not looked at, and removed.
func TestSnapshotsLeftOver(t *testing.T) {
	disk := afero.NewMemMapFs()
	snapshotLog(t, disk, eightTexts...)
	full := readFile(t, disk, snapshotAt(3))
	must(t, disk.Remove(segmentAt("/log", 4).path)) // the third is the last now
	writeFile(t, disk, snapshotAt(7), full)
	writeFile(t, disk, snapshotAt(2)+tempSuffix, full)
	writeFile(t, disk, "/log/"+snapshotPrefix+"x", full)
	before := contents(t, disk)
	must(t, looked(t, disk).Close())
	if after := contents(t, disk); len(after) != len(before) {
		t.Errorf("%d files after a look, %d before", len(after), len(before))
	}
	s := openOn(t, disk, Config{Runtime: newSolo()})
	if want := (Recovery{Events: 6, Snapshots: 2}); s.Recovery() != want {
		t.Errorf("recovery = %+v, want %+v", s.Recovery(), want)
	}
	names := make(map[string]bool)
	for path := range contents(t, disk) {
		names[path] = strings.Contains(path, snapshotPrefix)
	}
	for _, number := range []uint64{1, 2} {
		delete(names, snapshotAt(number))
	}
	for path, snapshot := range names {
		if snapshot {
			t.Errorf("%s is still there", path)
		}
	}
}

// Failing to write snapshots fails nothing, and leaves those that were there; the log
// says so.
func TestSnapshotNotWritten(t *testing.T) {
	for _, op := range []diskOp{opSync, opRename} {
		t.Run(string(op), func(t *testing.T) {
			disk := newPowerDisk()
			log := new(logLines)
			s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: twoEvents, Log: slog.New(log)})
			appendTexts(t, s, eightTexts...)
			must(t, s.Sync(ctx))
			disk.fail(op, diskFault{nth: 2, err: errDisk})
			must(t, s.Close())
			if warnings := strings.Join(log.warnings(), "\n"); !strings.Contains(warnings, errDisk.Error()) {
				t.Errorf("warnings:\n%s\nwant the failure of the disk", warnings)
			}
			disk.heal()
			s = openOn(t, disk, Config{Runtime: newSolo()})
			if want := (Recovery{Events: 8, Snapshots: 1}); s.Recovery() != want {
				t.Errorf("recovery = %+v, want %+v", s.Recovery(), want)
			}
			logHolds(t, s, eightTexts...)
			must(t, s.Close())
			if want := (Recovery{Events: 8, Snapshots: 3}); openOn(t, disk, Config{Runtime: newSolo()}).Recovery() != want {
				t.Errorf("no snapshots after a Close on a sound disk")
			}
		})
	}
}

// Keys that had left the window when a snapshot was written are known again, from the
// segments, to a store with a larger window.
func TestSnapshotKeysOfALargerWindow(t *testing.T) {
	disk := afero.NewMemMapFs()
	keyed := func(i int) Event {
		e := textEvent(fmt.Sprint(i))
		e.Key = fmt.Sprint("key ", i)
		return e
	}
	open := func(window uint64) *Store {
		return openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: segmentBytesMin, KeyWindow: window})
	}
	s := open(3)
	for i := range 8 {
		_, err := s.Append(ctx, keyed(i))
		must(t, err)
	}
	must(t, s.Close())
	full := len(s.journal.list()) - 1
	for _, tt := range []struct {
		window   uint64
		recalled int
	}{{3, full}, {4, 0}, {4, full}, {8, 0}, {8, full}, {3, full}} {
		s := open(tt.window)
		if got := s.Recovery().Snapshots; got != tt.recalled {
			t.Errorf("window %d: %d snapshots believed, want %d", tt.window, got, tt.recalled)
		}
		for i := range 8 {
			receipt, _, found, err := s.keys.find([]Event{keyed(i)}, func(uint64) bool { return false })
			must(t, err)
			if want := uint64(i)+tt.window >= 8; found != want || found && receipt.First != uint64(i) {
				t.Errorf("window %d: key %d is known: %t, at %d, want %t", tt.window, i, found, receipt.First, want)
			}
		}
		must(t, s.Close())
	}
}
