package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// fastOpen guards the snapshots by which a log is opened without reading its full segments: what they
// make of the log is what the segments do, and nothing that befalls them changes it.
var fastOpen = Scenario{
	Name:    "fast-open",
	Summary: "the log is closed as it should be, and opened by the snapshots of its segments",
	Injects: "snapshots that rot, are never synced, cannot be written or read; power cuts now and then",
	Guards:  "O-2, I-26, X-22",
	Effects: []simfs.Effect{simfs.Rot, simfs.DropSync, simfs.Fail},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			segment:      pick(src, labelSegment, []int64{segmentSmallest, 512, 1 << 10}),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashSeldom,
			retries:      sim.Chance(src, labelShape, 1, 2),
			rules: func(src sim.Source) []simfs.Rule {
				rules := make([]simfs.Rule, 3)
				for i := range rules {
					rules[i] = pick(src, labelFault, snapshotFaults)
					rules[i].Path, rules[i].Nth = "snapshot-*", sim.Between(src, labelFault, 1, 6)
				}
				return rules
			},
		}
	},
	closed: closed{
		summary:   "one producer appends three events, one worker saves its checkpoint",
		ops:       [][]op{{appends("producer-0.0", 0), appends("producer-0.1", 0), appends("producer-0.2", 0)}},
		consumers: []consumerPlan{closedConsumer(true, 2)},
	},
}

// snapshotFaults strike a snapshot that is written, and one that is read.
var snapshotFaults = []simfs.Rule{
	{Ops: simfs.Ops(simfs.OpOpen, simfs.OpRead), Effect: simfs.Rot},
	{Ops: simfs.Ops(simfs.OpOpen, simfs.OpRead), Effect: simfs.Fail},
	{Ops: simfs.Ops(simfs.OpSync), Effect: simfs.DropSync},
	{Ops: simfs.Ops(simfs.OpCreate, simfs.OpWrite, simfs.OpSync, simfs.OpRename), Effect: simfs.Fail},
}
