package sim_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata with what the tests see")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), rewrite it with -update:\n%s", path, diff)
	}
}

// tiny are programs so small that every schedule can be run. Each keeps the promise of ExploreConfig.Reduce and returns
// what tells its final states apart.
var tiny = []struct {
	name string
	body func(s *sim.Sim) (final func() string)
}{
	{"two counters", func(s *sim.Sim) func() string {
		var n [2]int
		for _, i := range []int{0, 0, 1} {
			s.Go("adder", func() {
				object := fmt.Sprint("n", i)
				s.Reads(object)
				v := n[i]
				s.Writes(object)
				n[i] = v + 1
			})
		}
		return func() string { return fmt.Sprint(n) }
	}},
	{"one counter, three tasks", func(s *sim.Sim) func() string {
		n := 0
		for i := range 3 {
			s.Go("adder", func() {
				s.Reads("n")
				v := n
				s.Writes("n")
				n = v*2 + i
			})
		}
		return func() string { return fmt.Sprint(n) }
	}},
	{"undeclared", func(s *sim.Sim) func() string {
		log := ""
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() {
				for i := range 3 {
					s.Yield("log")
					log += fmt.Sprint(name, i)
				}
			})
		}
		return func() string { return log }
	}},
	{"mutex", func(s *sim.Sim) func() string {
		mu, n, m := s.NewMutex("mu"), 1, 0
		for i := range 3 {
			s.Go("locker", func() {
				mu.Lock()
				n = n*3 + i
				mu.Unlock()
				s.Writes(fmt.Sprint("m", i))
				s.Writes("m")
				m = m*2 + i
			})
		}
		return func() string { return fmt.Sprint(n, m) }
	}},
	{"readers and a writer", func(s *sim.Sim) func() string {
		x, seen := 0, [3]int{}
		for i := range seen {
			s.Go("reader", func() { s.Reads("x"); seen[i] = x })
		}
		s.Go("writer", func() { s.Writes("x"); x++; s.Writes("x"); x++ })
		return func() string { return fmt.Sprint(seen) }
	}},
	{"notifier with a timeout", func(s *sim.Sim) func() string {
		n, seen := s.NewNotifier("n"), [2]bool{}
		for i := range seen {
			s.Go("waiter", func() { seen[i] = n.Wait(n.Epoch(), 5) })
		}
		s.Go("notifier", func() {
			n.Notify()
			s.Sleep(3)
			n.Notify()
		})
		s.Go("late", func() { s.Sleep(5); n.Notify() })
		return func() string { return fmt.Sprint(seen, s.Now()) }
	}},
	{"draws", func(s *sim.Sim) func() string {
		n := 0
		for range 2 {
			s.Go("drawer", func() {
				s.Writes("n")
				n = n*3 + int(s.Draw("digit", 3))
				s.Writes("other")
			})
		}
		return func() string { return fmt.Sprint(n) }
	}},
	{"draws before the run", func(s *sim.Sim) func() string {
		first, log := s.Draw("digit", 3), ""
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() { s.Writes("log"); log += fmt.Sprint(name, first) })
		}
		return func() string { return log }
	}},
	{"timer", func(s *sim.Sim) func() string {
		fired, stopped := false, false
		s.Go("owner", func() {
			timer := s.AfterFunc("timer", 5, func() { fired = true })
			s.Sleep(5)
			s.Writes("other")
			stopped = timer.Stop()
		})
		return func() string { return fmt.Sprint(fired, stopped) }
	}},
	{"tasks that start tasks", func(s *sim.Sim) func() string {
		log := ""
		parent := func(name string) {
			s.Go(name, func() {
				child := s.Go("child", func() { s.Writes("log"); log += s.TaskName() + " " })
				s.Writes(name)
				child.Join()
				s.Writes("log")
				log += name + " "
			})
		}
		parent("a")
		parent("b")
		return func() string { return log }
	}},
	{"kill", func(s *sim.Sim) func() string {
		n := 0
		p := s.Process("p")
		p.Go("victim", func() {
			for range 3 {
				s.Writes("n")
				n++
			}
		})
		s.Go("killer", func() { s.Writes("other"); p.Kill() })
		return func() string { return fmt.Sprint(n) }
	}},
	{"cancel against notify", func(s *sim.Sim) func() string {
		n, log := s.NewNotifier("n"), ""
		parent, cancel := s.WithCancel(context.Background())
		ctx, _ := s.WithCancel(parent)
		s.Go("waiter", func() {
			changed, err := n.WaitContext(ctx, 0, sim.Forever)
			log += fmt.Sprint(changed, err, ctx.Err())
		})
		s.Go("notifier", n.Notify)
		s.Go("canceller", cancel)
		return func() string { return log }
	}},
	{"timeout against unlock", func(s *sim.Sim) func() string {
		mu, log := s.NewMutex("mu"), ""
		s.Go("holder", func() {
			mu.Lock()
			s.Sleep(time.Second)
			mu.Unlock()
		})
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() {
				ctx, cancel := s.WithTimeout(context.Background(), time.Second)
				defer cancel()
				if mu.LockContext(ctx) == nil {
					log += name
					mu.Unlock()
				}
			})
		}
		return func() string { return log }
	}},
	{"look at a context", func(s *sim.Sim) func() string {
		log := ""
		ctx, cancel := s.WithCancelCause(context.Background())
		for _, name := range []string{"a", "b"} {
			s.Go(name, func() { cancel(errors.New(name)) })
			s.Go("look", func() {
				s.Reads(name)
				cause := context.Cause(ctx)
				s.Writes("log")
				log += fmt.Sprint(cause, " ")
			})
		}
		return func() string { return log }
	}},
	{"deadlock of two", func(s *sim.Sim) func() string {
		a, b, log := s.NewMutex("a"), s.NewMutex("b"), ""
		lock := func(name string, x, y *sim.Mutex) {
			s.Go(name, func() { x.Lock(); y.Lock(); log += name; y.Unlock(); x.Unlock() })
		}
		lock("a", a, b)
		lock("b", b, a)
		return func() string { return log }
	}},
}

// explored explores a tiny program and returns the final states that it saw: what the program says, or where it hangs.
func explored(setup func(*sim.Sim) func() string, cfg sim.ExploreConfig) (sim.Exploration, map[string]int) {
	finals := make(map[string]int)
	var final func() string
	run := func(src sim.Source) sim.Outcome {
		s := sim.New(sim.Config{Source: src})
		final = setup(s)
		o := s.Run()
		if o.Reason != sim.GivenUp {
			finals[final()+" "+o.Signature()]++
		}
		o.Violation, o.Waiting = nil, nil
		if o.Reason == sim.Deadlock {
			o.Reason = sim.Done // it is a final state here, not a failure
		}
		return o
	}
	return sim.Explore(run, cfg), finals
}

// Whatever is left out, no final state is: the reduced exploration reaches those that brute force does, in fewer
// schedules, with a bound on pre-emptions and without.
func TestExploreAgainstBruteForce(t *testing.T) {
	var table strings.Builder
	table.WriteString("Runs of exploring each tiny program, by brute force and reduced (those given up are included), without a\n" +
		"bound on pre-emptions and with one; and the final states, which are the same either way.\n\n")
	fmt.Fprintf(&table, "%-26s %8s %8s %8s %8s\n", "program", "bound", "brute", "reduced", "finals")
	for _, program := range tiny {
		for _, bound := range []int{0, 1, 2, sim.Unbounded} {
			brute, want := explored(program.body, sim.ExploreConfig{Preemptions: bound})
			reduced, got := explored(program.body, sim.ExploreConfig{Preemptions: bound, Reduce: true})
			if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
				t.Errorf("%s, bound %d: final states (-brute force +reduced):\n%s", program.name, bound, diff)
			}
			for _, e := range []sim.Exploration{brute, reduced} {
				if !e.Proved(bound) || bound == sim.Unbounded && !e.Exhausted {
					t.Errorf("%s, bound %d: %v, want it complete", program.name, bound, e)
				}
			}
			runs := reduced.Schedules + reduced.Pruned
			if runs > brute.Schedules {
				t.Errorf("%s, bound %d: %d runs reduced, %d by brute force", program.name, bound, runs, brute.Schedules)
			}
			name := fmt.Sprint(bound)
			if bound == sim.Unbounded {
				name = "none"
			}
			fmt.Fprintf(&table, "%-26s %8s %8d %8d %8d\n", program.name, name, brute.Schedules, runs, len(want))
		}
	}
	golden(t, "explore.txt", table.String())
}

func overdraw(s *sim.Sim) {
	balance := 100
	withdraw := func() {
		s.Reads("balance")
		if balance >= 80 {
			s.Writes("balance")
			balance -= 80
		}
	}
	s.Go("ann", withdraw)
	s.Go("bob", withdraw)
	s.JoinAll()
	if balance < 0 {
		s.Failf("balance is %d", balance)
	}
}

func TestExploreFindsAFailureWithFewestPreemptions(t *testing.T) {
	for _, reduce := range []bool{false, true} {
		run := sim.Program(sim.Config{}, overdraw)
		e := sim.Explore(run, sim.ExploreConfig{Preemptions: 5, Reduce: reduce})
		if e.Failure == nil || e.Failure.Signature != "violation: balance is %d" || e.Bound != 0 || e.Proved(0) == (e.Failure != nil) {
			t.Fatalf("Explore = %v, failure %+v; want it at bound 1", e, e.Failure)
		}
		replay := sim.NewReplay(e.Failure.Decisions)
		again := run(replay)
		if diff := cmp.Diff(e.Failure.Outcome, again); diff != "" || replay.Rotten()+replay.Adapted()+replay.Missing() > 0 {
			t.Errorf("replay, %d rotten, %d adapted, %d missing (-found +replayed):\n%s",
				replay.Rotten(), replay.Adapted(), replay.Missing(), diff)
		}
	}
}

// What an exploration does not cover, it says.
func TestExploreTellsHowFarItCame(t *testing.T) {
	three := func(s *sim.Sim) {
		for range 3 {
			s.Go("task", func() { s.Yield("a"); s.Yield("b") })
		}
	}
	tests := []struct {
		name   string
		cfg    sim.ExploreConfig
		run    sim.Config
		body   func(*sim.Sim)
		want   string
		proved bool
	}{
		{name: "bound", cfg: sim.ExploreConfig{Preemptions: 1}, body: three, proved: true,
			want: "complete to bound 1: 42 schedules, 0 pruned, 0 states, 48 runs at all bounds"},
		{name: "everything within the bound", cfg: sim.ExploreConfig{Preemptions: 9}, body: three, proved: true,
			want: "complete: 1680 schedules, 0 pruned, 0 states, 5040 runs at all bounds"},
		{name: "too many runs", cfg: sim.ExploreConfig{Preemptions: 1, RunMax: 40}, body: three,
			want: "complete to bound 0: 34 schedules, 0 pruned, 0 states, 40 runs at all bounds"},
		{name: "too many runs at once", cfg: sim.ExploreConfig{Preemptions: sim.Unbounded, RunMax: 50}, body: three,
			want: "incomplete: 50 schedules, 0 pruned, 0 states, 50 runs at all bounds"},
		{name: "stopped", cfg: sim.ExploreConfig{Each: func(sim.Outcome) bool { return false }}, body: three,
			want: "incomplete: 1 schedules, 0 pruned, 0 states, 1 runs at all bounds"},
		{name: "wide draws", body: func(s *sim.Sim) { s.Draw("delay", 17); s.Draw("coin", 2); s.Draw("address", 1<<63) },
			want: "complete: 2 schedules, 0 pruned, 0 states, 2 runs at all bounds; only 0 was drawn for address, delay"},
		{name: "runs that a bound ends", run: sim.Config{StepMax: 4}, body: spin,
			want: "complete: 1 schedules, 0 pruned, 0 states, 1 runs at all bounds, 1 inconclusive"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := sim.Explore(sim.Program(test.run, test.body), test.cfg)
			if got := e.String(); got != test.want {
				t.Errorf("Explore = %s\nwant      %s", got, test.want)
			}
			if got := e.Proved(test.cfg.Preemptions); got != test.proved {
				t.Errorf("Proved(%d) = %t, want %t", test.cfg.Preemptions, got, test.proved)
			}
		})
	}
}

// Code that does not repeat itself is found out, and nothing is claimed of it.
func TestExploreFindsCodeThatStrays(t *testing.T) {
	calls := 0
	tests := []struct {
		name string
		body func(s *sim.Sim)
	}{
		{"another number of tasks", func(s *sim.Sim) {
			calls++
			for range 1 + min(calls, 2) {
				s.Go("task", func() {})
			}
			s.Yield("x")
		}},
		{"another draw", func(s *sim.Sim) { calls++; s.Draw("x", uint64(1+calls)) }},
		{"a draw for a step", func(s *sim.Sim) {
			if calls++; calls > 2 {
				s.Draw("x", 2)
			}
			s.Go("task", func() {})
			s.Yield("x")
		}},
		{"an early end", func(s *sim.Sim) {
			if calls++; calls < 3 {
				s.Go("task", func() {})
				s.Yield("x")
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			calls = 0
			e := sim.Explore(sim.Program(sim.Config{}, test.body), sim.ExploreConfig{Preemptions: 3})
			if !e.Strayed || e.Proved(0) || !strings.HasPrefix(e.String(), "two runs of the same decisions differ") {
				t.Errorf("Explore = %v, want it to find that runs differ", e)
			}
		})
	}
}
