package properties

import (
	"flag"
	"fmt"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// broken is a test that is there to fail: it remembers that it did.
type broken struct {
	*testing.T
	failed bool
}

func (b *broken) Errorf(string, ...any) { b.failed = true }
func (b *broken) Fail()                 { b.failed = true }
func (b *broken) Failed() bool          { return b.failed }
func (b *broken) FailNow()              { b.failed = true; runtime.Goexit() }
func (b *broken) Logf(string, ...any)   {}

// falsify checks a property that does not hold. When it returns, the last attempt
// that failed is the smallest failure that rapid has found. Nothing is kept of it. The
// seed is fixed, for rapid's search is local, and ends in different places.
func falsify(t *testing.T, seed, shrinkTime string, prop func(*rapid.T)) {
	t.Helper()
	set(t, "rapid.nofailfile", "true")
	set(t, "rapid.seed", seed)
	set(t, "rapid.shrinktime", shrinkTime)
	b := &broken{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rapid.Check(b, prop)
	}()
	<-done
	if !b.failed {
		t.Fatal("the property holds, want it falsified")
	}
}

// set sets a flag of rapid's until the end of the test.
func set(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	before := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(before) }) // it was its value
}

// attempt is one run of a property that is being falsified.
type attempt struct {
	decisions []sim.Decision
	outcome   sim.Outcome
}

// pushes is how many decisions are not the plainest one.
func (a attempt) pushes() int {
	n := 0
	for _, d := range a.decisions {
		if d.Value > 0 {
			n++
		}
	}
	return n
}

// A lost wake-up among other tasks, which have nothing to do with it, shrinks to hardly
// more than the one switch that matters: from the reader, between its look and its
// wait, to the writer.
func TestLostWakeupShrinks(t *testing.T) {
	var all []attempt
	falsify(t, "3", "10s", func(t *rapid.T) {
		src := &source{t: t}
		recorder := sim.NewRecorder(src)
		s := sim.New(sim.Config{Source: recorder})
		loseWakeup(s)
		o := s.Run()
		src.done()
		if o.Err() != nil {
			all = append(all, attempt{recorder.Decisions(), o})
			t.Fatal(o.Reason)
		}
	})
	last := all[len(all)-1]
	if last.outcome.Reason != sim.Deadlock {
		t.Fatalf("smallest failure = %v, want a deadlock", last.outcome)
	}
	first, got := all[0].pushes(), last.pushes()
	t.Logf("found with %d decisions for another task, shrunk to %d:\n%v", first, got, last.decisions)
	if got < 1 || got > 3 || first < 10 {
		t.Errorf("smallest failure decides %d times for another task, found with %d; want 1 to 3, out of many:\n%v", got, first, last.outcome)
	}
}

// loseWakeup starts a reader that looks first and takes the epoch then, a writer, and
// tasks that pass the time.
func loseWakeup(s *sim.Sim) {
	changed := s.NewNotifier("changed")
	published := false
	s.Go("reader", func() {
		for !published {
			s.Yield("looked")
			changed.Wait(changed.Epoch(), sim.Forever)
		}
	})
	for i := range 4 {
		s.Go(fmt.Sprintf("bystander-%d", i), func() {
			for range 5 {
				s.Yield("working")
			}
		})
	}
	s.Go("writer", func() {
		published = true
		changed.Notify()
	})
}

// A whole simulation shrinks: asked for a run in which a torn tail is cut, rapid comes
// down to one with little else in it.
func TestSimulationShrinks(t *testing.T) {
	shrinkTime := "4s"
	if testing.Short() {
		shrinkTime = "1s"
	}
	var all []scenarios.Result
	falsify(t, "1", shrinkTime, func(t *rapid.T) {
		r := simulate(t, scenarios.Config{Scenario: "torn-write", Faults: scenarios.FaultsOff, Steps: 3})
		if r.Counters.TailsCut > 0 {
			all = append(all, r)
			t.Fatal("a tail was cut")
		}
	})
	first, last := all[0], all[len(all)-1]
	t.Logf("%d attempts failed; steps %d, then %d; events %d, then %d; incarnations %d, then %d", len(all),
		first.Schedule, last.Schedule, first.Counters.Events, last.Counters.Events, first.Counters.Incarnations, last.Counters.Incarnations)
	if last.Verdict != scenarios.Pass || last.Counters.TailsCut == 0 {
		t.Errorf("smallest failure = %v with %d tails cut, want one that passes with some", last.Verdict, last.Counters.TailsCut)
	}
	if last.Schedule >= first.Schedule || last.Counters.Events > first.Counters.Events {
		t.Errorf("smallest failure has %d steps and %d events, the first had %d and %d; want fewer",
			last.Schedule, last.Counters.Events, first.Schedule, first.Counters.Events)
	}
}
