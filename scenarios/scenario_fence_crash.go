package scenarios

import "github.com/batpak/batpak-sim/sim"

// fenceCrash guards the outcome of a fence across a crash: it is the one that was made durable, or the
// fence is cancelled.
var fenceCrash = Scenario{
	Name:    "fence-crash",
	Summary: "fences are open, committed or cancelled when the machine stops",
	Injects: "power cuts and process deaths anywhere, most appends under a fence",
	Guards:  "J-11, X-10",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    1,
			fencers:      2,
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			unsynced:     true,
		}
	},
	closed: closed{
		summary:   "one producer commits a fence of two events, one reader pulls",
		ops:       [][]op{{fences(opCommit, "producer-0.0", 0, 0)}},
		consumers: []consumerPlan{closedReader("consumer-0")},
	},
}
