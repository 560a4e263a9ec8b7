package scenarios

import "github.com/batpak/batpak-sim/sim"

// twoOwners guards the lease of a checkpoint id: of two who open it one is refused, and none moves the
// other back.
var twoOwners = Scenario{
	Name:    "two-owners-one-id",
	Summary: "two readers open one checkpoint id",
	Injects: "somebody else opens the checkpoint of a consumer and holds it for a while",
	Guards:  "K-14, X-13",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashSeldom,
			contended:    true,
		}
	},
}
