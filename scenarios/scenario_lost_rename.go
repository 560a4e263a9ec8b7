package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// lostRename guards the save of a checkpoint: after a crash the file is the old one or the new one,
// and the new one once the save was reported.
var lostRename = Scenario{
	Name:    "lost-rename",
	Summary: "the rename that puts a checkpoint into place is lost",
	Injects: "crashes right before, in and behind renames, of the process or the machine, on four filesystems",
	Guards:  "K-10, K-11, X-13",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 6)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAtRename,
			dies:         2,
			profile:      pick(src, labelShape, []simfs.Profile{simfs.PosixStrict, simfs.Ext4Writeback, simfs.Ext4Ordered, simfs.Btrfs}),
		}
	},
}
