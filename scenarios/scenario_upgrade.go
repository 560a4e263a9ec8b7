package scenarios

import "github.com/batpak/batpak-sim/sim"

// upgrade guards the taking over of checkpoints that the Rust engine wrote: those that are good resume
// where they stand, the others are refused.
var upgrade = Scenario{
	Name:    "upgrade-from-upstream-checkpoint",
	Summary: "consumers find checkpoints of the Rust engine",
	Injects: "files in formats of upstream, of this region and of others",
	Guards:  "K-3, K-4, K-5, R-14",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 1)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 2, 4))),
			crash:        crashAnywhere,
			plant:        plantUpstream,
		}
	},
}
