package reports_test

import (
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// TestReproduceNamesStrategyAndParts checks that a run of another strategy, or without parts, is not
// reproduced as a plain one.
func TestReproduceNamesStrategyAndParts(t *testing.T) {
	const want = " --strategy pct --without order,fail"
	off := []string{"order", "fail"}
	run := reports.Reproduce(scenarios.Result{Scenario: "crash", Strategy: scenarios.StrategyPCT, Without: off})
	sweep := reports.ReproduceSweep(scenarios.Summary{Config: scenarios.SweepConfig{Strategy: scenarios.StrategyPCT, Without: off}})
	for _, line := range []string{run, sweep} {
		if !strings.Contains(line, want) {
			t.Errorf("%q lacks %q", line, want)
		}
	}
}
