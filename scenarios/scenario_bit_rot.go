package scenarios

import (
	"syscall"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// bitRot guards every byte that the engine believes: what has rotted is refused or lost, and never
// shown as something else. A read that fails, of a payload above all, moves no cursor.
var bitRot = Scenario{
	Name:    "bit-rot",
	Summary: "durable bytes of the log and the checkpoints rot, or cannot be read",
	Injects: "flipped bits of any file when it is opened or read, reads of the log that fail",
	Guards:  "K-7, X-11, O-3, C-2",
	Effects: []simfs.Effect{simfs.Rot, simfs.Fail},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			rules: func(src sim.Source) []simfs.Rule {
				return []simfs.Rule{
					{Ops: simfs.Ops(simfs.OpOpen, simfs.OpRead), Effect: simfs.Rot, Nth: sim.Between(src, labelFault, 1, 12)},
					{Ops: simfs.Ops(simfs.OpRead), Path: "segment-*.bpj", Effect: simfs.Fail, Err: syscall.EIO, Nth: sim.Between(src, labelFault, 1, 40)},
				}
			},
		}
	},
}
