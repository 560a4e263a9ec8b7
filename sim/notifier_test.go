package sim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/sim"
)

// handover is a reader that waits for what a writer publishes. The epoch is to be taken before the look; taken after it,
// a wakeup between the two is lost.
func handover(src sim.Source, epochBeforeLook bool) sim.Outcome {
	s := sim.New(sim.Config{Source: src})
	published := false
	changed := s.NewNotifier("changed")
	s.Go("reader", func() {
		for {
			epoch := changed.Epoch()
			if published {
				return
			}
			s.Yield("looked")
			if !epochBeforeLook {
				epoch = changed.Epoch()
			}
			changed.Wait(epoch, sim.Forever)
		}
	})
	s.Go("writer", func() {
		published = true
		changed.Notify()
	})
	return s.Run()
}

func TestLostWakeupIsFound(t *testing.T) {
	found := 0
	for seed := range uint64(100) {
		if o := handover(sim.NewSeed(seed), false); o.Reason == sim.Deadlock {
			found++
		}
	}
	// The reader starts first (1/2), the writer starts before it goes on (1/2) and notifies first too (1/2).
	if found < 3 || found > 25 {
		t.Errorf("lost wakeup found in %d schedules of 100, want about 12", found)
	}
}

func TestNoWakeupIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if o := handover(sim.NewSeed(rapid.Uint64().Draw(t, "seed")), true); o.Err() != nil {
			t.Fatalf("Run: %v", o)
		}
	})
}

func TestWait(t *testing.T) {
	tests := []struct {
		name    string
		since   uint64
		timeout time.Duration
		notify  time.Duration // when
		want    bool
		at      time.Duration
	}{
		{"notified", 0, time.Hour, time.Minute, true, time.Minute},
		{"notified, no timeout", 0, sim.Forever, time.Minute, true, time.Minute},
		{"timeout", 0, time.Second, time.Minute, false, time.Second},
		{"epoch differs already", 7, time.Second, time.Minute, true, 0},
		{"zero timeout", 0, 0, time.Minute, false, 0},
		{"negative timeout", 0, -1, time.Minute, false, 0},
		{"zero timeout, epoch differs", 7, 0, time.Minute, true, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(sim.Config{})
			n := s.NewNotifier("n")
			var got bool
			var at time.Duration
			s.Go("waiter", func() {
				got = n.Wait(test.since, test.timeout)
				at = s.Now()
			})
			s.Go("notifier", func() {
				s.Sleep(test.notify)
				n.Notify()
			})
			if o := s.Run(); o.Err() != nil || o.Time != test.notify {
				t.Errorf("Run: %v, want done at %v", o, test.notify)
			}
			if got != test.want || at != test.at {
				t.Errorf("Wait(%d, %v) = %t at %v, want %t at %v", test.since, test.timeout, got, at, test.want, test.at)
			}
		})
	}
}

// Where a timer and a Notify fall on the same instant, Wait tells what is true when it returns.
func TestWaitTellsTheTruthAtItsDeadline(t *testing.T) {
	seen := make(map[bool]int)
	for seed := range uint64(100) {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		n := s.NewNotifier("n")
		s.Go("waiter", func() {
			got := n.Wait(0, time.Second)
			if got != (n.Epoch() == 1) {
				t.Errorf("seed %d: Wait = %t at epoch %d", seed, got, n.Epoch())
			}
			seen[got]++
		})
		s.Go("notifier", func() { s.Sleep(time.Second); n.Notify() })
		s.Run()
	}
	if seen[true] < 10 || seen[false] < 10 {
		t.Errorf("Wait = true %d times, false %d times of 100, want both at least 10 times", seen[true], seen[false])
	}
}

// A task whose Wait has timed out waits no more: a later Notify must not cut its sleep short.
func TestTimeoutEndsTheWait(t *testing.T) {
	s := sim.New(sim.Config{})
	n := s.NewNotifier("n")
	var woke time.Duration
	s.Go("waiter", func() {
		n.Wait(0, 1)
		s.Sleep(10)
		woke = s.Now()
	})
	s.Go("notifier", func() { s.Sleep(5); n.Notify() })
	if o := s.Run(); o.Err() != nil || woke != 11 {
		t.Errorf("Run: %v, woke at %v, want done and 11ns", o, woke)
	}
}

func TestNotifyWakesAllWaiters(t *testing.T) {
	s := sim.New(sim.Config{Source: sim.NewSeed(2)})
	n := s.NewNotifier("n")
	var woken [5]uint64
	for i := range woken {
		s.Go("waiter", func() {
			for n.Epoch() < 3 {
				n.Wait(n.Epoch(), sim.Forever)
				woken[i]++
			}
		})
	}
	s.Go("notifier", func() {
		for range 3 {
			s.Sleep(1)
			n.Notify()
		}
	})
	if o := s.Run(); o.Err() != nil {
		t.Errorf("Run: %v", o)
	}
	if diff := cmp.Diff([5]uint64{3, 3, 3, 3, 3}, woken); diff != "" {
		t.Errorf("wakeups (-want +got):\n%s", diff)
	}
}
