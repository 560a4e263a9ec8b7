package scenarios

import (
	"testing"
	"time"

	"github.com/batpak/batpak-sim/sim"
)

// BenchmarkImages explores the crashes of one append that goes over 12 of the disk's units: before its sync each of them
// survives or not, which makes 2^12 images. All are made and looked at; those that differ are recovered from, and every
// oracle judges each.
func BenchmarkImages(b *testing.B) {
	workload := closed{
		summary:   "one producer appends an event over 12 units, one cursor saves its checkpoint",
		ops:       [][]op{{appends("producer-0.0", 11*512)}},
		consumers: []consumerPlan{closedConsumer(false, 2)},
	}
	scenario := Scenario{Name: "images", closed: workload}
	var images, recoveries, most uint64
	for b.Loop() {
		before := images
		x := newExploration(b.Context(), ExploreConfig{Crashes: 1, ImageMax: 1 << 12}, scenario)
		if x.run(newNotebook(sim.NewReplay(nil))); x.found != nil {
			b.Fatal(x.found)
		}
		images += x.Images
		recoveries += x.Recoveries
		most = max(most, images-before)
	}
	if most < 1<<12 {
		b.Fatalf("%d images, want 2^12 at least", most)
	}
	b.ReportMetric(float64(images)/b.Elapsed().Seconds(), "images/s")
	b.ReportMetric(float64(recoveries)/b.Elapsed().Seconds(), "recoveries/s")
	perImage := b.Elapsed() / time.Duration(images)
	b.ReportMetric(float64((perImage<<12).Microseconds())/1e3, "ms/4096-images")
}
