package sim_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func cancels(s *sim.Sim) (all []string) {
	for _, e := range s.Trace().Events() {
		if e.Kind == sim.KindCancel {
			all = append(all, e.String())
		}
	}
	return all
}

func traced() *sim.Sim {
	return sim.New(sim.Config{Trace: sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})})
}

// A deadline that has come ends the context as it is made.
func TestContextThatHasNoTime(t *testing.T) {
	for _, d := range []time.Duration{0, -time.Second} {
		s := traced()
		s.Go("main", func() {
			ctx, _ := s.WithTimeout(context.Background(), d)
			if err := ctx.Err(); err != context.DeadlineExceeded {
				s.Failf("Err = %v at once, want the deadline", err)
			}
		})
		if o := s.Run(); o.Reason != sim.Done || o.Violation != nil {
			t.Errorf("a timeout of %v: %v", d, o)
		}
		want := []string{`1 0.000000000 main cancel main/context "context deadline exceeded"`}
		if diff := cmp.Diff(want, cancels(s)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	}
}

// Two tasks cancel one context, under every schedule: it ends once.
func TestContextIsCancelledOnce(t *testing.T) {
	var traces []*sim.Sim
	run := func(source sim.Source) sim.Outcome {
		s := sim.New(sim.Config{Source: source, Trace: sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})})
		_, cancel := s.WithCancel(context.Background())
		s.Go("a", cancel)
		s.Go("b", cancel)
		traces = append(traces, s)
		return s.Run()
	}
	if e := sim.Explore(run, sim.ExploreConfig{Preemptions: sim.Unbounded}); e.Failure != nil {
		t.Fatal(e)
	}
	for _, s := range traces {
		if got := cancels(s); len(got) != 1 {
			t.Errorf("events %q, want one", got)
		}
	}
}

// Once a task waits without a context, the one that it waited with before is no part of
// what it waits for.
func TestDeadlockReportForgetsTheContext(t *testing.T) {
	s := sim.New(sim.Config{})
	s.Go("main", func() {
		ctx, _ := s.WithCancel(context.Background())
		work := s.NewNotifier("work")
		if fmt.Sprint(ctx) != "main/context" {
			s.Failf("the context is called %v", ctx)
		}
		_, _ = work.WaitContext(ctx, 0, time.Second)
		work.Wait(0, sim.Forever)
	})
	want := "deadlock at 1s after 2 steps, 1 switches\n  main: waits at wait work"
	if got := s.Run().String(); got != want {
		t.Errorf("outcome:\n%s\nwant:\n%s", got, want)
	}
}

// What is drawn under exploration is within its range, also where there is nothing to
// choose or too much.
func TestExploreDrawsWithinTheRange(t *testing.T) {
	run := sim.Program(sim.Config{}, func(s *sim.Sim) {
		if got := s.Draw("one", 1); got != 0 {
			s.Failf("Draw of 1 = %d", got)
		}
		if got := s.Draw("wide", 3); got != 0 {
			s.Failf("Draw of 3 = %d, want 0 beyond RangeMax", got)
		}
	})
	if e := sim.Explore(run, sim.ExploreConfig{RangeMax: 2}); e.Failure != nil {
		t.Error(e.Failure)
	}
}

func TestDiscoveryReads(t *testing.T) {
	var d sim.Discovery
	for _, hash := range []uint64{1, 2, 3, 3, 4, 4, 4, 4} {
		d.Add(hash)
	}
	want := "4 of 8 differ, the next is new with probability 0.2500, at least 0 are left"
	if got := d.String(); got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

// A saved script stands in a folder that any system can name, and what else lies there
// is passed over.
func TestSavedScripts(t *testing.T) {
	const test = "TestX/a:b \"c\"*\x01é/d"
	folder := filepath.Join("testdata", "sim", "TestX", "a_b _c____", "d")
	if got := sim.CorpusFolder(test); got != folder {
		t.Errorf("folder %q, want %q", got, folder)
	}
	t.Chdir(t.TempDir())
	script := sim.Script{Signature: "s"}
	for _, name := range []string{"0.sim", "a.txt"} { // a folder called as a script, and a note
		if err := os.MkdirAll(filepath.Join(folder, "0.sim"), 0o755); err != nil {
			t.Fatal(err)
		}
		if name == "a.txt" {
			if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	path, err := sim.CorpusSave(test, script)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := sim.CorpusPaths(test)
	if d := cmp.Diff([]string{path}, paths); d != "" || err != nil {
		t.Errorf("loaded %v (-want +got):\n%s", err, d)
	}
}
