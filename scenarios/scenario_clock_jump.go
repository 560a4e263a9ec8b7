package scenarios

import "github.com/batpak/batpak-sim/sim"

// clockJump guards that nothing but the times of events hangs on the wall clock: no wait, no restart
// window, no order.
var clockJump = Scenario{
	Name:    "clock-jump",
	Summary: "the wall clock jumps ahead and back",
	Injects: "jumps of the clock by up to a day",
	Guards:  "P-2, S-11",
	draw: func(src sim.Source, ops int) shape {
		consumers := drawConsumers(src, int(sim.Between(src, labelShape, 2, 3)))
		consumers[1].worker, consumers[1].ranges = false, false // it waits by a deadline
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    consumers,
			crash:        crashSeldom,
			jumps:        true,
		}
	},
}
