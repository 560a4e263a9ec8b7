package scenarios

import (
	"time"

	"github.com/batpak/batpak-sim/sim"
)

// handlerSlow guards that a slow consumer holds nobody up and loses nothing, and that its checkpoint is
// only ever of what it has finished.
var handlerSlow = Scenario{
	Name:    "handler-slow",
	Summary: "handlers take longer than anything else",
	Injects: "up to 60 ms for each delivery, power cuts anywhere",
	Guards:  "C-13, W-4, W-14",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			temper:       temper{slow: 60 * time.Millisecond},
		}
	},
}
