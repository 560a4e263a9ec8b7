package scenarios

import (
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// failedSync guards against trusting the kernel after a failed sync: the next one may report success
// although the pages are lost.
var failedSync = Scenario{
	Name:    "failed-sync",
	Summary: "a sync fails, and the next one succeeds without having written anything",
	Injects: "failed syncs of files and directories, by every fate of the pages",
	Guards:  "P-6, X-21, O-2",
	Effects: []simfs.Effect{simfs.FailSync},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 2))),
			crash:        crashAnywhere,
			unsynced:     true,
			rules: func(src sim.Source) []simfs.Rule {
				r := simfs.Rule{Ops: simfs.Ops(syncs(src)), Effect: simfs.FailSync, Nth: sim.Between(src, labelFault, 1, 12)}
				r.Cache = simfs.CacheAfter(src.Draw(labelFault, 4))
				r.Units = simfs.UnitsFailed(src.Draw(labelFault, 2))
				return []simfs.Rule{r}
			},
		}
	},
	closed: closed{
		summary:   "one producer appends two events, one cursor saves its checkpoint; any sync fails",
		ops:       [][]op{{appends("producer-0.0", 0), appends("producer-0.1", 0)}},
		consumers: []consumerPlan{closedConsumer(false, 2)},
		faults:    []simfs.Rule{{Effect: simfs.FailSync}},
		strikes:   16,
	},
}
