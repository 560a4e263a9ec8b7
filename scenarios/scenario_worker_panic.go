package scenarios

import "github.com/batpak/batpak-sim/sim"

// workerPanic guards the restart budget of workers: what a handler that panicked was given comes again,
// and a worker that has used up its restarts says so.
var workerPanic = Scenario{
	Name:    "worker-panic",
	Summary: "handlers panic, roll back and stop, again and again",
	Injects: "every second delivery is not simply accepted",
	Guards:  "W-9, W-10, X-18",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 4))),
			crash:        crashSeldom,
			temper:       temper{failing: 2},
		}
	},
}
