package scenarios

import "github.com/batpak/batpak-sim/sim"

// racingPublish guards the sequence gate: readers that pull while writers publish,
// fence and cancel lose no wake-up and see no ghost.
var racingPublish = Scenario{
	Name:    "racing-publish",
	Summary: "pulling readers race publishing, fencing and cancelling writers",
	Injects: "task switches at every yield point, tasks held up in mid-append, few crashes",
	Guards:  "C-5, C-6, J-11, X-16",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 1, 3)),
			producers:    int(sim.Between(src, labelShape, 2, 4)),
			fencers:      int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 2, 5))),
			crash:        crashSeldom,
			unsynced:     true,
			stalls:       true,
		}
	},
	closed: closed{
		summary:   "one producer appends, one cancels a fence and appends, one reader pulls",
		ops:       [][]op{{appends("producer-0.0", 0)}, {fences(opCancel, "producer-1.0", 0), appends("producer-1.1", 0)}},
		consumers: []consumerPlan{closedReader("consumer-0")},
	},
}
