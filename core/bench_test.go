package core

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
)

// kinds of which every thousandth entry of a benchmark's log is rare.
const (
	commonKind Kind = 0x1000
	rareKind   Kind = 0x2000
)

// benchFilesystems are where a benchmark's log may be.
var benchFilesystems = []struct {
	name string
	open func(*testing.B) (afero.Fs, string)
}{
	{"mem", func(*testing.B) (afero.Fs, string) { return afero.NewMemMapFs(), "/log" }},
	{"os", func(b *testing.B) (afero.Fs, string) { return afero.NewOsFs(), b.TempDir() }},
}

// benchStore is a log of so many small entries, all visible.
func benchStore(b *testing.B, fs afero.Fs, dir string, entries int) *Store {
	b.Helper()
	s, err := Open(ctx, fs, dir, Config{Runtime: newSolo(), Ack: AckWritten})
	must(b, err)
	benchAppend(b, s, entries)
	return s
}

// benchAppend appends that many entries, every thousandth of them rare, and shows them.
func benchAppend(b *testing.B, s *Store, entries int) {
	b.Helper()
	for at := 0; at < entries; {
		batch := make([]Event, min(MaxBatchEvents, entries-at))
		for i := range batch {
			batch[i] = Event{Coordinate: Coordinate{"user", "room"}, Kind: commonKind, Payload: fmt.Appendf(nil, "%016d", at+i)}
			if (s.gate.next()+uint64(i))%1000 == 999 {
				batch[i].Kind = rareKind
			}
		}
		_, err := s.AppendBatch(ctx, batch)
		must(b, err)
		at += len(batch)
	}
	must(b, s.Sync(ctx))
}

// pollRound polls batches from the beginning on, and begins again at the end.
func pollRound(b *testing.B, s *Store, region Region, batch int) (delivered int) {
	c := cursorOn(b, s, region)
	for b.Loop() {
		got, err := c.PollBatch(ctx, batch)
		must(b, err)
		if len(got) < batch {
			c.rewind(place{})
		}
		delivered += len(got)
	}
	return delivered
}

// The floor is ranging over a slice of the same entries and copying what matches,
// in batches of the same size.
func BenchmarkPoll(b *testing.B) {
	const entries, batch = 1_000_000, 64
	for _, disk := range benchFilesystems {
		fs, dir := disk.open(b)
		s := benchStore(b, fs, dir, entries)
		rare := Region{}.WithFact(ExactKind(rareKind))
		for _, tt := range []struct {
			name   string
			region Region
		}{{"region=all", Region{}}, {"region=rare", rare}, {"region=rare-lane", rare.WithLane(0)}} {
			b.Run(fmt.Sprintf("fs=%s/entries=1e6/batch=%d/%s", disk.name, batch, tt.name), func(b *testing.B) {
				b.ReportAllocs()
				reportRate(b, pollRound(b, s, tt.region, batch), "entries/s")
			})
		}
		must(b, s.Close())
	}
	b.Run(fmt.Sprintf("entries=1e6/batch=%d/slice", batch), func(b *testing.B) {
		reportRate(b, sliceRound(b, entries, batch), "entries/s")
	})
}

// sliceRound copies batches out of a slice, from the beginning on, and begins again at
// the end.
func sliceRound(b *testing.B, entries, batch int) (delivered int) {
	all := make([]*Entry, entries)
	for i := range all {
		all[i] = &Entry{Sequence: uint64(i), Coordinate: Coordinate{"user", "room"}, Kind: commonKind, Payload: fmt.Appendf(nil, "%016d", i)}
	}
	at := 0
	for b.Loop() {
		if at+batch > len(all) {
			at = 0
		}
		benchBatch = make([]Entry, batch) // a poll's batch is its caller's: on the heap
		for i, e := range all[at : at+batch] {
			benchBatch[i] = *e
		}
		at += batch
		delivered += len(benchBatch)
	}
	return delivered
}

var benchBatch []Entry

func reportRate(b *testing.B, count int, unit string) {
	b.ReportMetric(float64(count)/b.Elapsed().Seconds(), unit)
}

// BenchmarkDrain reads whole logs, so that a poll whose cost grows with the log
// shows as a rate that falls.
func BenchmarkDrain(b *testing.B) {
	for _, entries := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("entries=%.0e/batch=64", float64(entries)), func(b *testing.B) {
			s := benchStore(b, afero.NewMemMapFs(), "/log", entries)
			drained := 0
			for b.Loop() {
				c := cursorOn(b, s, Region{})
				for {
					batch, err := c.PollBatch(ctx, 64)
					must(b, err)
					if len(batch) == 0 {
						break
					}
					drained += len(batch)
				}
			}
			reportRate(b, drained, "entries/s")
		})
	}
}

// BenchmarkFollowSelective polls after every appended entry for the one in a
// thousand that matches: by an axis that the index lists, and by one that it does
// not.
func BenchmarkFollowSelective(b *testing.B) {
	for _, tt := range []struct {
		name   string
		region Region
	}{
		{"kind", Region{}.WithFact(ExactKind(rareKind))},
		{"clock", Region{}.WithClock(ClockRange{0, 0})},
	} {
		b.Run("axis="+tt.name, func(b *testing.B) {
			s := benchStore(b, afero.NewMemMapFs(), "/log", 0)
			c := cursorOn(b, s, tt.region)
			for b.Loop() {
				benchAppend(b, s, 1)
				if _, err := c.PollBatch(ctx, 64); err != nil {
					b.Fatal(err)
				}
			}
			reportRate(b, b.N, "appends/s")
		})
	}
}

// BenchmarkAppend appends durably, in memory and on the disk. Beside it stand one
// write and one sync of the same bytes, which nothing can undercut.
func BenchmarkAppend(b *testing.B) {
	payload := make([]byte, 64)
	for _, fsys := range benchFilesystems {
		for _, batch := range []int{1, 64} {
			name := fmt.Sprintf("fs=%s/batch=%d/payload=64", fsys.name, batch)
			events := make([]Event, batch)
			for i := range events {
				events[i] = Event{Coordinate: Coordinate{"user", "room"}, Kind: KindData, Payload: payload}
			}
			b.Run(name, func(b *testing.B) {
				fs, dir := fsys.open(b)
				s, err := Open(ctx, fs, dir, Config{})
				must(b, err)
				for b.Loop() {
					if _, err := s.AppendBatch(ctx, events); err != nil {
						b.Fatal(err)
					}
				}
				reportRate(b, b.N*batch, "events/s")
				b.ReportMetric(float64(s.journal.end)/float64(b.N*batch), "B/event")
				must(b, s.Close())
			})
			b.Run(name+"/bare", func(b *testing.B) {
				fs, dir := fsys.open(b)
				must(b, fs.MkdirAll(dir, 0o700))
				bareWrites(b, fs, dir, batch)
			})
		}
	}
}

// bareWrites writes and syncs the bytes that the journal takes for a batch.
func bareWrites(b *testing.B, fs afero.Fs, dir string, batch int) {
	text := make([]byte, 64)
	texts := make([]string, batch)
	for i := range texts {
		texts[i] = string(text)
	}
	content := make([]byte, frameSize(texts...))
	f, err := fs.OpenFile(filepath.Join(dir, "bare"), os.O_CREATE|os.O_WRONLY, 0o600)
	must(b, err)
	at := int64(0)
	for b.Loop() {
		n, err := f.WriteAt(content, at)
		if err == nil {
			err = f.Sync()
		}
		must(b, err)
		at += int64(n)
	}
	reportRate(b, b.N*batch, "events/s")
	must(b, f.Close())
}

// BenchmarkOpen recovers logs of 10,000 events, appended singly and in batches.
func BenchmarkOpen(b *testing.B) {
	const events = 10_000
	for _, batch := range []int{1, 100} {
		b.Run(fmt.Sprintf("events=1e4/batch=%d", batch), func(b *testing.B) {
			disk := afero.NewMemMapFs()
			s := openOn(b, disk, Config{Ack: AckWritten})
			for range events / batch {
				group := make([]Event, batch)
				for i := range group {
					group[i] = textEvent("a payload of forty bytes, more or less..")
				}
				_, err := s.AppendBatch(ctx, group)
				must(b, err)
			}
			must(b, s.Close())
			for b.Loop() {
				must(b, openOn(b, disk, Config{}).Close())
			}
			reportRate(b, b.N*events, "events/s")
		})
	}
}
