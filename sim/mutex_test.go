package sim_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/sim"
)

// adders runs tasks that each add to a shared counter, round by round, in a way that loses updates unless locked.
func adders(src sim.Source, tasks, rounds int, locked bool) (int, sim.Outcome) {
	s := sim.New(sim.Config{Source: src})
	mu := sync.Locker(s.NewMutex("mu"))
	if !locked {
		mu = unlocked{}
	}
	count := 0
	for range tasks {
		s.Go("adder", func() {
			for range rounds {
				mu.Lock()
				read := count
				s.Yield("read")
				count = read + 1
				mu.Unlock()
			}
		})
	}
	o := s.Run()
	return count, o
}

// pass goes through mu and does nothing there.
func pass(mu sync.Locker) {
	mu.Lock()
	defer mu.Unlock()
}

type unlocked struct{}

func (unlocked) Lock()   {}
func (unlocked) Unlock() {}

func TestMutualExclusion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := sim.NewSeed(rapid.Uint64().Draw(t, "seed"))
		tasks := rapid.IntRange(1, 6).Draw(t, "tasks")
		rounds := rapid.IntRange(1, 8).Draw(t, "rounds")
		count, o := adders(src, tasks, rounds, true)
		if want := tasks * rounds; count != want || o.Err() != nil {
			t.Fatalf("count = %d, want %d; %v", count, want, o)
		}
	})
}

func TestWithoutMutexUpdatesAreLost(t *testing.T) {
	lost := 0
	for seed := range uint64(100) {
		if count, _ := adders(sim.NewSeed(seed), 2, 1, false); count != 2 {
			lost++
		}
	}
	// The task that starts first has read; the other starts before it goes on with probability 1/2.
	if lost < 30 || lost > 70 {
		t.Errorf("updates lost in %d runs of 100, want about 50", lost)
	}
}

// Every waiter can be the one that gets the mutex, and a late task can get it before those who waited.
func TestWaitersCompete(t *testing.T) {
	got := make(map[string]int)
	for seed := range uint64(300) {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		mu := s.NewMutex("mu")
		order := ""
		mu.Lock()
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() {
				mu.Lock()
				order += name
				mu.Unlock()
			})
		}
		s.Go("late", func() {
			s.Sleep(1) // until both wait
			mu.Unlock()
			mu.Lock()
			order += "c"
			mu.Unlock()
		})
		if o := s.Run(); o.Err() != nil {
			t.Fatalf("seed %d: %v", seed, o)
		}
		got[order]++
	}
	for _, order := range []string{"abc", "acb", "bac", "bca", "cab", "cba"} {
		// The first of three is drawn with probability 1/3, the second with 1/2: 50 of 300 expected.
		if got[order] < 25 {
			t.Errorf("order %s came up %d times of 300, want about 50", order, got[order])
		}
	}
	if len(got) != 6 {
		t.Errorf("orders = %v, want six", got)
	}
}

// A waiter costs no step while it cannot get the mutex.
func TestWaitersDoNotSpin(t *testing.T) {
	s := sim.New(sim.Config{Strategy: alternate{}})
	mu := s.NewMutex("mu")
	s.Go("holder", func() {
		mu.Lock()
		for range 100 {
			s.Yield("held")
		}
		mu.Unlock()
	})
	for range 5 {
		s.Go("waiter", func() { pass(mu) })
	}
	// Six starts, 6 acquisitions, 100 yields.
	if o := s.Run(); o.Reason != sim.Done || o.Steps != 112 {
		t.Errorf("Run: %v, want done after 112 steps", o)
	}
}

func TestUnlockByAnotherTask(t *testing.T) {
	s := sim.New(sim.Config{})
	mu, n := s.NewMutex("mu"), s.NewNotifier("locked")
	order := ""
	s.Go("locker", func() { mu.Lock(); n.Notify() })
	s.Go("unlocker", func() {
		n.Wait(0, sim.Forever)
		mu.Unlock()
		mu.Lock()
		order += "unlocker"
	})
	if o := s.Run(); o.Err() != nil || order != "unlocker" {
		t.Errorf("Run: %v, order %q, want done, unlocker", o, order)
	}
}

// A mutex that two processes share comes free when the one that holds it dies, in the state "waiting for it" too.
func TestKilledHolderReleases(t *testing.T) {
	for _, deferred := range []bool{false, true} {
		t.Run(fmt.Sprintf("deferred=%t", deferred), func(t *testing.T) {
			s := sim.New(sim.Config{Strategy: first{}})
			mu, other := s.NewMutex("mu"), s.NewMutex("other")
			victim := s.Process("victim")
			for range 2 { // the second waits for mu
				victim.Go("task", func() {
					mu.Lock()
					if deferred {
						defer mu.Unlock()
					}
					other.Lock()
					s.Sleep(1000)
				})
			}
			var got []string
			s.Go("survivor", func() {
				s.Sleep(1)
				victim.Kill()
				mu.Lock()
				other.Lock()
				got = append(got, "survivor")
				mu.Unlock()
				other.Unlock()
			})
			o := s.Run()
			if o.Err() != nil || o.Time != 1 {
				t.Errorf("Run: %v, want done at 1ns", o)
			}
			if diff := cmp.Diff([]string{"survivor"}, got); diff != "" {
				t.Errorf("got both mutexes (-want +got):\n%s", diff)
			}
		})
	}
}
