package reports

import (
	"fmt"

	"github.com/batpak/batpak-sim/scenarios"
)

// Reproduce is the command line that carries out the run again, to be pasted into
// a shell at the root of the module.
func Reproduce(r scenarios.Result) string {
	line := fmt.Sprintf("go run ./cmd/batpak-sim --scenario %s --seed %d --faults %s --steps %d",
		r.Scenario, r.Seed, r.FaultMode, r.Steps)
	if r.Checked {
		line += " --check-determinism"
	}
	return line
}
