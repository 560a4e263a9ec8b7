package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/sim"
)

func (b textbook) runner(fixed bool) sim.Runner {
	return sim.Program(sim.Config{StepMax: 1000}, func(s *sim.Sim) { b.body(s, fixed) })
}

// Exhaustive exploration finds every textbook bug, and proves every fix at bound 2 and without a bound.
func TestExploreTextbooks(t *testing.T) {
	for _, b := range textbooks {
		t.Run(b.name, func(t *testing.T) {
			for _, bound := range []int{2, sim.Unbounded} {
				cfg := sim.ExploreConfig{Preemptions: bound, Reduce: true}
				if e := sim.Explore(b.runner(false), cfg); e.Failure == nil {
					t.Errorf("bound %d: %v, want a failure", bound, e)
				}
				if e := sim.Explore(b.runner(true), cfg); !e.Proved(bound) {
					t.Errorf("bound %d, fixed: %v, %+v; want it proved", bound, e, e.Failure)
				}
			}
		})
	}
}

// size is how many tasks run at a time and how many steps are made at most, in some runs of the program.
func (b textbook) size(t *testing.T) (tasks, steps uint64) {
	t.Helper()
	for seed := range uint64(200) {
		names := make(map[string]bool)
		run := sim.Drive(sim.NewSeed(seed), watcher{sim.RandomWalk(sim.NewSeed(seed)), names})
		steps = max(steps, b.runner(false)(run).Steps)
		tasks = max(tasks, uint64(len(names)))
	}
	return tasks, steps
}

// watcher notes the names of tasks.
type watcher struct {
	sim.Strategy
	names map[string]bool
}

func (w watcher) Next(c *sim.Choice) int {
	for _, t := range c.Runnable {
		w.names[t.Name()] = true
	}
	return w.Strategy.Next(c)
}

// hits counts the failures among runs of seeds from first.
func hits(run sim.Runner, strategy func(sim.Source) sim.Strategy, first, runs uint64) (n uint64) {
	for seed := first; seed < first+runs; seed++ {
		src := sim.NewSeed(seed)
		if run(sim.Drive(src, strategy(src))).Signature() != "" {
			n++
		}
	}
	return n
}

// PCT with the depth of a bug finds it no less often than its bound promises.
func TestPCTHoldsItsBound(t *testing.T) {
	for _, b := range textbooks {
		t.Run(b.name, func(t *testing.T) {
			tasks, steps := b.size(t)
			bound := 1 / float64(tasks)
			for range b.depth - 1 {
				bound /= float64(steps)
			}
			const runs = 2000
			pct := func(src sim.Source) sim.Strategy { return sim.PCT(src, b.depth, steps) }
			got := float64(hits(b.runner(false), pct, 0, runs)) / runs
			if b.depth > 1 {
				shallow := func(src sim.Source) sim.Strategy { return sim.PCT(src, b.depth-1, steps) }
				if n := hits(b.runner(false), shallow, 0, runs); n > 0 {
					t.Errorf("%d hits at depth %d, so the depth is not %d", n, b.depth-1, b.depth)
				}
			}
			t.Logf("%d tasks, %d steps, depth %d: hit rate %.4f, bound %.4f", tasks, steps, b.depth, got, bound)
			if got < bound {
				t.Errorf("hit rate = %.4f, want at least %.4f", got, bound)
			}
		})
	}
}

// Runs until a textbook bug strikes, the median of many trials, by strategy.
func TestDetection(t *testing.T) {
	if testing.Short() {
		t.Skip("some ten thousand runs")
	}
	const trials = 100
	var table strings.Builder
	table.WriteString("Runs until each textbook bug strikes, the median of 100 trials, with each strategy: PCT has\n" +
		"the depth of the bug and the largest number of steps that 200 random walks made. exhaustive is the run in\n" +
		"which an exploration by growing number of pre-emptions finds it.\n\n")
	fmt.Fprintf(&table, "%-30s %5s %5s %5s %8s %8s %8s %10s\n", "bug", "depth", "tasks", "steps", "random", "pct", "pos", "exhaustive")
	for _, b := range textbooks {
		tasks, steps := b.size(t)
		pct := func(src sim.Source) sim.Strategy { return sim.PCT(src, b.depth, steps) }
		fmt.Fprintf(&table, "%-30s %5d %5d %5d", b.name, b.depth, tasks, steps)
		for _, strategy := range []func(sim.Source) sim.Strategy{sim.RandomWalk, pct, sim.POS} {
			fmt.Fprintf(&table, " %8d", median(b.runner(false), strategy, trials))
		}
		e := sim.Explore(b.runner(false), sim.ExploreConfig{Preemptions: 2, Reduce: true})
		fmt.Fprintf(&table, " %10d\n", e.Runs)
	}
	golden(t, "detection.txt", table.String())
}

// median is the median over trials of the number of runs until the first failure.
func median(run sim.Runner, strategy func(sim.Source) sim.Strategy, trials int) int {
	counts := make([]int, trials)
	for i := range counts {
		first := uint64(i) * 1e6
		for counts[i] < 10_000 && hits(run, strategy, first+uint64(counts[i]), 1) == 0 {
			counts[i]++
		}
		counts[i]++
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}
