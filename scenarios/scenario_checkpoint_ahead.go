package scenarios

import "github.com/batpak/batpak-sim/sim"

// checkpointAhead guards that no checkpoint stands beyond the durable log, and that one which does, from
// elsewhere, is refused.
var checkpointAhead = Scenario{
	Name:    "checkpoint-ahead-of-log",
	Summary: "events are delivered and checkpointed while the log is not synced",
	Injects: "acknowledgement before durability, power cuts, checkpoints from beyond the log",
	Guards:  "X-1, X-2, X-12",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 6)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashAnywhere,
			unsynced:     true,
			plant:        plantAhead,
		}
	},
}
