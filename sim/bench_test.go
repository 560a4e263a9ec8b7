package sim_test

import (
	"flag"
	"fmt"
	"iter"
	"runtime"
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

// BenchmarkSmall is a whole small scenario: three tasks, ten operations, one crash.
func BenchmarkSmall(b *testing.B) {
	b.ReportAllocs()
	var runs, steps uint64
	for b.Loop() {
		steps += small(runs).Steps
		runs++
	}
	b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}

func small(seed uint64) sim.Outcome {
	src := sim.NewSeed(seed)
	s := sim.New(sim.Config{Source: src})
	p, mu, log := s.Process("store"), s.NewMutex("mu"), 0
	for range 2 {
		p.Go("writer", func() {
			for range 5 {
				mu.Lock()
				log += int(src.Draw("value", 100))
				mu.Unlock()
				s.Yield("written")
			}
		})
	}
	s.Go("power", func() {
		for range src.Draw("crash", 20) {
			s.Yield("on")
		}
		p.Kill()
	})
	return s.Run()
}

var flat = flag.Uint64("flat", 20_000, "runs of TestMemoryIsFlat; the proof is of 1000000")

// Runs leave nothing behind: neither memory nor goroutines.
func TestMemoryIsFlat(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		for range 3 {
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var before uint64
	for seed := range *flat {
		if seed == *flat/10 {
			before = heap()
		}
		small(seed)
	}
	const slack = 256 << 10
	if after := heap(); after > before+slack {
		t.Errorf("%d bytes are held after %d runs, %d after %d", before, *flat/10, after, *flat)
	}
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

// BenchmarkExplore is a whole exploration of three tasks, by brute force and reduced.
func BenchmarkExplore(b *testing.B) {
	run := sim.Program(sim.Config{}, func(s *sim.Sim) {
		mu, n := s.NewMutex("mu"), 0
		for i := range 3 {
			s.Go("locker", func() {
				mu.Lock()
				n = n*3 + i
				mu.Unlock()
				s.Writes(fmt.Sprint("own", i))
			})
		}
	})
	for _, bound := range []int{2, sim.Unbounded} {
		for _, reduce := range []bool{false, true} {
			b.Run(fmt.Sprintf("bound=%d/reduce=%t", bound, reduce), func(b *testing.B) {
				var e sim.Exploration
				var runs uint64
				for b.Loop() {
					if e = sim.Explore(run, sim.ExploreConfig{Preemptions: bound, Reduce: reduce}); !e.Proved(bound) {
						b.Fatal(e)
					}
					runs += e.Runs
				}
				b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "schedules/s")
				b.ReportMetric(float64(e.Runs), "schedules/op")
			})
		}
	}
}
