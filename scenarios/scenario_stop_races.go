package scenarios

import "github.com/batpak/batpak-sim/sim"

// stopRaces guards the closing of a store at work: nothing that was acknowledged is lost, nobody waits for
// ever.
var stopRaces = Scenario{
	Name:    "stop-races",
	Summary: "the store is closed while producers and consumers are at work",
	Injects: "closing at any moment, few crashes",
	Guards:  "W-11, W-16, P-6",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			fencers:      1,
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashSeldom,
			unsynced:     true,
			early:        true,
		}
	},
}
