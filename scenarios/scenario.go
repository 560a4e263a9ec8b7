package scenarios

import (
	"fmt"
	"strings"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Scenario is one way in which a user of the engine can be hurt.
type Scenario struct {
	Name    string
	Summary string         // in one line
	Injects string         // what it does to the engine, in one line
	Guards  string         // the clauses of the engine that it is there for
	Effects []simfs.Effect // its own, beside those of the fault level

	draw   func(src sim.Source, ops int) shape
	closed closed // what Explore explores
}

// All returns every scenario, in the order in which the default mix runs them.
func All() []Scenario {
	return []Scenario{
		crash, tornWrite, racingPublish, regionMismatch,
		lyingDisk, failedSync, fullDisk, bitRot, fenceCrash, cancelledRange, batchAtomicity, checkpointAhead, lostRename, staleTemp,
		twoOwners, workerPanic, stopRaces, handlerSlow, clockJump, recoveryCrash, upgrade, manyLanes, longHaul, idempotentRetry, rotation, deadlines, fastOpen, slowCursors,
	}
}

// Names returns the names of all scenarios.
func Names() []string {
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
	}
	return names
}

// Find returns the scenario of that name.
func Find(name string) (Scenario, error) {
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
	}
	return Scenario{}, fmt.Errorf("unknown scenario %q, legal are %s", name, strings.Join(Names(), ", "))
}

// effects names the faults that the scenario plans beside those of the fault level.
func (s Scenario) effects() []string {
	var names []string
	for _, e := range s.Effects {
		names = append(names, e.String())
	}
	if s.Name == clockJump.Name {
		names = append(names, clockJumps)
	}
	return names
}

// ClosedNames returns the names of scenarios whose closed workloads differ: each that has one
// of its own, and one of the others, which share theirs.
func ClosedNames() []string {
	var names []string
	shared := false
	for _, s := range All() {
		own := s.closed.ops != nil
		if own || !shared {
			names = append(names, s.Name)
		}
		shared = shared || !own
	}
	return names
}
