package scenarios

import (
	"fmt"
	"strings"

	"github.com/batpak/batpak-sim/sim"
)

// Scenario is one way in which a user of the engine can be hurt.
type Scenario struct {
	Name    string
	Summary string // in one line
	Injects string // what it does to the engine, in one line
	draw    func(src sim.Source, ops int) shape
	closed  closed // what Explore explores
}

// All returns every scenario, in the order in which the default mix runs them.
func All() []Scenario { return []Scenario{crash, tornWrite, racingPublish, regionMismatch} }

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
