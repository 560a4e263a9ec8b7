package scenarios

import (
	"time"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// deadlines guards the contexts of calls: each returns at once when its own ends, before the write it leaves
// nothing, after it the append may be there and is not there twice when it is tried again.
var deadlines = Scenario{
	Name:    "deadlines",
	Summary: "callers give up appends, syncs, fences, pulls, joins and shutdowns",
	Injects: "contexts that end after 0 to 4 ms, syncs of the log that take up to 8 ms, power cuts anywhere",
	Guards:  "I-26, W-11, W-16, P-6, O-2",
	Effects: []simfs.Effect{simfs.Delay},
	draw: func(src sim.Source, ops int) shape {
		s := shape{
			incarnations: int(sim.Between(src, labelShape, 2, 4)),
			producers:    int(sim.Between(src, labelShape, 1, 3)),
			fencers:      int(src.Draw(labelShape, 3)),
			ops:          ops,
			unit:         512,
			segment:      pick(src, labelSegment, []int64{0, 0, 0, 1 << 10}),
			consumers:    drawConsumers(src, int(sim.Between(src, labelShape, 1, 3))),
			crash:        crashAnywhere,
			retries:      src.Draw(labelShape, 2) == 1,
			unsynced:     true,
			impatient:    2,
		}
		if s.segment == 0 { // the syncs that begin a segment are the caller's own, and hold it
			s.rules = slowSyncs
		}
		return s
	},
}

func slowSyncs(src sim.Source) []simfs.Rule {
	return []simfs.Rule{{
		Ops: simfs.Ops(simfs.OpSync), Path: "segment-*.bpj", Effect: simfs.Delay,
		Delay: time.Duration(sim.Between(src, labelFault, 1, 8)) * time.Millisecond, Every: sim.Between(src, labelFault, 1, 3),
	}}
}
