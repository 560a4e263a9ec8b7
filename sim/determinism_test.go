package sim_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// mixture is a program with a bit of everything: locks, notifiers with and without timeouts, sleeps, tasks that start
// tasks, a process that is killed somewhere and started again. It ends under every schedule.
func mixture(src sim.Source) *sim.Sim {
	return mixtureOn(src, nil)
}

func mixtureOn(src sim.Source, trace *sim.Trace) *sim.Sim {
	s := sim.New(sim.Config{Source: src, Trace: trace})
	var (
		mu      = s.NewMutex("mu")
		changed = s.NewNotifier("changed")
		queue   []uint64
		stopped bool
	)
	s.Go("reader", func() {
		for !stopped {
			epoch := changed.Epoch()
			mu.Lock()
			taken := len(queue)
			queue = nil
			mu.Unlock()
			s.Trace().Emit("took", "queue", "", uint64(taken))
			if taken == 0 {
				changed.Wait(epoch, time.Duration(1+src.Draw("timeout", 1000)))
			}
		}
	})
	write := func() {
		for range 5 {
			s.Sleep(time.Duration(src.Draw("sleep", 1000)))
			mu.Lock()
			queue = append(queue, src.Draw("value", 100))
			s.Yield("appended")
			mu.Unlock()
			changed.Notify()
		}
	}
	s.Go("supervisor", func() {
		for range 3 {
			p := s.Process("writers")
			first := p.Go("writer", write)
			p.Go("writer", write)
			s.Sleep(time.Duration(src.Draw("life", 4000)))
			if sim.Chance(src, "kill", 1, 2) {
				p.Kill()
			}
			first.Join()
		}
		stopped = true
		changed.Notify()
	})
	return s
}

const mixtureSeeds = 20

func mixtureDigests() string {
	var b strings.Builder
	for seed := range uint64(mixtureSeeds) {
		fmt.Fprintf(&b, "digest %016x\n", mixture(sim.NewSeed(seed)).Run().Digest)
	}
	return b.String()
}

func TestSameSeedSameTrace(t *testing.T) {
	for seed := range uint64(mixtureSeeds) {
		var events [2][]sim.Event
		var outcomes [2]sim.Outcome
		for i := range events {
			trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})
			outcomes[i] = mixtureOn(sim.NewSeed(seed), trace).Run()
			events[i] = trace.Events()
		}
		if diff := cmp.Diff(events[0], events[1]); diff != "" {
			t.Fatalf("seed %d: events of two runs differ (-first +second):\n%s", seed, diff)
		}
		if diff := cmp.Diff(outcomes[0], outcomes[1]); diff != "" {
			t.Fatalf("seed %d: outcomes of two runs differ (-first +second):\n%s", seed, diff)
		}
		if outcomes[0].Reason != sim.Done {
			t.Fatalf("seed %d: %v", seed, outcomes[0])
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for line := range strings.Lines(mixtureDigests()) {
		seen[line] = true
	}
	if len(seen) != mixtureSeeds {
		t.Errorf("%d seeds gave %d different digests, want as many", mixtureSeeds, len(seen))
	}
}

// childVariable makes the test below, in a process of its own, print digests instead of comparing them.
const childVariable = "SIM_TEST_PRINT_DIGESTS"

func TestSameDigestInAnotherProcess(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		fmt.Print(mixtureDigests())
		return
	}
	want := mixtureDigests()
	for _, setting := range []string{"GOMAXPROCS=1", "GOMAXPROCS=2", "GOMAXPROCS=8", "GOGC=1"} {
		t.Run(setting, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestSameDigestInAnotherProcess$")
			child.Env = append(os.Environ(), childVariable+"=1", setting)
			out, err := child.Output()
			if err != nil {
				t.Fatalf("child: %v", err)
			}
			var got strings.Builder
			for line := range strings.Lines(string(out)) {
				if strings.HasPrefix(line, "digest ") {
					got.WriteString(line)
				}
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("digests (-this process +child):\n%s", diff)
			}
		})
	}
}

// The digest of a seed is the same in every build of this version, with the race detector and without. A change here
// is a change of every digest that anyone has written down.
func TestDigestGolden(t *testing.T) {
	o := mixture(sim.NewSeed(1)).Run()
	want := sim.Outcome{Reason: sim.Done, Steps: 185, Switches: 56, Time: 7224, Digest: 3836170201317360504}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("outcome of seed 1 (-want +got):\n%s", diff)
	}
}

var doubles = flag.Uint64("doubles", 1000, "seeds of TestDoubleRuns; the proof is of 100000")

// Every seed gives the same digest twice, whatever the runtime of Go is set to, and all of them the same in another
// process.
func TestDoubleRuns(t *testing.T) {
	settings := []struct {
		name string
		set  func() (restore func())
	}{
		{"GOMAXPROCS=1", func() func() { n := runtime.GOMAXPROCS(1); return func() { runtime.GOMAXPROCS(n) } }},
		{"GOMAXPROCS=2", func() func() { n := runtime.GOMAXPROCS(2); return func() { runtime.GOMAXPROCS(n) } }},
		{"GOMAXPROCS=8", func() func() { n := runtime.GOMAXPROCS(8); return func() { runtime.GOMAXPROCS(n) } }},
		{"GOGC=1", func() func() { n := debug.SetGCPercent(1); return func() { debug.SetGCPercent(n) } }},
	}
	all := fnv.New64a()
	each := *doubles / uint64(len(settings))
	for i, setting := range settings {
		restore := setting.set()
		for seed := uint64(i) * each; seed < uint64(i+1)*each; seed++ {
			first, second := mixture(sim.NewSeed(seed)).Run(), mixture(sim.NewSeed(seed)).Run()
			if first.Digest != second.Digest {
				t.Errorf("seed %d, %s: digests %016x and %016x", seed, setting.name, first.Digest, second.Digest)
			}
			fmt.Fprintf(all, "%x ", first.Digest)
		}
		restore()
	}
	line := fmt.Sprintf("all digests %016x\n", all.Sum64())
	if os.Getenv(childVariable) != "" {
		fmt.Print(line)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestDoubleRuns$", fmt.Sprintf("-doubles=%d", *doubles))
	child.Env = append(os.Environ(), childVariable+"=1")
	if out, err := child.Output(); err != nil || !strings.Contains(string(out), line) {
		t.Errorf("another process: %v\n%s\nwant it to print %s", err, out, line)
	}
}
