package sim_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestFailf(t *testing.T) {
	tests := []struct {
		name string
		body func(s *sim.Sim)
		want string
	}{
		{"in a task", func(s *sim.Sim) {
			s.Go("other", func() { s.Yield("never") })
			s.Go("checker", func() {
				s.Failf("balance is %d", -3)
				t.Error("Failf returned")
			})
		}, `failed at 0s after 2 steps, 2 switches
  checker: balance is -3
  other: can go on at yield never
  checker: can go on at start`},
		{"before the run", func(s *sim.Sim) {
			s.Failf("no %s", "work")
			s.Failf("again")
			s.Go("a", func() {})
		}, `failed at 0s after 0 steps, 0 switches
  no work
  a: can go on at start`},
		{"while unwinding", func(s *sim.Sim) {
			s.Go("a", func() {
				defer s.Failf("closed twice")
				s.NewNotifier("n").Wait(0, sim.Forever)
			})
		}, `deadlock at 0s after 1 steps, 1 switches
  a: closed twice
  a: waits at wait n`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(sim.Config{Strategy: last{}})
			test.body(s)
			o := s.Run()
			if diff := cmp.Diff(test.want, o.String()); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if !errors.Is(o.Err(), sim.ErrFailed) {
				t.Errorf("Err() = %v, want a violation", o.Err())
			}
		})
	}
}

// last is the strategy that starts all tasks and then lets the last go on.
type last struct{}

func (last) Next(c *sim.Choice) int {
	for i, t := range c.Runnable {
		if t.Site().Kind == sim.SiteStart {
			return i
		}
	}
	return len(c.Runnable) - 1
}

func TestFailfAfterTheEnd(t *testing.T) {
	s := sim.New(sim.Config{})
	s.Run()
	if got, want := panicOf(func() { s.Failf("%d left", 3) }), "sim: Failf after the end of the run: 3 left"; got != want {
		t.Errorf("panic value = %v, want %q", got, want)
	}
}

func TestSignature(t *testing.T) {
	tests := []struct {
		name         string
		cfg          sim.Config
		body         func(s *sim.Sim)
		want         string
		inconclusive bool
	}{
		{name: "done", body: func(*sim.Sim) {}},
		{name: "violation", body: func(s *sim.Sim) { s.Failf("balance is %d", -3) }, want: "violation: balance is %d"},
		{name: "panic", body: func(*sim.Sim) { panic("index 17 of 5") }, want: "panic: index # of #"},
		{name: "panic of a type", body: func(*sim.Sim) { panic(17) }, want: "panic: int"},
		{name: "deadlock", body: func(s *sim.Sim) {
			n, mu := s.NewNotifier("n 12"), s.NewMutex("mu")
			mu.Lock()
			for range 3 {
				s.Go("waiter", func() { n.Wait(0, sim.Forever) })
				s.Go("locker", mu.Lock)
			}
			s.JoinAll()
		}, want: "deadlock: lock mu, wait n #"},
		{name: "deadlock of joins", body: func(s *sim.Sim) {
			var b *sim.Task
			a := s.Go("a", func() { b.Join() })
			b = s.Go("b", a.Join)
		}, want: "deadlock: join a, join b"},
		{name: "violation while a deadlock unwinds", body: func(s *sim.Sim) {
			defer s.Failf("closed twice")
			s.NewNotifier("n").Wait(0, sim.Forever)
		}, want: "deadlock: wait n"},
		{name: "bound", cfg: sim.Config{StepMax: 5}, body: spin, inconclusive: true},
		{name: "violation while a bound unwinds", cfg: sim.Config{StepMax: 5}, body: func(s *sim.Sim) {
			defer s.Failf("closed twice")
			spin(s)
		}, want: "violation: closed twice"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := sim.Program(test.cfg, test.body)(sim.NewSeed(1))
			if got := o.Signature(); got != test.want {
				t.Errorf("Signature() = %q, want %q; outcome %v", got, test.want, o)
			}
			if got := o.Inconclusive(); got != test.inconclusive {
				t.Errorf("Inconclusive() = %t, want %t", got, test.inconclusive)
			}
		})
	}
}

func spin(s *sim.Sim) {
	for {
		s.Yield("spin")
	}
}

func TestGiveUp(t *testing.T) {
	s := sim.New(sim.Config{Source: sim.Drive(sim.NewSeed(1), quitter(3))})
	s.Go("a", func() { spin(s) })
	o := s.Run()
	if o.Reason != sim.GivenUp || o.Steps != 3 || !o.Inconclusive() || !errors.Is(o.Err(), sim.ErrGivenUp) {
		t.Errorf("Run: %v, want given up after 3 steps", o)
	}
}

// quitter gives up at a step.
type quitter uint64

func (q quitter) Next(c *sim.Choice) int {
	if c.Step == uint64(q) {
		return sim.GiveUp
	}
	return 0
}

func TestJoinAll(t *testing.T) {
	for seed := range uint64(50) {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		running := 0
		for range 3 {
			s.Go("worker", func() { running++; s.Yield("work"); s.Sleep(1); running-- })
		}
		for range 2 {
			s.Go("waiter", func() {
				s.JoinAll()
				if running > 0 {
					s.Failf("%d tasks are running", running)
				}
			})
		}
		if o := s.Run(); o.Err() != nil {
			t.Errorf("seed %d: %v", seed, o)
		}
		s.JoinAll() // all have ended
	}
}

func TestJoinAllOutsideATask(t *testing.T) {
	s := sim.New(sim.Config{})
	s.Go("a", func() {})
	want := `sim: JoinAll "" would block for ever: no task is running`
	if got := panicOf(s.JoinAll); got != want {
		t.Errorf("panic value = %v, want %q", got, want)
	}
}
