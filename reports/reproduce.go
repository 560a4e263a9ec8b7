package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
)

// Reproduce is the command line that carries out the run again, to be pasted into
// a shell at the root of the module.
func Reproduce(r scenarios.Result) string {
	line := fmt.Sprintf("go run ./cmd/batpak-sim --scenario %s --seed %d --faults %s --steps %d",
		r.Scenario, r.Seed, r.FaultMode, r.Steps)
	line += special(r.Strategy, r.Without)
	if r.Checked {
		line += " --check-determinism"
	}
	return line
}

// ReproduceSweep is the command line that carries out the runs of a sweep again, whatever
// ended it.
func ReproduceSweep(s scenarios.Summary) string {
	c := s.Config
	last := c.To
	if among := uint64(len(c.Scenarios)); s.Runs < s.Planned && among > 0 {
		last = c.From + (max(s.Runs, 1)-1)/among
	}
	line := fmt.Sprintf("go run ./cmd/batpak-sim --seeds %d..%d --faults %s --steps %d", c.From, last, c.Faults, c.Steps)
	if !slices.Equal(c.Scenarios, scenarios.Names()) {
		line += " --scenario " + strings.Join(c.Scenarios, ",")
	}
	line += special(c.Strategy, c.Without)
	if c.CheckDeterminism {
		line += " --check-determinism"
	}
	return line
}

// special are the flags of a strategy that is not the usual one, and of the parts that a run did without.
func special(strategy scenarios.Strategy, without []string) string {
	flags := ""
	if strategy != "" && strategy != scenarios.StrategyWalk {
		flags += " --strategy " + string(strategy)
	}
	if len(without) > 0 {
		flags += " --without " + strings.Join(without, ",")
	}
	return flags
}

// ReproduceReplay is the command line that carries out the recording in a file again.
func ReproduceReplay(file string) string { return "go run ./cmd/batpak-sim replay " + file }
