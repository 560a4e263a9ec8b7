package core

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// soundLog is a log that is damaged again and again. It has no snapshots: by those Open
// takes a log whose full segments are damaged, which Inspect and Repair look at.
type soundLog struct {
	files    map[string]string // by path
	paths    []string          // all, ascending
	segments []string          // their paths, ascending
	base     int64             // log offset at which the first of them begins
	records  []*record
	ends     []int64 // log offset where the frame of each record ends
}

func newSoundLog(t testing.TB, disk afero.Fs) soundLog {
	t.Helper()
	log := soundLog{files: contents(t, disk)}
	maps.DeleteFunc(log.files, func(path, _ string) bool { return isSnapshot(path) })
	log.paths = slices.Sorted(maps.Keys(log.files))
	log.records = openOn(t, disk, Config{Runtime: newSolo(), ReadOnly: true}).index.Load().entries()
	for _, path := range log.paths {
		if !strings.HasPrefix(filepath.Base(path), segmentPrefix) {
			continue
		}
		content := []byte(log.files[path])
		header, _, err := decodeSegmentHeader(content, path)
		must(t, err)
		if log.segments == nil {
			log.base = header.base
		}
		log.segments = append(log.segments, path)
		for at := segmentHeaderSize; at < len(content); {
			f, size, err := decodeFrame(content[at:], header.lineage, header.base+int64(at))
			must(t, err)
			at += size
			log.ends = append(log.ends, slices.Repeat([]int64{header.base + int64(at)}, int(f.count))...)
		}
	}
	if len(log.ends) != len(log.records) {
		t.Fatalf("%d events in the frames, %d in the index", len(log.ends), len(log.records))
	}
	return log
}

// droppedLog is a log whose first segments were dropped.
func droppedLog(t testing.TB) afero.Fs {
	t.Helper()
	s, disk, _ := manySegments(t)
	dropsBefore(t, s, 4)
	must(t, s.Close())
	return disk
}

// diskOf returns a disk with these files.
func diskOf(t testing.TB, files map[string]string) afero.Fs {
	t.Helper()
	disk := afero.NewMemMapFs()
	for path, content := range files {
		must(t, afero.WriteFile(disk, path, []byte(content), 0o600))
	}
	return disk
}

// befall damages files as the script says, five bytes at a time: what happens, to
// which file, where, and a value.
func (l soundLog) befall(script []byte) map[string]string {
	files := maps.Clone(l.files)
	for ; len(script) >= 5; script = script[5:] {
		path := l.paths[int(script[1])%len(l.paths)]
		b := []byte(files[path])
		at := min(int(script[2])<<8|int(script[3]), len(b))
		value := script[4]
		switch script[0] % 7 {
		case 0: // bits flip
			if at < len(b) {
				b[at] ^= value
			}
		case 1: // the end is lost
			b = b[:at]
		case 2: // something stands at the end that is no frame
			b = append(b, bytes.Repeat([]byte{value}, at)...)
		case 3: // a stretch reads as zeros
			clear(b[at:min(at+int(value), len(b))])
		case 4: // another file's content
			b = []byte(l.files[l.paths[int(value)%len(l.paths)]])
		case 5: // a stretch from elsewhere in the log
			from := l.files[l.paths[int(value)%len(l.paths)]]
			copy(b[at:], from[min(at, len(from)):])
		case 6: // the file is gone
			delete(files, path)
			continue
		}
		files[path] = string(b)
	}
	return files
}

// intact returns how many of the first records stand where all is as it was written.
func (l soundLog) intact(files map[string]string) int {
	if path := filepath.Join("/log", baseName); l.files[path] != files[path] {
		return 0
	}
	offset := l.base
	for _, path := range l.segments {
		was, is := l.files[path], files[path]
		same := 0
		for same < min(len(was), len(is)) && was[same] == is[same] {
			same++
		}
		offset += int64(same)
		if was != is {
			break
		}
	}
	n := 0
	for n < len(l.ends) && l.ends[n] <= offset {
		n++
	}
	return n
}

// FuzzRepair damages a log of several segments in any way, and repairs it. Nothing
// that stands before the first damage is lost, nothing is there that was not
// appended, all that was cut is kept as it was, and the log is sound and takes
// appends. Where Repair refuses, it has changed nothing. Inspect, Verify and Open
// agree about what is there.
func FuzzRepair(f *testing.F) {
	logs := []soundLog{newSoundLog(f, threeSegments(f)), newSoundLog(f, goldenDisk(f, "log-v2")), newSoundLog(f, droppedLog(f))}
	f.Add(uint8(0), []byte{})
	f.Fuzz(func(t *testing.T, which uint8, script []byte) {
		log := logs[int(which)%len(logs)]
		damaged := log.befall(script[:min(len(script), 40)])
		disk := diskOf(t, damaged)
		in, err := Inspect(ctx, disk, "/log")
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		must(t, err)
		keeps := log.intact(damaged)
		if in.Events < uint64(keeps) || in.Events > uint64(len(log.records)) {
			t.Fatalf("Inspect finds %d events, %d are intact of %d", in.Events, keeps, len(log.records))
		}
		opensAsInspected(t, diskOf(t, damaged), in)

		report, err := Repair(ctx, disk, "/log", RepairConfig{Runtime: newSolo()})
		if err != nil || !report.Repaired() {
			if err != nil && (!errors.Is(err, ErrUnrepairable) || keeps > 0) || err == nil && in.Damage != nil {
				t.Fatalf("Repair = %v, %v; %d events are intact, damage %v", report, err, keeps, in.Damage)
			}
			if d := cmp.Diff(damaged, contents(t, disk)); d != "" {
				t.Fatalf("files (-before +after):\n%s", d)
			}
			return
		}
		must(t, Verify(ctx, disk, "/log"))
		if d := cmp.Diff(damaged, restored(t, disk, report)); d != "" {
			t.Fatalf("files put together again (-before +after):\n%s", d)
		}
		s := openOn(t, disk, Config{Runtime: newSolo()})
		if want := (Recovery{Events: in.Events, Hidden: in.Hidden}); s.Recovery() != want {
			t.Fatalf("recovery after the repair = %+v, want %+v", s.Recovery(), want)
		}
		holdsFirst(t, s, log.records[:in.Events])
		appendTexts(t, s, "after")
		must(t, s.Close())
	})
}

// opensAsInspected checks that Open takes the log if it is sound or torn, and finds in
// it what Inspect did.
func opensAsInspected(t *testing.T, disk afero.Fs, in Inspection) {
	t.Helper()
	s, err := Open(ctx, disk, "/log", Config{Runtime: newSolo()})
	refused := in.Damage != nil && !errors.Is(in.Damage, ErrTornTail)
	if refused != (err != nil) || refused && !errors.Is(err, in.Damage.Err) {
		t.Fatalf("Open = %v, damage %v", err, in.Damage)
	}
	if err != nil {
		return
	}
	if got := s.Recovery(); got.Events != in.Events || got.Hidden != in.Hidden {
		t.Fatalf("recovery = %+v, inspected %d events, %d hidden", got, in.Events, in.Hidden)
	}
	must(t, s.Close())
}

// holdsFirst checks that s holds those records as they were appended.
func holdsFirst(t *testing.T, s *Store, records []*record) {
	t.Helper()
	for _, r := range records {
		if got, found := s.index.Load().at(r.Sequence); !found || got.Hash != r.Hash {
			t.Fatalf("sequence %d: %+v, found %v, appended with hash %v", r.Sequence, got, found, r.Hash)
		}
	}
}
