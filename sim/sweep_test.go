package sim_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// quiet is a body with a handful of schedules, none of which fails.
func quiet(s *sim.Sim) {
	for range 2 {
		s.Go("task", func() { s.Yield("a"); s.Sometimes("first", true) })
	}
}

func TestSweepFindsFailures(t *testing.T) {
	for _, strategy := range []string{"", "random", "pos", "pct:2", "pct:2:20", "mix", "exhaustive:1"} {
		t.Run(strategy, func(t *testing.T) {
			w := sim.Sweep{Body: overdraw, Strategy: strategy}
			r, err := w.Run()
			if err != nil || r.Failure == nil || r.Failure.Signature != "violation: balance is %d" {
				t.Fatalf("Run = %+v, %v; want a failure", r, err)
			}
			if o := w.Runner()(sim.NewReplay(r.Failure.Decisions)); o.Digest != r.Failure.Outcome.Digest {
				t.Errorf("replay = %v, want %v", o, r.Failure.Outcome)
			}
			again, err := sim.Sweep{Body: overdraw, Strategy: r.Strategy, Seed: r.Seed, Runs: 1}.Run()
			if r.Exploration == nil && (err != nil || again.Failure == nil || again.Failure.Outcome.Digest != r.Failure.Outcome.Digest) {
				t.Errorf("seed %d with %s = %+v, %v; want the same failure", r.Seed, r.Strategy, again, err)
			}
		})
	}
}

func TestSweepReports(t *testing.T) {
	r, err := sim.Sweep{Body: quiet, Runs: 100, Expect: []string{"second"}, Strategy: "random"}.Run()
	if err != nil || r.Failure != nil || r.Mismatch != nil || r.Escaped != "" {
		t.Fatalf("Run = %+v, %v; want nothing found", r, err)
	}
	if r.Runs != 100 || r.Seed != 99 || r.Strategy != "random" || r.StepsTop != 5 || r.Saturated {
		t.Errorf("report = %+v, want 100 runs of at most 5 steps", r)
	}
	want := []sim.Mark{{Label: "first", Reached: 200}, {Label: "second"}}
	if diff := cmp.Diff(want, r.Coverage.Marks()); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if got := r.Schedules.Distinct(); got != 6 {
		t.Errorf("%d schedules, want all 6", got)
	}
}

func TestSweepStopsWhenItLearnsNothing(t *testing.T) {
	w := sim.Sweep{Body: quiet, Saturation: 0.1}
	r, err := w.Run()
	if err != nil || !r.Saturated || r.Runs != 64 {
		t.Errorf("%d runs, saturated %t, %v; want it saturated after 64", r.Runs, r.Saturated, err)
	}
	runs := uint64(0)
	w.Body = func(s *sim.Sim) {
		quiet(s)
		runs++
		s.State(min(runs, 70))
		s.State(min(runs, 70)) // in one run it counts once
	}
	if r, err = w.Run(); err != nil || !r.Saturated || r.Runs <= 500 || r.States.Samples() != r.Runs {
		t.Errorf("%d runs, saturated %t, states %v, %v; want it to go on while there are new states", r.Runs, r.Saturated, &r.States, err)
	}
}

func TestSweepCountsInconclusiveRuns(t *testing.T) {
	r, err := sim.Sweep{Body: func(s *sim.Sim) {
		if s.Draw("coin", 2) == 1 {
			s.Sleep(2 * time.Hour)
		}
	}, Config: sim.Config{TimeMax: time.Hour}, Runs: 100}.Run()
	if err != nil || r.Inconclusive == 0 || r.Inconclusive == 100 || r.LastBound != sim.TimeBound {
		t.Errorf("Run = %+v, %v; want some runs cut short", r, err)
	}
}

func TestSweepSwitchesFeaturesOff(t *testing.T) {
	faultless := 0
	r, err := sim.Sweep{Body: func(s *sim.Sim) {
		n := uint64(0)
		for range 20 {
			n += s.Draw("fault/torn", 2)
		}
		if n == 0 {
			faultless++
		}
	}, Features: []string{"fault"}, Runs: 100}.Run()
	if err != nil || r.Runs != 100 || faultless < 35 || faultless > 70 {
		t.Errorf("%d of %d runs without a fault, %v; want about half", faultless, r.Runs, err)
	}
}

func TestSweepProgress(t *testing.T) {
	for _, strategy := range []string{"random", "exhaustive:2"} {
		r, err := sim.Sweep{Body: quiet, Strategy: strategy, Progress: func(r *sim.Report) bool { return r.Runs < 5 }}.Run()
		if err != nil || r.Runs != 5 {
			t.Errorf("%s: %d runs, %v; want 5", strategy, r.Runs, err)
		}
	}
}

func TestSweepErrors(t *testing.T) {
	for _, w := range []sim.Sweep{{Strategy: "best"}, {Strategy: "exhaustive:x"}, {Strategy: "pct:x"}} {
		if _, err := w.Run(); !errors.Is(err, sim.ErrStrategy) {
			t.Errorf("strategy %q: %v, want ErrStrategy", w.Strategy, err)
		}
	}
	if _, err := (sim.Sweep{Config: sim.Config{TimeMax: -1}}).Run(); !errors.Is(err, sim.ErrConfig) {
		t.Errorf("Run = %v, want ErrConfig", err)
	}
}

// fakeT is a test that is there to fail.
type fakeT struct {
	name, dir           string
	fatal, errors, logs string
}

func (f *fakeT) Helper()                   {}
func (f *fakeT) Name() string              { return f.name }
func (f *fakeT) Logf(s string, a ...any)   { f.logs += fmt.Sprintf(s, a...) + "\n" }
func (f *fakeT) Errorf(s string, a ...any) { f.errors += fmt.Sprintf(s, a...) + "\n" }
func (f *fakeT) Fatalf(s string, a ...any) { f.fatal += fmt.Sprintf(s, a...) + "\n" }
func (f *fakeT) ArtifactDir() string       { return f.dir }

var _ sim.TB = (*testing.T)(nil)

func TestTestSavesAndRetries(t *testing.T) {
	t.Chdir(t.TempDir())
	f := &fakeT{name: "TestBank/two at once", dir: t.TempDir()}
	sim.Test(f, overdraw)
	want := `sim: violation: balance is %d
failed at 0s after 8 steps, 5 switches
  main: balance is -60
  main: can go on at join
found in run 1, shrunk from 5 decisions to 1, none of which can be left out:
  schedule ann write balance #1 -> bob 1 of 2
`
	if !strings.HasPrefix(f.fatal, want) {
		t.Errorf("message = %s\nwant it to begin with %s", f.fatal, want)
	}
	for _, line := range []string{
		"saved as testdata/sim/TestBank/two at once/",
		"reproduce:\n  go test github.com/batpak/batpak-sim/sim -run '^TestBank$/^two at once$' -sim.seed=0 -sim.strategy=random\n",
	} {
		if !strings.Contains(f.fatal, line) {
			t.Errorf("message = %s\nwant it to contain %s", f.fatal, line)
		}
	}
	checkFile(t, f.dir+"/script.sim", "sim script 1\nsignature \"violation: balance is %d\"\nschedule ")
	checkFile(t, f.dir+"/trace.txt", "0 0.000000000 - start main -\n")

	again := &fakeT{name: f.name}
	sim.Test(again, overdraw)
	for _, line := range []string{"by the saved script testdata/sim/TestBank/two at once/", "(1 decisions exact, 0 adapted, 0 rotten)", "\n  exact   schedule "} {
		if !strings.Contains(again.fatal, line) {
			t.Errorf("second message = %s\nwant it to contain %s", again.fatal, line)
		}
	}

	fixed := &fakeT{name: f.name}
	sim.Test(fixed, quiet)
	if fixed.fatal != "" || !strings.Contains(fixed.logs, "does not fail any more (0 decisions exact, 0 adapted, 1 rotten)") {
		t.Errorf("fatal %s, logs %s; want it to pass and to tell of the script", fixed.fatal, fixed.logs)
	}
}

// What cannot be saved is said, and hides nothing else.
func TestTestSaysWhatItCannotSave(t *testing.T) {
	t.Chdir(t.TempDir())
	f := &fakeT{name: "TestIt", dir: t.TempDir()}
	if err := os.Mkdir(f.dir+"/trace.txt", 0o700); err != nil { // where a file belongs
		t.Fatal(err)
	}
	sim.Test(f, overdraw)
	for _, line := range []string{"\nsaved as testdata/sim/TestIt/", "\nno artifacts: open " + f.dir + "/trace.txt", "\nreproduce:\n"} {
		if !strings.Contains(f.fatal, line) {
			t.Errorf("message = %s\nwant it to contain %q", f.fatal, line)
		}
	}
}

// Every two seconds there is a line, first from the sweep and then from the shrinking. An interrupt ends the shrinking; what it
// has come to is reported and saved.
func TestTestShowsProgressAndCanBeInterrupted(t *testing.T) {
	tests := []struct {
		name        string
		interrupted int // at which time of asking; zero is never
		want        []string
		report      string
	}{
		{"to the end", 0, []string{
			"sim: TestIt: 2 runs",
			"sim: TestIt: shrinking violation: balance is %d, 13 decisions after 2 runs; an interrupt keeps them",
		}, "shrunk from 16 decisions to 2, none of which can be left out:\n"},
		{"interrupted", 3, []string{
			"sim: TestIt: 2 runs",
			"sim: TestIt: shrinking violation: balance is %d, 13 decisions after 2 runs; an interrupt keeps them",
		}, "shrunk from 16 decisions to 3, not to the end:\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var out strings.Builder
			now, asked := time.Unix(0, 0), 0
			clock := func() time.Time { now = now.Add(time.Second); return now }
			f := &fakeT{name: "TestIt", dir: t.TempDir()}
			sim.Sweep{Body: lateOverdraft, Seed: 7}.TestOn(f, &out, clock, func() bool { asked++; return asked == test.interrupted })
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if diff := cmp.Diff(test.want, lines[:min(len(lines), len(test.want))]); diff != "" {
				t.Errorf("first lines (-want +got):\n%s", diff)
			}
			if test.interrupted > 0 && asked != test.interrupted {
				t.Errorf("it went on to ask %d times after the interrupt", asked-test.interrupted)
			}
			if !strings.Contains(f.fatal, test.report) || !strings.Contains(f.fatal, "saved as testdata/sim/TestIt/") {
				t.Errorf("message = %s\nwant it to contain %q and where it is saved", f.fatal, test.report)
			}
		})
	}
}

// lateOverdraft fails in a run with many decisions, of which one matters.
func lateOverdraft(s *sim.Sim) {
	for range 10 {
		s.Draw("noise", 100)
	}
	if s.Draw("late", 3) < 2 {
		return
	}
	overdraw(s)
}

func TestTestComplains(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	calls := uint64(0)
	tests := []struct {
		name  string
		sweep sim.Sweep
		fatal string
		error string
	}{
		{name: "passes", sweep: sim.Sweep{Body: quiet}},
		{name: "label", sweep: sim.Sweep{Body: func(s *sim.Sim) { s.Sometimes("x", false) }, Expect: []string{"y"}, Runs: 9},
			error: "sim: never reached in 9 runs: x, y"},
		{name: "escape", sweep: sim.Sweep{Body: func(*sim.Sim) { go func() { <-stop }() }, Runs: 1},
			error: "sim: goroutines have escaped the scheduler:"},
		{name: "bound", sweep: sim.Sweep{Body: spin, Config: sim.Config{StepMax: 5}, Runs: 3},
			error: "sim: none of 3 runs came to an end: step bound"},
		{name: "mismatch", sweep: sim.Sweep{Body: func(s *sim.Sim) { calls++; s.Trace().Emit("x", "", "", calls) }},
			fatal: "sim: two runs that had to be the same differ at event 3"},
		{name: "strategy", sweep: sim.Sweep{Body: quiet, Strategy: "best"}, fatal: `sim: unknown strategy "best"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			f := &fakeT{name: "TestIt"}
			test.sweep.Test(f)
			if !strings.HasPrefix(f.fatal, test.fatal) || (f.fatal == "") != (test.fatal == "") {
				t.Errorf("fatal = %q, want %q", f.fatal, test.fatal)
			}
			if !strings.HasPrefix(f.errors, test.error) || (f.errors == "") != (test.error == "") {
				t.Errorf("error = %q, want %q", f.errors, test.error)
			}
		})
	}
}

func checkFile(t *testing.T, path, prefix string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(text), prefix) {
		t.Errorf("%s = %.200s, %v; want it to begin with %s", path, text, err, prefix)
	}
}

// The flags of the test binary run one seed again, by one strategy.
func TestTestFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	set := func(name, value string) {
		f := flag.Lookup(name)
		before := f.Value.String()
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Value.Set(before) }) // it was its value
	}
	runs := 0
	body := func(s *sim.Sim) { runs++; overdraw(s) }
	set("sim.strategy", "pct:2:20")
	set("sim.runs", "1")
	f := &fakeT{name: "TestIt"}
	sim.Test(f, quiet)
	if f.fatal+f.errors != "" || !strings.Contains(f.logs, "sim: 1 runs") {
		t.Errorf("logs %s, fatal %s; want one run", f.logs, f.fatal)
	}
	set("sim.runs", "0")
	set("sim.seed", "18446744073709551615")
	f = &fakeT{name: "TestIt"}
	sim.Test(f, body)
	if f.fatal != "" && !strings.Contains(f.fatal, "-sim.seed=18446744073709551615 -sim.strategy=pct:2:20") || runs < 3 {
		t.Errorf("fatal %s, %d runs; want that seed and strategy", f.fatal, runs)
	}
	set("sim.seed", "x")
	f = &fakeT{name: "TestIt"}
	sim.Test(f, quiet)
	if want := "sim: -sim.seed is \"x\", want a number\n"; f.fatal != want {
		t.Errorf("fatal = %q, want %q", f.fatal, want)
	}
}
