package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// batchAtomicity guards that a batch is there wholly or not at all, however its bytes reached the disk.
var batchAtomicity = Scenario{
	Name:    "batch-atomicity",
	Summary: "batches of large events are cut anywhere",
	Injects: "crashes in the middle of writes on disks that persist bytes or sectors",
	Guards:  "J-4, J-5, X-3, X-22",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         pick(src, labelShape, []int{1, 512}),
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, 1),
			crash:        crashInWrites,
			unsynced:     true,
			batches:      true,
		}
	},
	closed: closed{
		summary:   "one producer appends a batch of three events over four sectors; any write is cut short",
		ops:       [][]op{{appends("producer-0.0", 500, 600, 400)}},
		consumers: []consumerPlan{closedReader("consumer-0")},
		faults:    []simfs.Rule{{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.CrashDuring}},
		strikes:   4,
	},
}
