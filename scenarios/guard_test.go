package scenarios

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestGuardedPanic(t *testing.T) {
	config := Config{Scenario: "crash", Seed: 5, Faults: FaultsLight, Steps: 3}
	got := guarded(func(Config) (Result, error) { panic("boom") }, config)
	if !strings.Contains(got.Stack, "TestGuardedPanic") {
		t.Errorf("stack = %q, want the function that panicked in it", got.Stack)
	}
	got.Stack = ""
	want := Result{Scenario: "crash", Seed: 5, FaultMode: FaultsLight, Steps: 3, Verdict: HarnessError, Reason: "panic: boom", Outcome: Unended}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("guarded (-want +got):\n%s", d)
	}
}

func TestGuardedError(t *testing.T) {
	got := guarded(func(Config) (Result, error) { return Result{}, errors.New("no such thing") }, Config{Seed: 5})
	if got.Verdict != HarnessError || got.Reason != "no such thing" || got.Seed != 5 {
		t.Errorf("guarded = %+v, want a harness error of seed 5", got)
	}
}

// script is a run that has another result each time, and a trace if asked for.
func script(results ...Result) runFunc {
	return func(c Config) (Result, error) {
		r := results[0]
		if len(results) > 1 {
			results = results[1:]
		}
		if c.Keep == 0 {
			r.Trace = nil
		}
		return r, nil
	}
}

func TestTwice(t *testing.T) {
	event := func(kind string) sim.Event { return sim.Event{Step: 7, Kind: kind} }
	one := Result{Verdict: Pass, Digest: 1, Switches: 3, Stack: "here", Trace: []sim.Event{event("a"), event("b")}}
	digest := Result{Verdict: Violated, Digest: 2, Switches: 4, Trace: []sim.Event{event("a"), event("c"), event("d")}}
	shorter := Result{Verdict: Pass, Digest: 2, Trace: []sim.Event{event("a")}}
	switches := one
	switches.Switches = 4
	stack := one
	stack.Stack = "there"
	const partedAtB = `Digest: 0000000000000001 and 0000000000000002
sim: two runs that had to be the same differ at event 2
before:
  7 0.000000000 - a - -
first:
  7 0.000000000 - b - -
second:`
	tests := []struct {
		name string
		runs []Result
		want string // the reason; empty = they are the same
	}{
		{"the same", []Result{one}, ""},
		{"only another stack", []Result{one, stack}, ""},
		{"another digest", []Result{one, digest, one, digest},
			partedAtB + "\n  7 0.000000000 - c - -\n  7 0.000000000 - d - -"},
		{"a shorter trace", []Result{one, shorter, one, shorter},
			partedAtB},
		{"now and then", []Result{one, digest, one, one, one, digest},
			partedAtB + "\n  7 0.000000000 - c - -\n  7 0.000000000 - d - -"},
		{"never again", []Result{one, digest, one},
			"Digest: 0000000000000001 and 0000000000000002\nthe traces of 9 further runs were all the same"},
		{"not in the trace", []Result{one, switches, one},
			"Switches: 3 and 4\nthe traces of 9 further runs were all the same"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.runs[0]
			want.Trace = nil
			want.Checked = true
			if tt.want != "" {
				want.Verdict = Nondeterministic
				want.Reason = tt.want
			}
			if d := cmp.Diff(want, twice(script(tt.runs...), Config{})); d != "" {
				t.Errorf("twice (-want +got):\n%s", d)
			}
		})
	}
}

// A result that differs in any field at all is noticed.
func TestDifferenceNamesTheField(t *testing.T) {
	tests := []struct {
		name string
		make func(*Result)
	}{
		{"Verdict", func(r *Result) { r.Verdict = Violated }},
		{"Violation", func(r *Result) { r.Violation = &Violation{Oracle: "order"} }},
		{"Counters", func(r *Result) { r.Counters.Appends = 1 }},
		{"Faults", func(r *Result) { r.Faults = map[string]uint64{"fail": 1} }},
		{"Points", func(r *Result) { r.Points = map[string]uint64{"fs/sync": 1} }},
		{"Virtual", func(r *Result) { r.Virtual = 1 }},
		{"Tail", func(r *Result) { r.Tail = []string{"x"} }},
		{"Trace", func(r *Result) { r.Trace = []sim.Event{{}} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var changed Result
			tt.make(&changed)
			if got := difference(Result{}, changed); !strings.HasPrefix(got, tt.name+": ") {
				t.Errorf("difference = %q, want field %s", got, tt.name)
			}
		})
	}
}

func TestSweepCheckDeterminism(t *testing.T) {
	runs := 0
	summary, err := sweep(t.Context(), SweepConfig{To: 1, Workers: 1, CheckDeterminism: true}, func(c Config) (Result, error) {
		runs++
		return stub(c)
	}, func(r Result) {
		if !r.Checked {
			t.Errorf("result of %s, seed %d is not checked", r.Scenario, r.Seed)
		}
	})
	if all := uint64(len(Names())); err != nil || uint64(runs) != 4*all || summary.Runs != 2*all || summary.Verdict() != Pass {
		t.Errorf("sweep = %v, %v, %d runs out of %d; want two of each scenario that pass, each run twice", summary.Verdict(), err, summary.Runs, runs)
	}
}

// One run that differs is the verdict of the whole sweep, before a violation and an
// error of the harness, and it has an exit code of its own.
func TestSweepFindsNondeterminism(t *testing.T) {
	var violated, broken, pass = Result{Verdict: Violated, Violation: &Violation{}}, Result{Verdict: HarnessError}, Result{Verdict: Pass}
	results := []Result{violated, violated, broken, broken, pass, {Verdict: Pass, Digest: 1}, pass}
	config := SweepConfig{Scenarios: []string{"crash"}, To: 2, Workers: 1, CheckDeterminism: true}
	summary, err := sweep(t.Context(), config, script(results...), func(Result) {})
	if err != nil || summary.Verdict() != Nondeterministic || summary.Verdict().ExitCode() != 4 {
		t.Errorf("sweep = %v with exit code %d, %v; want %v with 4", summary.Verdict(), summary.Verdict().ExitCode(), err, Nondeterministic)
	}
	if got := summary.Findings[len(summary.Findings)-1]; got.Signature != "nondeterministic" {
		t.Errorf("the last finding is %q, want nondeterministic", got.Signature)
	}
}
