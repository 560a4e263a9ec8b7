package scenarios

import "github.com/batpak/batpak-sim/sim"

// staleTemp guards that temporary files of dead processes are neither believed nor in the way.
var staleTemp = Scenario{
	Name:    "stale-temp",
	Summary: "temporary files of earlier processes lie about",
	Injects: "left-over files in the folders of the log, crashes at renames",
	Guards:  "K-12, X-13",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAtRename,
			litter:       true,
		}
	},
}
