package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// lyingDisk guards what can be had of a disk that says synced and is not: no skip in silence,
// no invention, and a typed refusal where durable data cannot be proved.
var lyingDisk = Scenario{
	Name:    "lying-disk",
	Summary: "the disk reports syncs that it does not carry out",
	Injects: "one in one to six syncs dropped, power cuts anywhere",
	Guards:  "O-1, O-3, O-6, X-1",
	Effects: []simfs.Effect{simfs.DropSync},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			unsynced:     true,
			rules: func(src sim.Source) []simfs.Rule {
				return []simfs.Rule{{Effect: simfs.DropSync, Every: sim.Between(src, labelFault, 1, 6)}}
			},
		}
	},
}
