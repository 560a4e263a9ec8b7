package core

import "testing"

func BenchmarkRegionMatches(b *testing.B) {
	c := coordinate(b, "order:17", "shop")
	for _, tt := range []struct {
		name   string
		region Region
	}{
		{"axes=0", Region{}},
		{"axes=1", Region{}.WithEntity("order")},
		{"axes=5", Region{}.WithEntity("order").WithScope("shop").WithFact(KindCategory(1)).WithClock(ClockRange{0, 9}).WithLane(3)},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !tt.region.Matches(c, KindData, 3, 5) {
					b.Fatal("no match")
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
