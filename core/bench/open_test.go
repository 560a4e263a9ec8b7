package bench

import (
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

var logBytes = flag.Int64("log-bytes", 64<<20, "size of the journal that is opened after a crash")

// fill appends until the journal has that size, in sixteen segments, and returns how
// many events it holds. If mark is set it changes each event, by its number.
func fill(b *testing.B, dir string, size int64, payload int, mark func(int, *core.Event)) int {
	s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{Ack: core.AckWritten, SegmentBytes: size / 16})
	must(b, err)
	batch := events(group, make([]byte, payload))
	perBatch := int64(frameSize(b, group, batch[0].Payload))
	batches := max(size/perBatch, 1)
	for n := range int(batches) {
		for i := range batch {
			if mark != nil {
				mark(n*group+i, &batch[i])
			}
		}
		_, err := s.AppendBatch(ctx, batch)
		must(b, err)
	}
	must(b, s.Close())
	return int(batches) * group
}

// tear leaves half a frame at the end of the journal, as a crash does.
func tear(b *testing.B, dir string) {
	paths := segments(b, dir)
	f, err := os.OpenFile(paths[len(paths)-1], os.O_WRONLY|os.O_APPEND, 0)
	must(b, err)
	_, err = f.Write(make([]byte, 100))
	must(b, err)
	must(b, f.Close())
}

// BenchmarkOpen opens a log after a crash, by a scan of all segments and by the
// snapshots of all but the last, and beside it reads the segments and computes their
// CRC-32C, which no scan can undercut.
func BenchmarkOpen(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "log")
	fill(b, dir, *logBytes, 1024, nil)
	b.Run("scan", func(b *testing.B) { openTorn(b, dir, false) })
	b.Run("snapshots", func(b *testing.B) { openTorn(b, dir, true) })
}

// openTorn opens a log with a torn tail, with the snapshots that it has or without.
func openTorn(b *testing.B, dir string, snapshots bool) {
	gib := float64(journalSize(b, dir)) / (1 << 30)
	var t turns
	for b.Loop() {
		tear(b, dir)
		if !snapshots {
			removeSnapshots(b, dir)
		}
		var s *core.Store
		t.take("open", func() {
			var err error
			s, err = core.Open(ctx, afero.NewOsFs(), dir, core.Config{})
			must(b, err)
		})
		if s.Recovery().Cut == 0 {
			b.Fatal("there was no torn tail to cut")
		}
		if used := s.Recovery().Snapshots > 0; used != snapshots {
			b.Fatalf("snapshots used: %t, want %t", used, snapshots)
		}
		must(b, s.Close())
		t.take("reading", func() {
			for _, path := range segments(b, dir) {
				content, err := os.ReadFile(path)
				must(b, err)
				crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli))
			}
		})
	}
	t.report(b, "s/GiB", 1e6*gib)
}

func removeSnapshots(b *testing.B, dir string) {
	paths, err := filepath.Glob(filepath.Join(dir, "snapshot-*"))
	must(b, err)
	for _, path := range paths {
		must(b, os.Remove(path))
	}
}

// BenchmarkMemory says what an open log holds in memory for each event: with small and
// with large payloads, for what grows with the payload holds the payload; with a key of
// 18 bytes; and with an entity of its own, of 18 bytes too.
func BenchmarkMemory(b *testing.B) {
	for _, tt := range []struct {
		name    string
		payload int
		mark    func(int, *core.Event)
	}{
		{"payload=64", 64, nil},
		{"payload=1024", 1024, nil},
		{"payload=64/keyed", 64, func(i int, e *core.Event) { e.Key = fmt.Sprintf("order-%012d", i) }},
		{"payload=64/entity-each", 64, func(i int, e *core.Event) { e.Coordinate = coordinate(fmt.Sprintf("order-%012d", i)) }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "log")
			count := fill(b, dir, int64(tt.payload+100)*50_000, tt.payload, tt.mark)
			held := uint64(0)
			for b.Loop() {
				before := heap()
				s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{})
				must(b, err)
				held += heap() - before
				must(b, s.Close())
			}
			b.ReportMetric(float64(held)/float64(b.N)/float64(count), "B/event")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// heap is what the program holds in memory.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one's finalizers let go
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
