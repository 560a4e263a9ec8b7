package scenarios

import "github.com/batpak/batpak-sim/sim"

// crash guards at-least-once delivery and durable acknowledgement across crashes
// at any operation, those of the recovery among them.
var crash = Scenario{
	Name:    "crash",
	Summary: "append and deliver, crash anywhere, recover, drain",
	Injects: "power cuts and process deaths at any file operation or yield point, I/O errors",
	Guards:  "C-13, O-2, O-6",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			unsynced:     true,
		}
	},
	closed: closed{
		summary:   "one producer appends a batch of two and one event, one worker saves its checkpoint",
		ops:       [][]op{{appends("producer-0.0", 0, 0), appends("producer-0.1", 0)}},
		consumers: []consumerPlan{closedConsumer(true, 2)},
	},
}
