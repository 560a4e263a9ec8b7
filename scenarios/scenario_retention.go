package scenarios

import (
	"syscall"
	"time"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// slowCursors guards the beginning of a log whose oldest segments are dropped: nobody who is behind
// loses an event, what is left is as it was, and a crash in the middle leaves the one log or the other.
var slowCursors = Scenario{
	Name:    "retention",
	Summary: "old segments are dropped while slow consumers are behind",
	Injects: "drops of all but the newest segments, consumers that take their time, failing removals, a folder of checkpoints that syncs no more, power cuts and process deaths anywhere and where the log begins anew",
	Guards:  "J-3, X-4",
	Effects: []simfs.Effect{simfs.Fail, simfs.FailSync},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 6)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			segment:      pick(src, labelSegment, []int64{segmentSmallest, 512, 1 << 10}),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			temper:       temper{slow: time.Duration(sim.Between(src, labelShape, 1, 8)) * time.Millisecond},
			crash:        crashAnywhere,
			dies:         2,
			retains:      true,
			rules: func(src sim.Source) []simfs.Rule {
				rules := []simfs.Rule{
					{Ops: simfs.Ops(simfs.OpRemove), Path: "segment-*.bpj", Effect: simfs.Fail, Err: syscall.EIO, Nth: sim.Between(src, labelFault, 1, 6)},
					{Ops: simfs.Ops(simfs.OpRename), Path: "base.bpb*", Effect: simfs.Fail, Err: syscall.EIO, Nth: sim.Between(src, labelFault, 1, 4)},
				}
				if sim.Chance(src, labelCrash, 1, 3) { // the log begins elsewhere, and may begin where it did again
					rules = append(rules, simfs.Rule{Ops: simfs.Ops(simfs.OpRename), Path: "base.bpb*", Effect: simfs.CrashAfter, Nth: 1})
				}
				if sim.Chance(src, labelCrash, 1, 5) { // what was found is not yet made durable
					rules = append(rules, simfs.Rule{Ops: simfs.Ops(simfs.OpSyncDir), Path: "log", Effect: simfs.CrashBefore, Nth: 1})
				}
				if sim.Chance(src, labelFault, 1, 4) {
					rules = append(rules, simfs.Rule{
						Ops: simfs.Ops(simfs.OpSyncDir), Path: "cursors", Effect: simfs.FailSync, Err: syscall.EIO, From: sim.Between(src, labelFault, 1, 12),
					})
				}
				return rules
			},
		}
	},
}
