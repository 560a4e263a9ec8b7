package sim_test

import (
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/sim"
)

// A reader looks first and takes the epoch then: what is published in between, it never hears of. Trying seeds finds the
// schedule in which it waits for ever.
func Example_lostWakeup() {
	run := func(seed uint64) sim.Outcome {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
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
		return s.Run()
	}
	for seed := range uint64(1000) {
		if o := run(seed); o.Err() != nil {
			fmt.Printf("seed %d: %v\n", seed, o)
			break
		}
	}
	// Output:
	// seed 10: deadlock at 0s after 4 steps, 3 switches
	//   reader: waits at wait changed
}

// Two tasks take two locks in opposite order. The report names who waits for what, and who holds it.
func Example_deadlock() {
	run := func(src sim.Source) sim.Outcome {
		s := sim.New(sim.Config{Source: src})
		journal, index := s.NewMutex("journal"), s.NewMutex("index")
		s.Go("append", func() {
			journal.Lock()
			defer journal.Unlock()
			index.Lock()
			defer index.Unlock()
		})
		s.Go("compact", func() {
			index.Lock()
			defer index.Unlock()
			journal.Lock()
			defer journal.Unlock()
		})
		return s.Run()
	}
	for seed := range uint64(1000) {
		recorder := sim.NewRecorder(sim.NewSeed(seed))
		o := run(recorder)
		if o.Err() == nil {
			continue
		}
		fmt.Printf("seed %d: %v\n", seed, o)
		again := run(sim.NewReplay(recorder.Decisions()))
		fmt.Println("the recorded decisions give the same run:", again.Digest == o.Digest)
		break
	}
	// Output:
	// seed 0: deadlock at 0s after 4 steps, 2 switches
	//   append: waits at lock index, held by compact
	//   compact: waits at lock journal, held by append
	// the recorded decisions give the same run: true
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
