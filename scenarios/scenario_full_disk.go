package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// fullDisk guards the roll-back of what did not fit, and that the log opens and goes on once there is
// room again.
var fullDisk = Scenario{
	Name:    "full-disk",
	Summary: "the disk fills up in the middle of an append or a checkpoint",
	Injects: "a capacity of 200 to 12,000 bytes, lifted in the last incarnation",
	Guards:  "X-3, X-8, X-21",
	Effects: []simfs.Effect{simfs.Full, simfs.FailSync},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashAnywhere,
			unsynced:     true,
			rules: func(src sim.Source) []simfs.Rule {
				return []simfs.Rule{{Effect: simfs.Full, Capacity: int64(sim.Between(src, labelFault, 200, 12_000))}}
			},
		}
	},
	closed: closed{
		summary:   "one producer appends two events, one cursor saves its checkpoint; any write fails half-way",
		ops:       [][]op{{appends("producer-0.0", 0), appends("producer-0.1", 0)}},
		consumers: []consumerPlan{closedConsumer(false, 2)},
		faults:    []simfs.Rule{{Effect: simfs.ShortWrite, K: 20}},
		strikes:   12,
	},
}
