package scenarios_test

import (
	"fmt"
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// One run of the default size for each scenario, another seed each time.
func BenchmarkRun(b *testing.B) {
	for _, name := range scenarios.Names() {
		b.Run("scenario="+name, func(b *testing.B) { benchmarkRun(b, scenarios.Config{Scenario: name}) })
	}
}

// What a run costs by its length.
func BenchmarkRunLength(b *testing.B) {
	for _, steps := range []int{3, 12, 48, 192} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			benchmarkRun(b, scenarios.Config{Scenario: "crash", Steps: steps})
		})
	}
}

// What it costs to keep the trace.
func BenchmarkRunKeep(b *testing.B) {
	for _, keep := range []int{0, 1000, sim.KeepAll} {
		b.Run(fmt.Sprintf("keep=%d", keep), func(b *testing.B) {
			benchmarkRun(b, scenarios.Config{Scenario: "crash", Keep: keep})
		})
	}
}

// seedsMax bounds the seeds of a benchmark, so that every one of them is run at
// about the same rate however long it takes.
const seedsMax = 256

func benchmarkRun(b *testing.B, config scenarios.Config) {
	b.ReportAllocs()
	var steps, events, runs uint64
	for b.Loop() {
		config.Seed = runs % seedsMax
		r, err := scenarios.Run(config)
		if err != nil || r.Verdict != scenarios.Pass {
			b.Fatalf("seed %d = %v, %v", config.Seed, r.Verdict, err)
		}
		runs++
		steps += r.Schedule
		events += r.Counters.Deliveries
	}
	b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(steps)/float64(runs), "steps/run")
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(float64(events)/float64(runs), "deliveries/run")
}
