package scenarios

import "github.com/batpak/batpak-sim/sim"

// recoveryCrash guards recovery against itself: cut at any operation, again and again, it ends as if it
// had been cut nowhere.
var recoveryCrash = Scenario{
	Name:    "recovery-crash",
	Summary: "every recovery is cut, and the recovery from that",
	Injects: "a crash of the process or the machine among the first forty operations of every incarnation",
	Guards:  "X-7, X-9, X-22, J-16",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 4, 8)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashInRecovery,
			dies:         2,
			unsynced:     true,
		}
	},
}
