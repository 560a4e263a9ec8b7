package scenarios

import "github.com/batpak/batpak-sim/sim"

// crash guards at-least-once delivery and durable acknowledgement across crashes
// at any operation, those of the recovery among them.
var crash = Scenario{
	Name:    "crash",
	Summary: "append and deliver, crash anywhere, recover, drain",
	Injects: "power cuts and process deaths at any file operation or yield point, I/O errors",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			unsynced:     true,
		}
	},
}
