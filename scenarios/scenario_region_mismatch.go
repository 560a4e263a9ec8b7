package scenarios

import (
	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// regionMismatch guards the binding of a checkpoint to its region, its log and its
// file format.
var regionMismatch = Scenario{
	Name:    "region-mismatch",
	Summary: "checkpoint ids are reused across regions, legacy and foreign files lie in their place",
	Injects: "checkpoints of other regions, logs and ids, of upstream's formats, of later versions, and damaged ones",
	Guards:  "C-12, K-5, R-14, X-12",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 5)),
			producers:    1,
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 2, 4))),
			crash:        crashAnywhere,
			plant:        plantAnything,
		}
	},
	closed: closed{
		summary: "one producer appends an event, two cursors of different regions save their checkpoints",
		ops:     [][]op{{appends("producer-0.0", 0)}},
		consumers: []consumerPlan{closedConsumer(false, 1), {
			name: "consumer-1", id: mustID("consumer-1"), region: core.Region{}.WithScope(scopes[0]), batch: 2, deadline: drainMax,
		}},
	},
}
