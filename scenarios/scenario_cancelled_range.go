package scenarios

import "github.com/batpak/batpak-sim/sim"

// cancelledRange guards that nothing of a cancelled fence is ever shown, on any lane, after any number
// of crashes, and that readers pass over it.
var cancelledRange = Scenario{
	Name:    "cancelled-range",
	Summary: "readers meet the gaps that cancelled fences left",
	Injects: "every fence cancelled, power cuts anywhere",
	Guards:  "C-7, C-8, X-19, P-18",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 1, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			fencers:      2,
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 2, 4))),
			crash:        crashAnywhere,
			cancels:      true,
		}
	},
	closed: closed{
		summary:   "one producer cancels a fence of two events and appends one, one cursor saves its checkpoint",
		ops:       [][]op{{fences(opCancel, "producer-0.0", 0, 0), appends("producer-0.1", 0)}},
		consumers: []consumerPlan{closedConsumer(false, 2)},
	},
}
