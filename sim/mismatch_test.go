package sim_test

import (
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/sim"
)

func TestTwice(t *testing.T) {
	calls := 0
	run := func(body func(s *sim.Sim)) func(*sim.Trace) sim.Outcome {
		return func(trace *sim.Trace) sim.Outcome {
			calls++
			s := sim.New(sim.Config{Source: sim.NewSeed(1), Trace: trace})
			s.Go("a", func() {
				for i := range 3 {
					s.Yield("x")
					s.Trace().Emit("note", "number", "", uint64(i))
				}
				body(s)
			})
			return s.Run()
		}
	}
	tests := []struct {
		name string
		body func(s *sim.Sim)
		want string
	}{
		{"same", func(*sim.Sim) {}, ""},
		{"another event", func(s *sim.Sim) { s.Trace().Emit("note", "", "", uint64(calls)) },
			`sim: two runs that had to be the same differ at event 6
before:
  0 0.000000000 - start a -
  1 0.000000000 a switch - start
  2 0.000000000 a note number -
  3 0.000000000 a note number - 1
  4 0.000000000 a note number - 2
first:
  4 0.000000000 a note - - 1
  4 0.000000000 a end - returned
  4 0.000000000 - over - done 4 1
  done at 0s after 4 steps, 1 switches
second:
  4 0.000000000 a note - - 2
  4 0.000000000 a end - returned
  4 0.000000000 - over - done 4 1
  done at 0s after 4 steps, 1 switches`},
		{"a further event", func(s *sim.Sim) {
			if calls == 2 {
				s.Go("late", func() {})
			}
		}, `sim: two runs that had to be the same differ at event 6
before:
  0 0.000000000 - start a -
  1 0.000000000 a switch - start
  2 0.000000000 a note number -
  3 0.000000000 a note number - 1
  4 0.000000000 a note number - 2
first:
  4 0.000000000 a end - returned
  4 0.000000000 - over - done 4 1
  done at 0s after 4 steps, 1 switches
second:
  4 0.000000000 a start late -
  4 0.000000000 a end - returned
  5 0.000000000 late switch - start
  5 0.000000000 late end - returned
  5 0.000000000 - over - done 5 2
  done at 0s after 5 steps, 2 switches`},
		{"another outcome of the same events", func(s *sim.Sim) {
			if calls == 2 {
				panic(1)
			}
			panic(2)
		}, `sim: two runs that had to be the same differ
first:
  panicked at 0s after 4 steps, 1 switches
  a: panic: 2
second:
  panicked at 0s after 4 steps, 1 switches
  a: panic: 1`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			calls = 0
			got := ""
			if m := sim.Twice(run(test.body)); m != nil {
				got = m.Error()
			}
			if got != test.want {
				t.Errorf("Twice = %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSweepFindsMismatch(t *testing.T) {
	calls := uint64(0)
	r, err := sim.Sweep{Body: func(s *sim.Sim) {
		calls++
		s.Trace().Emit("call", "", "", calls)
	}}.Run()
	if err != nil || r.Mismatch == nil || !strings.Contains(r.Mismatch.Error(), "at event 3") || r.Runs != 0 {
		t.Errorf("Run = %+v, %v, mismatch %v; want it before the first run", r, err, r.Mismatch)
	}
}

// A failure that does not come again is a mismatch, and no failure.
func TestSweepFindsAFailureThatDoesNotComeAgain(t *testing.T) {
	calls := 0
	r, err := sim.Sweep{Body: func(s *sim.Sim) {
		if calls++; calls == 3 { // the first two are compared
			s.Failf("once")
		}
	}}.Run()
	if err != nil || r.Failure != nil || r.Mismatch == nil || r.Mismatch.Outcomes[0].Violation == nil {
		t.Errorf("Run = %+v, %v; want a mismatch with the failure as its first outcome", r, err)
	}
}

func TestSweepFindsEscapedGoroutines(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	hideout := func() { <-stop }
	for _, test := range []struct {
		name string
		body func(s *sim.Sim)
		want string
	}{
		{"none", func(s *sim.Sim) { s.Go("task", func() { s.Yield("x") }) }, ""},
		{"in main", func(*sim.Sim) { go hideout() }, "TestSweepFindsEscapedGoroutines.func1"},
		{"in a task", func(s *sim.Sim) { s.Go("task", func() { go hideout() }) }, "TestSweepFindsEscapedGoroutines.func1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := sim.Sweep{Body: test.body, Runs: 2}.Run()
			if err != nil || (r.Escaped == "") != (test.want == "") || !strings.Contains(r.Escaped, test.want) {
				t.Errorf("Escaped = %s, %v; want %q", r.Escaped, err, test.want)
			}
		})
	}
}
