package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// stub is a program whose runs come to these results, all that were planned but
// for those missing.
func stub(stdout, stderr *strings.Builder, missing uint64, results ...scenarios.Result) *program {
	return &program{stdout: stdout, stderr: stderr, verdict: scenarios.Pass,
		sweep: func(_ context.Context, c scenarios.SweepConfig, each func(scenarios.Result)) (scenarios.Summary, error) {
			s := scenarios.Summary{Config: c, Runs: uint64(len(results)), Verdicts: map[scenarios.Verdict]uint64{}}
			s.Planned = s.Runs + missing
			for _, r := range results {
				s.Verdicts[r.Verdict]++
				if r.Verdict != scenarios.Pass {
					s.Findings = append(s.Findings, scenarios.Finding{Signature: r.Signature(), Count: 1, First: r})
				}
				each(r)
			}
			return s, nil
		}}
}

func result(v scenarios.Verdict) scenarios.Result {
	r := scenarios.Result{Scenario: "crash", Seed: 7, FaultMode: scenarios.FaultsLight, Steps: 12, Verdict: v}
	switch v {
	case scenarios.Violated:
		r.Violation = &scenarios.Violation{Oracle: "order", Shape: "backwards", Expected: "up", Seen: "down"}
	case scenarios.Inconclusive, scenarios.HarnessError, scenarios.Nondeterministic:
		r.Reason = "because"
	}
	return r
}

func TestExitCodes(t *testing.T) {
	pass, violated := result(scenarios.Pass), result(scenarios.Violated)
	bound, broken := result(scenarios.Inconclusive), result(scenarios.HarnessError)
	differs := result(scenarios.Nondeterministic)
	tests := []struct {
		name    string
		missing uint64
		results []scenarios.Result
		want    int
		verdict string // at the head of the reports for people
	}{
		{"pass", 0, []scenarios.Result{pass, pass}, 0, "pass: "},
		{"violation", 0, []scenarios.Result{pass, violated}, 1, "violation: "},
		{"harness error", 0, []scenarios.Result{broken, violated}, 2, "harness-error: "},
		{"nondeterministic", 0, []scenarios.Result{broken, differs, violated}, 4, "nondeterministic: "},
		{"inconclusive", 0, []scenarios.Result{bound, pass}, 3, "inconclusive: "},
		{"violation and inconclusive", 0, []scenarios.Result{bound, violated}, 1, "violation: "},
		{"interrupted", 2, []scenarios.Result{pass}, 3, "inconclusive: interrupted after 1 of 3 runs"},
		{"interrupted after a violation", 2, []scenarios.Result{violated}, 1, "violation: interrupted after 1 of 3 runs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, args := range [][]string{{"--seed", "7"}, {"--seeds", "7..9"}, {"--seed", "7", "--json"}} {
				var stdout, stderr strings.Builder
				got := stub(&stdout, &stderr, tt.missing, tt.results...).execute(t.Context(), args)
				if got != tt.want || stderr.Len() > 0 {
					t.Errorf("execute(%q) = %d with %q on standard error, want %d with nothing", args, got, stderr.String(), tt.want)
				}
				if args[len(args)-1] == "--json" {
					if lines := strings.Count(stdout.String(), "\n"); lines != len(tt.results) {
						t.Errorf("execute(%q) wrote %d lines, want %d", args, lines, len(tt.results))
					}
				} else if !strings.HasPrefix(stdout.String(), tt.verdict) {
					t.Errorf("execute(%q) wrote %q, want %q at its head", args, stdout.String(), tt.verdict)
				}
			}
		})
	}
}

// What an oracle found is in the report with the line that reproduces it, for one
// seed and for a sweep.
func TestViolationIsReported(t *testing.T) {
	for _, args := range [][]string{{"--seed", "7"}, {"--seeds", "7..9"}} {
		var stdout, stderr strings.Builder
		stub(&stdout, &stderr, 0, result(scenarios.Violated)).execute(t.Context(), args)
		for _, want := range []string{
			"violation in crash, seed 7: oracle order, backwards\n", "  expected   up\n", "  seen       down\n",
			"  reproduce  go run ./cmd/batpak-sim --scenario crash --seed 7 --faults light --steps 12\n",
		} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("execute(%q) wrote %q, want %q in it", args, stdout.String(), want)
			}
		}
	}
}

// Where two runs of a seed part is in the report, line by line, and in the JSON.
func TestNondeterminismIsReported(t *testing.T) {
	r := result(scenarios.Nondeterministic)
	r.Checked = true
	r.Reason = "Digest: 1 and 2\n" + sim.Compare([]sim.Event{{Kind: "a"}, {Kind: "b"}}, []sim.Event{{Kind: "a"}, {Kind: "c"}}).Error()
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"--seed", "7"}, "    before:\n      0 0.000000000 - a - -\n    first:\n      0 0.000000000 - b - -\n    second:\n      0 0.000000000 - c - -\n  reproduce "},
		{[]string{"--seeds", "7..9"}, "  findings\n    nondeterministic: 1 run, first crash, seed 7\n"},
		{[]string{"--seed", "7", "--json"}, `"verdict":"nondeterministic","reason":"Digest: 1 and 2\nsim: two runs that had to be the same differ at event 2\n`},
	}
	for _, tt := range tests {
		var stdout, stderr strings.Builder
		code := stub(&stdout, &stderr, 0, r).execute(t.Context(), tt.args)
		if code != 4 || !strings.Contains(stdout.String(), tt.want) {
			t.Errorf("execute(%q) = %d and wrote %q, want 4 and %q in it", tt.args, code, stdout.String(), tt.want)
		}
	}
}

// The trace of a run that did not pass is written as well.
func TestTraceOfViolation(t *testing.T) {
	r := result(scenarios.Violated)
	r.Trace = []sim.Event{{Step: 3, Kind: "x"}}
	path := t.TempDir() + "/trace"
	var stdout, stderr strings.Builder
	code := stub(&stdout, &stderr, 0, r).execute(t.Context(), []string{"--seed", "7", "--scenario", "crash", "--trace", path})
	got, err := os.ReadFile(path)
	if code != 1 || err != nil || string(got) != "3 0.000000000 - x - -\n" {
		t.Errorf("execute = %d with trace %q, %v; want 1 with one event", code, got, err)
	}
}

// A standard output that takes nothing more is an error, whatever was to be written.
func TestRunOutputFull(t *testing.T) {
	tests := []struct {
		name string
		args []string
		room int
	}{
		{"report of a seed", []string{"--seed", "1", "--scenario", "crash"}, 0},
		{"report of a sweep", []string{"--seeds", "1..2", "--scenario", "crash"}, 0},
		{"json", []string{"--seeds", "1..1000000", "--scenario", "crash", "--json"}, 2000},
		{"list", []string{"list"}, 0},
		{"version", []string{"version"}, 0},
		{"completion", []string{"completion", "fish"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stderr strings.Builder
			code := run(tt.args, &full{tt.room}, &stderr)
			if got, want := stderr.String(), "batpak-sim: no room\n"; code != 2 || got != want {
				t.Errorf("run(%q) = %d with %q on standard error, want 2 with %q", tt.args, code, got, want)
			}
		})
	}
}

// full is a writer that runs out of room.
type full struct{ room int }

func (w *full) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, errors.New("no room")
	}
	return len(b), nil
}
