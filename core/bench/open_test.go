package bench

import (
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

var logBytes = flag.Int64("log-bytes", 64<<20, "size of the journal that is opened after a crash")

// fill appends until the journal has that size, in sixteen segments, and returns how
// many events it holds.
func fill(b *testing.B, dir string, size int64, payload int) int {
	s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{Ack: core.AckWritten, SegmentBytes: size / 16})
	must(b, err)
	batch := events(group, make([]byte, payload))
	perBatch := int64(frameSize(b, group, batch[0].Payload))
	batches := max(size/perBatch, 1)
	for range batches {
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
	fill(b, dir, *logBytes, 1024)
	b.Run("scan", func(b *testing.B) { openTorn(b, dir, false) })
	b.Run("snapshots", func(b *testing.B) { openTorn(b, dir, true) })
}

// openTorn opens a log with a torn tail, with the snapshots that it has or without.
func openTorn(b *testing.B, dir string, snapshots bool) {
	gib := float64(journalSize(b, dir)) / (1 << 30)
	var opening, reading time.Duration
	for b.Loop() {
		tear(b, dir)
		if !snapshots {
			removeSnapshots(b, dir)
		}
		start := time.Now()
		s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{})
		opening += time.Since(start)
		must(b, err)
		if s.Recovery().Cut == 0 {
			b.Fatal("there was no torn tail to cut")
		}
		if used := s.Recovery().Snapshots > 0; used != snapshots && len(segments(b, dir)) > 1 {
			b.Fatalf("snapshots used: %t, want %t", used, snapshots)
		}
		must(b, s.Close())
		start = time.Now()
		for _, path := range segments(b, dir) {
			content, err := os.ReadFile(path)
			must(b, err)
			crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli))
		}
		reading += time.Since(start)
	}
	b.ReportMetric(opening.Seconds()/float64(b.N)/gib, "s/GiB")
	b.ReportMetric(float64(opening)/float64(reading), "x-reading")
	b.ReportMetric(0, "ns/op")
}

func removeSnapshots(b *testing.B, dir string) {
	paths, err := filepath.Glob(filepath.Join(dir, "snapshot-*"))
	must(b, err)
	for _, path := range paths {
		must(b, os.Remove(path))
	}
}

// BenchmarkMemory says what an open log holds in memory for each event, with small and
// with large payloads: what grows with the payload holds the payload.
func BenchmarkMemory(b *testing.B) {
	for _, payload := range []int{64, 1024} {
		b.Run(fmt.Sprintf("payload=%d", payload), func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "log")
			count := fill(b, dir, int64(payload+100)*50_000, payload)
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
