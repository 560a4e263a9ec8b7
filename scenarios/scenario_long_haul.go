package scenarios

import "github.com/batpak/batpak-sim/sim"

// longHaul guards against what adds up: burned sequences, generations of checkpoints, and tails that were
// cut, over many lives.
var longHaul = Scenario{
	Name:    "long-haul",
	Summary: "many short lives of one log",
	Injects: "eight to twenty incarnations, each cut anywhere",
	Guards:  "O-2, X-2, X-4",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 8, 20)),
			producers:    1,
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          (ops + 2) / 3,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashAnywhere,
			unsynced:     true,
		}
	},
}
