package properties

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/scenarios"
)

// No decisions whatever take the engine to a violation, in any scenario and under any
// faults.
func TestSimulationsPass(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			often(t, 10, func(t *rapid.T) {
				r := simulate(t, scenarios.Config{
					Scenario: name,
					Faults:   rapid.SampledFrom(scenarios.FaultLevels()).Draw(t, "faults"),
					Steps:    rapid.IntRange(1, 12).Draw(t, "steps"),
				})
				if r.Verdict != scenarios.Pass {
					t.Fatalf("%v: %+v %s\n%s", r.Verdict, r.Violation, r.Reason, strings.Join(r.Tail, "\n"))
				}
			})
		})
	}
}
