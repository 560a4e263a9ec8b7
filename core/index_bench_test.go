package core

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkIndexMemory says what the index holds per event, the entry itself
// included and its payload not, by how many events an entity has.
func BenchmarkIndexMemory(b *testing.B) {
	const events = 100_000
	for _, perEntity := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("events=1e5/per-entity=%d", perEntity), func(b *testing.B) {
			var held float64
			for b.Loop() {
				before := heap()
				x := newIndex()
				for seq := range events {
					e := &record{Sequence: uint64(seq), Coordinate: Coordinate{fmt.Sprint("user:", seq/perEntity), string([]byte("room"))}, Kind: commonKind}
					x.insert([]*record{e})
				}
				held += heap() - before
				runtime.KeepAlive(x)
			}
			b.ReportMetric(held/float64(b.N)/events, "bytes/event")
		})
	}
}

func heap() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

// BenchmarkIndexInsert inserts events one by one.
func BenchmarkIndexInsert(b *testing.B) {
	x, seq := newIndex(), 0
	for b.Loop() {
		x.insert(benchRecords(seq, 1))
		seq++
	}
	reportRate(b, b.N, "events/s")
}

// BenchmarkIndexQuery asks for a batch from the middle of logs of two sizes, by each
// axis and by two axes that never meet, which is the worst case.
func BenchmarkIndexQuery(b *testing.B) {
	for _, entries := range []int{10_000, 1_000_000} {
		x := newIndex()
		x.insert(benchRecords(0, entries))
		end := uint64(entries)
		view := &visibility{visible: end, lanes: []laneBound{{0, end}}}
		for _, tt := range []struct {
			name   string
			region Region
		}{
			{"all", Region{}},
			{"entity", Region{}.WithEntity("user")},
			{"scope", Region{}.WithScope("room")},
			{"kind", Region{}.WithFact(ExactKind(commonKind))},
			{"category", Region{}.WithFact(KindCategory(commonKind.Category()))},
			{"lane", Region{}.WithLane(0)},
			{"clock", Region{}.WithClock(ClockRange{0, ^uint32(0)})},
			{"kind+clock-apart", Region{}.WithFact(ExactKind(rareKind)).WithClock(ClockRange{0, 0})},
		} {
			b.Run(fmt.Sprintf("entries=%.0e/batch=64/region=%s", float64(entries), tt.name), func(b *testing.B) {
				for b.Loop() {
					x.query(tt.region, view, end/2, 64)
				}
			})
		}
	}
}

// benchRecords are count records from sequence first on, every thousandth rare.
func benchRecords(first, count int) []*record {
	records := make([]*record, count)
	for i := range records {
		seq := first + i
		records[i] = &record{Sequence: uint64(seq), Coordinate: Coordinate{"user", "room"}, Kind: commonKind, Clock: uint32(seq)}
		if seq%1000 == 999 {
			records[i].Kind = rareKind
		}
	}
	return records
}
