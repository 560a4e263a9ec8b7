package bench

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// drained is how many events the log that is drained holds.
const drained = 1_000_000

// kindEvery returns the kind of which every so many events of that log are one.
func kindEvery(n int) core.Kind { return core.Kind(0x1000 + n) }

// kindOf is the kind of the event of that number.
func kindOf(i int) core.Kind {
	for _, n := range []int{1000, 100, 10} {
		if i%n == n-1 {
			return kindEvery(n)
		}
	}
	return kindEvery(1)
}

// fillKinds appends small events of those kinds.
func fillKinds(b *testing.B, dir string) *core.Store {
	s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{Ack: core.AckWritten, SegmentBytes: 1 << 30})
	must(b, err)
	b.Cleanup(func() { must(b, s.Close()) })
	batch := events(200, make([]byte, 16))
	for at := 0; at < drained; at += len(batch) {
		for i := range batch {
			batch[i].Kind = kindOf(at + i)
		}
		_, err := s.AppendBatch(ctx, batch)
		must(b, err)
	}
	must(b, s.Sync(ctx))
	return s
}

// BenchmarkDrain drains a log of a million small events on the disk in batches of 64: all
// of them, and those of a kind that every tenth, hundredth or thousandth has. In turns
// with each batch it copies as many entries out of a slice of them, and reads as many
// payloads, as far apart, from the journal's file one by one. A context that can end has
// each batch read in a task of its own.
func BenchmarkDrain(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "log")
	s := fillKinds(b, dir)
	size := journalSize(b, dir)
	ending, end := context.WithCancel(ctx)
	defer end()
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		every  int
		region core.Region
	}{
		{"all", ctx, 1, core.Region{}},
		{"all/context-can-end", ending, 1, core.Region{}},
		{"tenth", ctx, 10, core.Region{}.WithFact(core.ExactKind(kindEvery(10)))},
		{"hundredth", ctx, 100, core.Region{}.WithFact(core.ExactKind(kindEvery(100)))},
		{"thousandth", ctx, 1000, core.Region{}.WithFact(core.ExactKind(kindEvery(1000)))},
	} {
		b.Run("region="+tt.name, func(b *testing.B) {
			drainInTurns(b, tt.ctx, s, segments(b, dir)[0], size, tt.region, size/drained*int64(tt.every))
		})
	}
}

// drainInTurns polls, ranges and reads a batch each in turns, each from its beginning
// again at its end.
func drainInTurns(b *testing.B, ctx context.Context, s *core.Store, path string, size int64, region core.Region, stride int64) {
	file, err := os.Open(path)
	must(b, err)
	defer file.Close()
	entries := make([]*core.Entry, drained)
	for i := range entries {
		entries[i] = &core.Entry{Sequence: uint64(i), Payload: make([]byte, 16)}
	}
	cursor, err := s.Cursor(ctx, region, core.CursorConfig{})
	must(b, err)
	var t turns
	next, at := 0, int64(0)
	for b.Loop() {
		var batch []core.Entry
		t.take("poll", func() { batch, err = cursor.PollBatch(ctx, group) })
		must(b, err)
		if len(batch) < group {
			must(b, cursor.Close())
			cursor, err = s.Cursor(ctx, region, core.CursorConfig{})
			must(b, err)
		}
		t.take("slice", func() {
			copied = make([]core.Entry, group)
			for i, e := range entries[next : next+group] {
				copied[i] = *e
			}
		})
		if next += group; next+group > len(entries) {
			next = 0
		}
		t.take("reads", func() {
			payloads := make([]byte, group*16)
			for i := range int64(group) {
				_, err = file.ReadAt(payloads[16*i:16*(i+1)], at+i*stride)
			}
		})
		must(b, err)
		if at += group * stride; at+group*stride > size {
			at = 0
		}
	}
	t.report(b, "us/batch", 1)
}

var copied []core.Entry // a poll's batch is its caller's: on the heap
