package scenarios

import (
	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// manyLanes guards that lanes are labels in one order: a reader of a lane misses nothing of it and sees
// nothing else.
var manyLanes = Scenario{
	Name:    "many-lanes",
	Summary: "events are spread over many lanes, readers follow single ones",
	Injects: "forty lanes, task switches, power cuts",
	Guards:  "I-8, R-8, X-20",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 1, 3)),
			producers:    int(sim.Between(src, labelShape, 2, 4)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    laneConsumers(src, int(sim.Between(src, labelShape, 3, 6))),
			crash:        crashAnywhere,
			unsynced:     true,
			lanes:        manyLanesCount,
		}
	},
}

const manyLanesCount = 40

// laneConsumers draws consumers of which all but the first read single lanes.
func laneConsumers(src sim.Source, n int) []consumerPlan {
	plans := drawConsumers(src, n)
	for i := range plans[1:] {
		plans[1+i].region = core.Region{}.WithLane(uint32(src.Draw(labelShape, manyLanesCount)))
	}
	return plans
}
