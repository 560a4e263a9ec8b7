package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// tornWrite guards recovery's verdict on the tail of the journal and on the
// checkpoints: what is torn is cut, what is whole is kept.
var tornWrite = Scenario{
	Name:    "torn-write",
	Summary: "the tail of journal and checkpoint is torn at every granularity",
	Injects: "crashes in the middle of writes on disks that persist bytes, sectors or pages",
	Guards:  "X-7, X-8, X-9, J-16",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 6)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         pick(src, labelShape, []int{1, 512, 4096}),
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashInWrites,
			unsynced:     true,
		}
	},
	closed: closed{
		summary:   "one producer appends an event of three sectors and a batch of two, one cursor saves its checkpoint; any write is cut short",
		ops:       [][]op{{appends("producer-0.0", 1100), appends("producer-0.1", 0, 400)}},
		consumers: []consumerPlan{closedConsumer(false, 2)},
		faults:    []simfs.Rule{{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.CrashDuring}},
		strikes:   8,
	},
}
