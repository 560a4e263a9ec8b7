package scenarios

import (
	"testing"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// small is a scenario of the engine with three tasks beside the driver (main, producer, consumer), ten
// operations and, as a rule, one crash.
var small = Scenario{
	Name: "small",
	draw: func(sim.Source, int) shape {
		return shape{
			incarnations: 2, producers: 1, ops: 5, unit: 512,
			consumers: []consumerPlan{{name: "consumer", id: mustID("consumer"), worker: true, batch: 4, deadline: 1e6, restart: core.RestartOnce()}},
		}
	},
}

// BenchmarkSmall is a whole small run, with filesystem, clock, engine and oracles.
func BenchmarkSmall(b *testing.B) {
	b.ReportAllocs()
	var runs, steps uint64
	for b.Loop() {
		w := newWorld(Config{Seed: runs % 256, Source: sim.NewSeed(runs % 256), Faults: FaultsOff}, small)
		w.sim.Go("driver", w.run)
		r := w.result(w.sim.Run())
		if r.Verdict != Pass {
			b.Fatalf("seed %d = %v, %s", runs%256, r.Verdict, r.Reason)
		}
		runs++
		steps += r.Schedule
	}
	b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}
