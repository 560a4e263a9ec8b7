package sim

import (
	"flag"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// TB is what [Test] needs of a test; a *testing.T has it.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	ArtifactDir() string
}

// The flags of test binaries. They are read by Test only.
var (
	seedFlag     = flag.String("sim.seed", "", "run this `seed` only, in tests by sim.Test")
	runsFlag     = flag.Uint64("sim.runs", 0, "`number` of runs of each sim.Test; 0 leaves it to the test")
	strategyFlag = flag.String("sim.strategy", "", "`strategy` of each sim.Test: random, pos, pct:DEPTH[:STEPS], mix, exhaustive:BOUND")
)

// Test runs body under many schedules, each time as the task "main" of a new Sim, and fails t when one of them fails: by
// [Sim.Failf], a panic or a deadlock. It then shrinks the failure, saves it as a [Script] under testdata/sim, and says how to
// run it again. What is saved is tried first, and stays as a test when the failure is fixed.
//
// The flags -sim.seed, -sim.runs and -sim.strategy override the fields of [Sweep] of the same names; a seed means one run
// unless -sim.runs is given too.
func Test(t TB, body func(*Sim)) {
	t.Helper()
	Sweep{Body: body}.Test(t)
}

// Test is as the function [Test], for a sweep with settings of its own. It also fails t if a label was never reached, if
// two runs of one seed differ, if goroutines have escaped, and if no run came to an end within its bounds.
//
// While it works it writes a line of progress to standard error every two seconds. An interrupt while it shrinks a failure ends
// the shrinking, and the best so far is reported and saved.
func (w Sweep) Test(t TB) {
	t.Helper()
	w.test(t, newConsole())
}

func (w Sweep) test(t TB, c *console) {
	t.Helper()
	if err := w.override(); err != nil {
		t.Fatalf("%v", err)
		return
	}
	saved := corpus{t.Name()}
	if *seedFlag == "" && !w.retry(t, saved) {
		return
	}
	sweep, progress := w, w.Progress
	sweep.Progress = func(r *Report) bool {
		c.progress("%s: %d runs", t.Name(), r.Runs)
		return progress == nil || progress(r)
	}
	r, err := sweep.Run()
	switch {
	case err != nil:
		t.Fatalf("%v", err)
	case r.Mismatch != nil:
		t.Fatalf("%v\n%s", r.Mismatch, w.reproduce(t, r))
	case r.Exploration != nil && r.Exploration.Strayed:
		t.Fatalf("sim: %v", r.Exploration)
	case r.Failure != nil:
		t.Fatalf("%s", w.explain(t, c, r, saved))
	default:
		r.complain(t, *seedFlag == "")
	}
}

func (w *Sweep) override() error {
	if *runsFlag > 0 {
		w.Runs = *runsFlag
	}
	if *strategyFlag != "" {
		w.Strategy = *strategyFlag
	}
	if *seedFlag == "" {
		return nil
	}
	seed, err := strconv.ParseUint(*seedFlag, 10, 64)
	if err != nil {
		return fmt.Errorf("sim: -sim.seed is %q, want a number", *seedFlag)
	}
	if w.Seed = seed; *runsFlag == 0 {
		w.Runs = 1
	}
	return nil
}

// retry replays what was saved, and tells whether none of it fails.
func (w Sweep) retry(t TB, saved corpus) bool {
	t.Helper()
	scripts, err := saved.load()
	if err != nil {
		t.Fatalf("%v", err)
		return false
	}
	for _, s := range scripts {
		replay := NewReplay(s.Decisions)
		o := w.Runner()(replay)
		if o.Signature() == "" {
			t.Logf("sim: %s does not fail any more (%v)", s.path, replay)
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "sim: %s\n%v\nby the saved script %s (%v):\n", o.Signature(), o, s.path, replay)
		for i, fit := range replay.Fits() {
			fmt.Fprintf(&b, "  %-7v %v\n", fit, s.Decisions[i])
		}
		fmt.Fprintf(&b, "reproduce:\n  %s", w.command(t))
		t.Fatalf("%s", b.String())
		return false
	}
	return true
}

// explain shrinks and saves a failure and says all about it.
func (w Sweep) explain(t TB, c *console, r *Report, saved corpus) string {
	var b strings.Builder
	f := *r.Failure
	fmt.Fprintf(&b, "sim: %s\n%v\n", f.Signature, f.Outcome)
	if cycle := f.Outcome.Cycle(); cycle != nil {
		fmt.Fprintf(&b, "each waits for the next: %s\n", strings.Join(append(cycle, cycle[0]), " -> "))
	}
	if p := f.Outcome.Panic; p != nil {
		fmt.Fprintf(&b, "%s\n", p.Stack)
	}
	small, err := w.shrink(t, c, f)
	if err != nil {
		fmt.Fprintf(&b, "%v\n", err)
		small.Failure = f
	}
	minimal := ", not to the end"
	if small.Minimal {
		minimal = ", none of which can be left out"
	}
	fmt.Fprintf(&b, "found in run %d, shrunk from %d decisions to %d%s:\n", r.Runs, len(f.Decisions), len(small.Decisions), minimal)
	for _, d := range small.Decisions {
		fmt.Fprintf(&b, "  %v\n", d)
	}
	if path, err := saved.save(small.Script); err != nil {
		fmt.Fprintf(&b, "not saved: %v\n", err)
	} else {
		fmt.Fprintf(&b, "saved as %s, to be tried first from now on\n", path)
	}
	if err := w.artifacts(t, small.Script); err != nil {
		fmt.Fprintf(&b, "no artifacts: %v\n", err)
	}
	b.WriteString(w.reproduce(t, r))
	return b.String()
}

// shrink makes f small, until somebody interrupts it.
func (w Sweep) shrink(t TB, c *console, f Failure) (Shrunk, error) {
	cfg := w.Config
	if cfg.StepMax == 0 {
		cfg.StepMax = 4*f.Outcome.Steps + 1000 // what spins when a decision is left out is no failure
	}
	interrupted, release := c.interrupts()
	defer release()
	return Shrink(Program(cfg, w.Body), f.Script, ShrinkConfig{Progress: func(best Shrunk) bool {
		c.progress("%s: shrinking %s, %d decisions after %d runs; an interrupt keeps them", t.Name(), f.Signature, len(best.Decisions), best.Runs)
		return !interrupted()
	}})
}

// artifacts writes the trace of the shrunk run, and its script.
func (w Sweep) artifacts(t TB, script Script) error {
	trace := newWitness()
	c := w.Config
	c.Source, c.Strategy, c.Trace = NewReplay(script.Decisions), nil, trace
	c.run(w.Body)
	var b strings.Builder
	if _, err := trace.WriteTo(&b); err != nil {
		return err
	}
	return writeFiles(t.ArtifactDir(), map[string]string{"trace.txt": b.String(), "script.sim": script.String()})
}

// reproduce is the line that runs what the report ends with again.
func (w Sweep) reproduce(t TB, r *Report) string {
	line := "reproduce:\n  " + w.command(t)
	if r.Exploration == nil {
		line += fmt.Sprintf(" -sim.seed=%d", r.Seed)
	}
	return line + " -sim.strategy=" + r.Strategy
}

// command runs the test that is running.
func (w Sweep) command(t TB) string {
	parts := strings.Split(t.Name(), "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	pattern := strings.ReplaceAll(strings.Join(parts, "/"), "'", `'\''`)
	return fmt.Sprintf("go test %s -run '%s'", packageOf(w.Body), pattern)
}

// packageOf is the import path of the package that a function is declared in, without the suffix of external tests.
func packageOf(f func(*Sim)) string {
	name := runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
	dir := strings.LastIndexByte(name, '/') + 1
	last, _, _ := strings.Cut(name[dir:], ".")
	return name[:dir] + strings.ReplaceAll(strings.TrimSuffix(last, "_test"), "%2e", ".")
}

// complain reports what else a sweep without a failure must not be. One that was cut short need not reach every label.
func (r *Report) complain(t TB, whole bool) {
	t.Helper()
	if r.Escaped != "" {
		t.Errorf("sim: goroutines have escaped the scheduler:\n%s", r.Escaped)
	}
	if missing := r.Coverage.Missing(); whole && len(missing) > 0 {
		t.Errorf("sim: never reached in %d runs: %s", r.Runs, strings.Join(missing, ", "))
	}
	switch {
	case r.Inconclusive == r.Runs:
		t.Errorf("sim: none of %d runs came to an end: %v", r.Runs, r.LastBound)
	case r.Inconclusive > 0:
		t.Logf("sim: %d of %d runs did not come to an end: %v", r.Inconclusive, r.Runs, r.LastBound)
	}
	if e := r.Exploration; e != nil {
		t.Logf("sim: %v", e)
	}
	t.Logf("sim: %d runs, schedules: %v", r.Runs, &r.Schedules)
}
