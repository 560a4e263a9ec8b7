package sim_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/batpak/batpak-sim/sim"
)

// BenchmarkCoroutine is the floor: into a coroutine and back.
func BenchmarkCoroutine(b *testing.B) {
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
		}
	})
	defer stop()
	b.ReportAllocs()
	for b.Loop() {
		next()
	}
}

// alternate is the strategy that switches at every step.
type alternate struct{}

func (alternate) Next(c *sim.Choice) int { return (c.Current + 1) % len(c.Runnable) }

// stay is the strategy that never switches.
type stay struct{}

func (stay) Next(c *sim.Choice) int { return max(c.Current, 0) }

func BenchmarkStep(b *testing.B) {
	strategies := []struct {
		name string
		new  func() sim.Strategy
	}{
		{"stay", func() sim.Strategy { return stay{} }},
		{"switch", func() sim.Strategy { return alternate{} }},
		{"random", func() sim.Strategy { return sim.RandomWalk(sim.NewSeed(1)) }},
	}
	traces := []struct {
		name string
		cfg  sim.TraceConfig
	}{
		{"digest", sim.TraceConfig{}},
		{"last=1024", sim.TraceConfig{Keep: 1024}},
	}
	for _, strategy := range strategies {
		for _, trace := range traces {
			for _, tasks := range []int{2, 5} {
				name := fmt.Sprintf("strategy=%s/trace=%s/tasks=%d", strategy.name, trace.name, tasks)
				b.Run(name, func(b *testing.B) {
					benchmarkStep(b, tasks, strategy.new(), sim.NewTrace(trace.cfg))
				})
			}
		}
	}
}

func benchmarkStep(b *testing.B, tasks int, strategy sim.Strategy, trace *sim.Trace) {
	s := sim.New(sim.Config{Strategy: strategy, StepMax: 1 << 62, Trace: trace})
	done := false
	s.Go("timed", func() {
		for range 2048 { // warm up: every task has started, the ring is full
			s.Yield("timed")
		}
		b.ReportAllocs()
		before, switched := s.Steps(), s.Switches()
		for b.Loop() {
			s.Yield("timed")
		}
		steps := float64(s.Steps() - before)
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/steps, "ns/step")
		b.ReportMetric(float64(s.Switches()-switched)/steps, "switches/step")
		done = true
	})
	for range tasks - 1 {
		s.Go("other", func() {
			for !done {
				s.Yield("other")
			}
		})
	}
	s.Run()
}

func BenchmarkMutexHandover(b *testing.B) {
	s := sim.New(sim.Config{Strategy: alternate{}, StepMax: 1 << 62})
	mu := s.NewMutex("mu")
	done := false
	s.Go("other", func() {
		for !done {
			mu.Lock()
			s.Yield("held")
			mu.Unlock()
		}
	})
	s.Go("timed", func() {
		b.ReportAllocs()
		before := s.Steps()
		for b.Loop() {
			mu.Lock()
			s.Yield("held")
			mu.Unlock()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(s.Steps()-before), "ns/step")
		done = true
	})
	s.Run()
}

// BenchmarkRun is a whole run: five tasks, a hundred steps each.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	var steps uint64
	for b.Loop() {
		s := sim.New(sim.Config{})
		for range 5 {
			s.Go("task", func() {
				for range 100 {
					s.Yield("point")
				}
			})
		}
		steps += s.Run().Steps
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}

// BenchmarkKill is the life and death of a process of five waiting tasks: start, first switch, unwinding.
func BenchmarkKill(b *testing.B) {
	s := sim.New(sim.Config{StepMax: 1 << 62})
	s.Go("killer", func() {
		b.ReportAllocs()
		for b.Loop() {
			p := s.Process("victim")
			n := s.NewNotifier("n")
			for range 5 {
				p.Go("task", func() { n.Wait(0, sim.Forever) })
			}
			s.Sleep(1)
			p.Kill()
		}
	})
	s.Run()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/5/float64(b.N), "ns/task")
}
