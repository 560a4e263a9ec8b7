package sim_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestClockFaults(t *testing.T) {
	tests := []struct {
		name  string
		fault func(p *sim.Process)
		// What a second of sleep takes, and what the wall clock shows after it.
		took, wall time.Duration
	}{
		{"none", func(*sim.Process) {}, time.Second, time.Second},
		{"jump ahead", func(p *sim.Process) { p.Jump(time.Hour) }, time.Second, time.Hour + time.Second},
		{"jump back", func(p *sim.Process) { p.Jump(-time.Hour) }, time.Second, -time.Hour + time.Second},
		{"two jumps", func(p *sim.Process) { p.Jump(time.Hour); p.Jump(-time.Minute) }, time.Second, 59*time.Minute + time.Second},
		{"fast", func(p *sim.Process) { p.Skew(1_000_000) }, time.Second / 2, time.Second},
		{"slow", func(p *sim.Process) { p.Skew(-500_000) }, 2 * time.Second, time.Second},
		{"fast and ahead", func(p *sim.Process) { p.Jump(time.Hour); p.Skew(250_000) }, 800 * time.Millisecond, time.Hour + time.Second},
		{"right again", func(p *sim.Process) { p.Skew(1_000_000); p.Skew(0) }, time.Second, time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(sim.Config{})
			epoch := s.Wall()
			p := s.Process("faulty")
			test.fault(p)
			p.Go("sleeper", func() {
				s.Sleep(time.Second)
				if took, wall := s.Now(), s.Wall().Sub(epoch); took != test.took || wall != test.wall {
					t.Errorf("a second took %v and the wall clock shows %v, want %v and %v", took, wall, test.took, test.wall)
				}
			})
			s.Go("healthy", func() {
				s.Sleep(time.Second)
				if wall := s.Wall().Sub(epoch); s.Now() != time.Second || wall != time.Second {
					t.Errorf("in another process a second took %v and the wall clock shows %v", s.Now(), wall)
				}
			})
			if o := s.Run(); o.Err() != nil {
				t.Error(o)
			}
		})
	}
}

// What the clock has gained stays when its rate changes.
func TestSkewAddsUp(t *testing.T) {
	s := sim.New(sim.Config{})
	epoch := s.Wall()
	p := s.Process("p")
	p.Go("a", func() {
		p.Skew(1_000_000)
		s.Sleep(2 * time.Second) // one of virtual time
		p.Skew(-500_000)
		s.Sleep(time.Second) // two
		if wall := s.Wall().Sub(epoch); wall != 3*time.Second || s.Now() != 3*time.Second {
			t.Errorf("wall clock shows %v at %v, want 3s at 3s", wall, s.Now())
		}
		s.Sleep(math.MaxInt64) // twice as long is for ever
	})
	if o := s.Run(); o.Reason != sim.TimeBound {
		t.Errorf("Run: %v, want the time bound", o)
	}
	if got, want := panicOf(func() { p.Skew(-1_000_000) }), "sim: Skew of a million or more makes time stand still"; got != want {
		t.Errorf("panic value = %v, want %q", got, want)
	}
}

func TestTimer(t *testing.T) {
	tests := []struct {
		name string
		body func(s *sim.Sim, timer *sim.Timer) (stopped bool)
		want []time.Duration // when the function was called
		stop bool
	}{
		{"fires", func(*sim.Sim, *sim.Timer) bool { return false }, []time.Duration{5}, false},
		{"stopped", func(s *sim.Sim, timer *sim.Timer) bool { s.Sleep(3); return timer.Stop() }, nil, true},
		{"stopped twice", func(_ *sim.Sim, timer *sim.Timer) bool { timer.Stop(); return timer.Stop() }, nil, false},
		{"stopped too late", func(s *sim.Sim, timer *sim.Timer) bool { s.Sleep(6); return timer.Stop() }, []time.Duration{5}, false},
		{"reset", func(s *sim.Sim, timer *sim.Timer) bool { s.Sleep(3); return timer.Reset(10) }, []time.Duration{13}, true},
		{"reset after it fired", func(s *sim.Sim, timer *sim.Timer) bool { s.Sleep(7); return timer.Reset(10) }, []time.Duration{5, 17}, false},
		{"reset to now", func(_ *sim.Sim, timer *sim.Timer) bool { return timer.Reset(0) }, []time.Duration{0}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(sim.Config{})
			var got []time.Duration
			s.Go("main", func() {
				timer := s.AfterFunc("timer", 5, func() { got = append(got, s.Now()) })
				if stopped := test.body(s, timer); stopped != test.stop {
					t.Errorf("Stop or Reset = %t, want %t", stopped, test.stop)
				}
			})
			if o := s.Run(); o.Err() != nil {
				t.Error(o)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A timer that is due, but has not run yet, can still be stopped, under some schedule and not under others.
func TestTimerRace(t *testing.T) {
	seen := make(map[bool]int)
	for seed := range uint64(50) {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		s.Go("main", func() {
			fired := false
			timer := s.AfterFunc("timer", 5, func() { fired = true })
			s.Sleep(5)
			stopped := timer.Stop()
			s.JoinAll()
			if stopped == fired {
				s.Failf("stopped %t and fired %t", stopped, fired)
			}
			seen[fired]++
		})
		if o := s.Run(); o.Err() != nil {
			t.Errorf("seed %d: %v", seed, o)
		}
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("fired and stopped = %v, want both", seen)
	}
}

func TestMemoryBound(t *testing.T) {
	tests := []struct {
		name string
		max  uint64
		body func(s *sim.Sim)
		want sim.Reason
	}{
		{"no bound", 0, func(s *sim.Sim) { s.Hold(1 << 40) }, sim.Done},
		{"within", 9192, func(s *sim.Sim) { s.Hold(1000); s.Hold(-1000); s.Hold(1000) }, sim.Done},
		{"above", 9191, func(s *sim.Sim) { s.Hold(1000); t.Error("Hold returned") }, sim.MemoryBound},
		{"tasks without end", 1 << 20, func(s *sim.Sim) {
			for {
				s.Go("task", func() {})
			}
		}, sim.MemoryBound},
		{"tasks that end", 3 * 8192, func(s *sim.Sim) {
			for range 10 {
				s.Go("task", func() {}).Join()
			}
		}, sim.Done},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := sim.Program(sim.Config{MemoryMax: test.max}, test.body)(sim.NewSeed(1))
			if o.Reason != test.want || o.Inconclusive() != (test.want != sim.Done) || errors.Is(o.Err(), sim.ErrMemoryBound) != (test.want != sim.Done) {
				t.Errorf("Run: %v, %v; want %v", o, o.Err(), test.want)
			}
		})
	}
}

// Events that a trace keeps count, up to as many as it keeps; those of the traces that Twice makes do not.
func TestMemoryBoundCountsKeptEvents(t *testing.T) {
	body := func(s *sim.Sim) {
		for range 1000 {
			s.Trace().Emit("event", "", "")
			s.Yield("on")
		}
	}
	tests := []struct {
		name string
		keep int
		want sim.Reason
	}{
		{"none", 0, sim.Done},
		{"the last ten", 10, sim.Done},
		{"the last thousand", 1000, sim.MemoryBound},
		{"all", sim.KeepAll, sim.MemoryBound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(sim.Config{MemoryMax: 64 << 10, Trace: sim.NewTrace(sim.TraceConfig{Keep: test.keep})})
			s.Go("main", func() { body(s) })
			if o := s.Run(); o.Reason != test.want {
				t.Errorf("Run: %v, want %v", o, test.want)
			}
		})
	}
	report, err := sim.Sweep{Body: body, Config: sim.Config{MemoryMax: 64 << 10}, Runs: 2}.Run()
	if err != nil || report.Mismatch != nil || report.Inconclusive > 0 {
		t.Errorf("Sweep: %v, %v, %d inconclusive, want none", err, report.Mismatch, report.Inconclusive)
	}
	sim.Twice(func(trace *sim.Trace) sim.Outcome {
		s := sim.New(sim.Config{MemoryMax: 64 << 10, Trace: trace})
		s.Go("main", func() { body(s) })
		o := s.Run()
		if o.Reason != sim.Done {
			t.Errorf("a run of Twice: %v, want done", o)
		}
		return o
	})
}

func TestCycle(t *testing.T) {
	tests := []struct {
		name string
		body func(s *sim.Sim)
		want []string
	}{
		{"nobody holds it", func(s *sim.Sim) {
			mu, n := s.NewMutex("mu"), s.NewNotifier("n")
			s.Go("holder", func() { mu.Lock(); n.Wait(0, sim.Forever) })
			s.Go("waiter", func() { s.Sleep(1); mu.Lock() })
		}, nil},
		{"two locks", func(s *sim.Sim) {
			a, b := s.NewMutex("a"), s.NewMutex("b")
			s.Go("ab", func() { a.Lock(); s.Sleep(1); b.Lock() })
			s.Go("ba", func() { b.Lock(); s.Sleep(1); a.Lock() })
			s.Go("third", func() { s.Sleep(2); a.Lock() })
		}, []string{"ab", "ba"}},
		{"a lock and a join", func(s *sim.Sim) {
			mu := s.NewMutex("mu")
			locker := s.Go("locker", func() { s.Sleep(1); mu.Lock() })
			s.Go("joiner", func() { mu.Lock(); locker.Join() })
		}, []string{"locker", "joiner"}},
		{"itself", func(s *sim.Sim) {
			mu := s.NewMutex("mu")
			s.Go("a", func() { mu.Lock(); mu.Lock() })
		}, []string{"a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(sim.Config{})
			test.body(s)
			o := s.Run()
			if diff := cmp.Diff(test.want, o.Cycle()); diff != "" || o.Reason != sim.Deadlock {
				t.Errorf("%v\ncycle (-want +got):\n%s", o, diff)
			}
		})
	}
}
