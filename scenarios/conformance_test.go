package scenarios_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/core/coretest"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// The engine keeps in simulation the promises that it keeps on a real disk: each
// check is a task among the engine's, every operation of the disk is a place where
// another may go on, and every seed is another schedule.
func TestConformanceInSimulation(t *testing.T) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			coretest.Run(t, func(t *testing.T, body func(*testing.T, coretest.Env)) {
				if strings.HasSuffix(t.Name(), endsItsTask) {
					body(t, coretest.Env{FS: newDisk(t, simfs.Config{}), Dir: "/log", Runtime: core.System()})
					return
				}
				simulate(t, seed, func(env coretest.Env) { body(t, env) })
			})
		})
	}
}

// endsItsTask is the one check whose handler calls Goexit on purpose. In a simulation
// that ends the run, as the failure of a test has to, so this check gets goroutines.
const endsItsTask = "/worker/handler_ends_its_task"

// simulate runs body as a task of a fresh simulation on a fresh disk.
func simulate(t *testing.T, seed uint64, body func(coretest.Env)) {
	t.Helper()
	src := sim.NewSeed(seed)
	s := sim.New(sim.Config{Source: src})
	disk := newDisk(t, simfs.Config{
		Choose: src.Draw,
		Now:    s.Wall,
		Hook:   func(op simfs.Op) { s.Yield("fs/" + op.Kind.String()) },
	})
	s.Go("check", func() {
		body(coretest.Env{FS: disk, Dir: "/log", Runtime: scenarios.NewRuntime(s, src)})
	})
	if o := s.Run(); o.Err() != nil {
		t.Errorf("seed %d: %v", seed, o)
	}
}

func newDisk(t *testing.T, config simfs.Config) *simfs.FS {
	t.Helper()
	disk, err := simfs.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return disk
}

// A check that fails for good ends its task by Goexit, and the simulation hands
// that on to the test.
func TestConformanceFailureEndsTheTest(t *testing.T) {
	reached := ""
	done := make(chan struct{})
	go func() {
		defer close(done)
		simulate(t, 0, func(coretest.Env) {
			defer func() { reached += "deferred" }()
			runtime.Goexit()
		})
		reached += " and beyond"
	}()
	<-done
	if reached != "deferred" {
		t.Errorf("after the Goexit of a task the test reached %q, want %q", reached, "deferred")
	}
}
