package core

import "testing"

// BenchmarkObserveGap finds one cancelled range among many, as a cursor does at
// every delivery that skips a sequence.
func BenchmarkObserveGap(b *testing.B) {
	for _, tt := range []struct {
		name   string
		ranges int
	}{{"ranges=1", 1}, {"ranges=1e3", 1e3}, {"ranges=1e6", 1e6}} {
		ranges := make([]SeqRange, tt.ranges)
		for i := range ranges {
			ranges[i] = SeqRange{uint64(4 * i), uint64(4*i + 2)}
		}
		middle := uint64(tt.ranges / 2 * 4)
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := observeGap(middle, middle+3, ranges, ranges); !ok {
					b.Fatal("no gap")
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}
