package sim_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/sim"
)

// A reader looks first and takes the epoch then: what is published in between, it never hears of. The sweep finds the
// schedule in which it waits for ever, and the failure shrinks to the one switch that matters.
func Example_lostWakeup() {
	sweep := sim.Sweep{Body: func(s *sim.Sim) {
		changed := s.NewNotifier("changed")
		published := false
		s.Go("reader", func() {
			for !published {
				s.Yield("looked")
				epoch := changed.Epoch() // too late: belongs before the look
				changed.Wait(epoch, sim.Forever)
			}
		})
		s.Go("writer", func() {
			published = true
			changed.Notify()
		})
	}}
	report, _ := sweep.Run()
	small, _ := sim.Shrink(sweep.Runner(), report.Failure.Script, sim.ShrinkConfig{})
	fmt.Print(small.Script)
	fmt.Println("again:", sweep.Runner()(sim.NewReplay(small.Decisions)))
	// Output:
	// sim script 1
	// signature "deadlock: wait changed"
	// schedule reader yield looked #1 -> writer 1 of 2
	// again: deadlock at 0s after 5 steps, 4 switches
	//   reader: waits at wait changed
}

// Two tasks take two locks in opposite order. The report names who waits for what, and who holds it.
func Example_deadlock() {
	sweep := sim.Sweep{Body: func(s *sim.Sim) {
		journal, index := s.NewMutex("journal"), s.NewMutex("index")
		both := func(first, second *sim.Mutex) {
			first.Lock()
			defer first.Unlock()
			second.Lock()
			defer second.Unlock()
		}
		s.Go("append", func() { both(journal, index) })
		s.Go("compact", func() { both(index, journal) })
	}}
	report, _ := sweep.Run()
	small, _ := sim.Shrink(sweep.Runner(), report.Failure.Script, sim.ShrinkConfig{})
	fmt.Print(small.Script)
	fmt.Println("again:", sweep.Runner()(sim.NewReplay(small.Decisions)))
	// Output:
	// sim script 1
	// signature "deadlock: lock index, lock journal"
	// schedule append lock index #1 -> compact 1 of 2
	// again: deadlock at 0s after 5 steps, 3 switches
	//   append: waits at lock index, held by compact
	//   compact: waits at lock journal, held by append
}

// Two tasks check a balance and then take from it. Failf says what must not be, and its format is the signature.
func Example_checkThenAct() {
	sweep := sim.Sweep{Body: func(s *sim.Sim) {
		balance := 100
		withdraw := func() {
			if balance >= 80 {
				s.Yield("checked")
				balance -= 80
			}
		}
		s.Go("ann", withdraw)
		s.Go("bob", withdraw)
		s.JoinAll()
		if balance < 0 {
			s.Failf("balance is %d", balance)
		}
	}}
	report, _ := sweep.Run()
	small, _ := sim.Shrink(sweep.Runner(), report.Failure.Script, sim.ShrinkConfig{})
	fmt.Print(small.Script)
	fmt.Println("again:", sweep.Runner()(sim.NewReplay(small.Decisions)))
	// Output:
	// sim script 1
	// signature "violation: balance is %d"
	// schedule ann yield checked #1 -> bob 1 of 2
	// again: failed at 0s after 6 steps, 5 switches
	//   main: balance is -60
	//   main: can go on at join
}

// An exploration finds what fails with the fewest pre-emptions, or shows that nothing within the bound does. Declared
// accesses let it leave out schedules that differ in nothing.
func ExampleExplore() {
	for _, locked := range []bool{false, true} {
		run := sim.Program(sim.Config{}, func(s *sim.Sim) {
			mu, n := s.NewMutex("mu"), 0
			add := func() {
				if locked {
					mu.Lock()
					defer mu.Unlock()
				}
				s.Reads("n")
				v := n
				s.Writes("n")
				n = v + 1
			}
			s.Go("ann", add)
			s.Go("bob", add)
			s.JoinAll()
			if n != 2 {
				s.Failf("counted %d", n)
			}
		})
		fmt.Println(sim.Explore(run, sim.ExploreConfig{Preemptions: 2, Reduce: true}))
	}
	// Output:
	// violation: counted %d after 4 runs: 2 schedules, 0 pruned, 5 states, 4 runs at all bounds
	// complete: 10 schedules, 0 pruned, 9 states, 20 runs at all bounds
}

// In a test of its own, Test does all this: it sweeps, shrinks, saves the script, and says how to run it again.
func ExampleTest() {
	var t *testing.T // that of the test
	_ = func() {
		sim.Test(t, func(s *sim.Sim) {
			// Build the code under test, start its tasks with s.Go, wait with s.JoinAll, and judge with s.Failf.
		})
	}
}

// Kill is a power cut: deferred calls run, recover does not help, and other processes go on.
func ExampleProcess_Kill() {
	s := sim.New(sim.Config{})
	store := s.Process("store")
	writer := store.Go("writer", func() {
		defer func() { fmt.Println("writer is gone at", s.Now()) }()
		for n := 1; ; n++ {
			fmt.Println("write", n)
			s.Sleep(400 * time.Millisecond)
		}
	})
	s.Go("power cut", func() {
		s.Sleep(time.Second)
		store.Kill()
		writer.Join()
		fmt.Println("next life:", s.Process("store").Name())
	})
	fmt.Println(s.Run())
	// Output:
	// write 1
	// write 2
	// write 3
	// writer is gone at 1s
	// next life: store#2
	// done at 1s after 6 steps, 3 switches
}

// A context of the Sim ends on virtual time, or by its cancel, as a step of the schedule. So code that takes a context can be
// tested with it; the waits of this package, into which it calls in the end, obey it.
func ExampleSim_WithTimeout() {
	s := sim.New(sim.Config{})
	s.Go("main", func() {
		journal := s.NewMutex("journal")
		s.Go("slow", func() {
			journal.Lock()
			defer journal.Unlock()
			s.Sleep(time.Hour)
		})
		s.Sleep(time.Second)
		ctx, cancel := s.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		fmt.Println(journal.LockContext(ctx), "at", s.Now())
	})
	fmt.Println(s.Run())
	// Output:
	// context deadline exceeded at 1m1s
	// done at 1h0m0s after 6 steps, 4 switches
}
