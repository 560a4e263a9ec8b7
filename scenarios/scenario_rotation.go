package scenarios

import (
	"syscall"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// rotation guards the borders of segments: the old one is durable before there is a new one, what a
// failed append left in it among that, and only the last may be torn.
var rotation = Scenario{
	Name:    "rotation",
	Summary: "the journal goes on in a new file every few appends",
	Injects: "segments of one to five appends, writes cut short, power cuts anywhere",
	Guards:  "J-10, X-8, X-22",
	Effects: []simfs.Effect{simfs.ShortWrite},
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 3, 6)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			segment:      pick(src, labelSegment, []int64{segmentSmallest, 512, 1 << 10, 2 << 10}),
			consumers:    drawConsumers(src, 1),
			crash:        crashAnywhere,
			rules:        cutWrites,
		}
	},
	closed: closed{
		summary:   "one producer appends three events, one worker saves its checkpoint",
		ops:       [][]op{{appends("producer-0.0", 0), appends("producer-0.1", 0), appends("producer-0.2", 0)}},
		consumers: []consumerPlan{closedConsumer(true, 2)},
	},
}

// cutWrites cuts some writes of the journal short, or again and again one in a few: then as good as every
// segment is left with a failed append behind its last good frame.
func cutWrites(src sim.Source) []simfs.Rule {
	cut := simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Path: "segment-*.bpj", Effect: simfs.ShortWrite, Err: syscall.ENOSPC}
	if sim.Chance(src, labelFault, 1, 2) {
		cut.Every, cut.K = sim.Between(src, labelFault, 2, 3), int(sim.Between(src, labelFault, 1, 200))
		return []simfs.Rule{cut}
	}
	rules := make([]simfs.Rule, 4)
	for i := range rules {
		rules[i] = cut
		rules[i].Nth, rules[i].K = sim.Between(src, labelFault, 1, 20), int(sim.Between(src, labelFault, 1, 200))
	}
	return rules
}
