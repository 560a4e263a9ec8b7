package scenarios

import "github.com/batpak/batpak-sim/sim"

// idempotentRetry guards the idempotency keys (I-26): an append that is tried again,
// after an error or a crash that left its outcome unknown, or for no reason, is in the
// log once.
var idempotentRetry = Scenario{
	Name:    "idempotent-retry",
	Summary: "try appends again under their keys, within a life and after crashes",
	Injects: "power cuts and process deaths anywhere, I/O errors, fences that are cancelled",
	Guards:  "I-26, O-2",
	draw: func(src sim.Source, ops int) shape {
		return shape{
			incarnations: int(sim.Between(src, labelShape, 2, 5)),
			producers:    int(sim.Between(src, labelShape, 1, 2)),
			fencers:      int(src.Draw(labelShape, 2)),
			ops:          ops,
			unit:         512,
			segment:      drawSegment(src),
			consumers:    drawConsumers(src, 1),
			crash:        crashAnywhere,
			retries:      true,
			unsynced:     true,
		}
	},
	closed: closed{
		summary:   "one producer appends an event and a batch of two, tries them again in the next life, one worker saves its checkpoint",
		ops:       [][]op{{appends("producer-0.0", 0), appends("producer-0.1", 0, 0)}},
		consumers: []consumerPlan{closedConsumer(true, 2)},
		retries:   true,
	},
}
