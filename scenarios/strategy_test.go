package scenarios_test

import (
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
)

// TestStrategies runs one seed by each strategy: every one is deterministic, no two make the same
// run, and what was recorded is replayed without the strategy.
func TestStrategies(t *testing.T) {
	seen := make(map[scenarios.Digest]scenarios.Strategy)
	for _, strategy := range scenarios.Strategies() {
		t.Run(string(strategy), func(t *testing.T) {
			config := scenarios.Config{Scenario: "crash", Seed: 3, Strategy: strategy}
			recording, result, err := scenarios.Record(config)
			if err != nil {
				t.Fatal(err)
			}
			again, err := scenarios.Run(config)
			if err != nil || again.Digest != result.Digest || again.Strategy != strategy {
				t.Errorf("Run = %v by %q, %v, want %v by %q", again.Digest, again.Strategy, err, result.Digest, strategy)
			}
			if other, known := seen[result.Digest]; known {
				t.Errorf("the run is the one of %q", other)
			}
			seen[result.Digest] = strategy
			replay, err := recording.Replay(0)
			if err != nil || replay.Digest != result.Digest {
				t.Errorf("Replay = %v, %v, want %v", replay.Digest, err, result.Digest)
			}
		})
	}
}

// TestDefaultStrategyIsTheWalk pins what a seed of before there were strategies means.
func TestDefaultStrategyIsTheWalk(t *testing.T) {
	one, err := scenarios.Run(scenarios.Config{Scenario: "crash", Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	two, err := scenarios.Run(scenarios.Config{Scenario: "crash", Seed: 3, Strategy: scenarios.StrategyWalk})
	if err != nil || one.Digest != two.Digest {
		t.Errorf("Run = %v and %v, %v, want the same", one.Digest, two.Digest, err)
	}
	if _, err := scenarios.Run(scenarios.Config{Scenario: "crash", Strategy: "dance"}); err == nil {
		t.Error("Run takes a strategy that there is not")
	}
}
