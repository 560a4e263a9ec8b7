package sim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/sim"
)

type firing struct {
	Task string
	Time time.Duration
}

// Timers fire by deadline, those of one instant in the order of their arming, and all of these before any task runs.
func TestTimersFireInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sleeps := rapid.SliceOfN(rapid.IntRange(1, 5), 0, 12).Draw(t, "sleeps")
		var fired []firing
		trace := sim.NewTrace(sim.TraceConfig{Observe: func(e sim.Event) {
			if e.Kind == sim.KindTimer {
				fired = append(fired, firing{e.Task, e.Time})
			}
		}})
		s := sim.New(sim.Config{Trace: trace, Source: sim.NewSeed(rapid.Uint64().Draw(t, "seed"))})
		var want []firing
		for _, d := range sleeps {
			sleep := time.Duration(d)
			s.Go("sleeper", func() {
				want = append(want, firing{s.TaskName(), sleep})
				s.Sleep(sleep)
				if s.Now() != sleep {
					t.Errorf("%s woke at %v, want %v", s.TaskName(), s.Now(), sleep)
				}
			})
		}
		if o := s.Run(); o.Err() != nil {
			t.Fatalf("Run: %v", o)
		}
		slices.SortStableFunc(want, func(a, b firing) int { return int(a.Time - b.Time) })
		if diff := cmp.Diff(want, fired); diff != "" {
			t.Fatalf("timers (-want +got):\n%s", diff)
		}
	})
}

// Whoever is due at one instant competes: no task runs before all timers of the instant have fired.
func TestTasksDueTogetherCompete(t *testing.T) {
	got := make(map[bool]int)
	for seed := range uint64(100) {
		var armed, woken string
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() {
				armed += name
				s.Sleep(time.Second)
				woken += name
			})
		}
		s.Run()
		got[armed == woken]++
	}
	if got[true] < 25 || got[false] < 25 {
		t.Errorf("tasks woke in the order of their timers %d times of 100, in another %d times, want about 50 each",
			got[true], got[false])
	}
}

func TestTimeStandsStillWhileATaskCanRun(t *testing.T) {
	s := sim.New(sim.Config{Source: sim.NewSeed(1)})
	woke := false
	s.Go("sleeper", func() { s.Sleep(1); woke = true })
	s.Go("busy", func() {
		for range 1000 {
			s.Yield("work")
			if s.Now() != 0 || woke {
				t.Fatalf("at %v, woke %t, while a task could run", s.Now(), woke)
			}
		}
	})
	if o := s.Run(); o.Err() != nil || !woke {
		t.Errorf("Run: %v, woke %t", o, woke)
	}
}

// A timer that is no longer needed must not fire, and its removal must not disturb the others.
func TestTimersAreDisarmed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := sim.NewSeed(rapid.Uint64().Draw(t, "seed"))
		timeouts := rapid.SliceOfN(rapid.IntRange(1, 20), 1, 10).Draw(t, "timeouts")
		notifyAt := time.Duration(rapid.IntRange(1, 20).Draw(t, "notify at"))
		s := sim.New(sim.Config{Source: src})
		n := s.NewNotifier("n")
		for _, d := range timeouts {
			timeout := time.Duration(d)
			s.Go("waiter", func() {
				if got := n.Wait(0, timeout); !got && s.Now() != timeout || got && s.Now() != notifyAt {
					t.Errorf("Wait(0, %v) = %t at %v, notified at %v", timeout, got, s.Now(), notifyAt)
				}
			})
		}
		s.Go("notifier", func() { s.Sleep(notifyAt); n.Notify() })
		o := s.Run()
		if o.Err() != nil || o.Time != notifyAt {
			t.Fatalf("Run: %v, want done at %v", o, notifyAt)
		}
	})
}

func TestSleepOfZeroOrLessIsAYieldPoint(t *testing.T) {
	s := sim.New(sim.Config{Strategy: alternate{}})
	order := ""
	s.Go("a", func() { s.Sleep(0); order += "a"; s.Sleep(-5); order += "a" })
	s.Go("b", func() { order += "b"; s.Yield("x"); order += "b" })
	if o := s.Run(); o.Err() != nil || o.Time != 0 {
		t.Errorf("Run: %v, want done at 0s", o)
	}
	if want := "baba"; order != want {
		t.Errorf("order = %q, want %q", order, want)
	}
}
