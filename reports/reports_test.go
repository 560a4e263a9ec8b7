package reports_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/batpak/batpak-sim/internal/schematest"
	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// of is the summary of a few results, all that were planned.
func of(results ...scenarios.Result) scenarios.Summary {
	s := scenarios.Summary{
		Config: config(), Planned: uint64(len(results)), Runs: uint64(len(results)),
		Verdicts: map[scenarios.Verdict]uint64{}, Faults: map[string]uint64{},
	}
	s.Config.Scenarios = nil
	for _, r := range results {
		s.Config.Scenarios = append(s.Config.Scenarios, r.Scenario)
		s.Verdicts[r.Verdict]++
		s.Counters.Add(r.Counters)
		for _, effect := range []string{"crash-during", "drop-sync"} {
			s.Faults[effect] += r.Faults[effect]
		}
		s.Switches += r.Switches
		s.Virtual += r.Virtual
	}
	return s
}

func TestWriteRuns(t *testing.T) {
	interrupted := of(passed("crash", 17))
	interrupted.Config.Scenarios = []string{"crash", "racing-publish"}
	interrupted.Planned = 2
	tests := []struct {
		name    string
		results []scenarios.Result
		summary scenarios.Summary // zero = of the results
		wall    time.Duration
	}{
		{name: "runs-pass", results: []scenarios.Result{passed("crash", 17), passed("racing-publish", 17)}, wall: 23456789},
		{name: "runs-one", results: []scenarios.Result{passed("crash", 17)}, wall: 999},
		{name: "runs-violation", results: []scenarios.Result{violated("crash", 17), passed("racing-publish", 17)}, wall: 234567890},
		{name: "runs-deadlock", results: []scenarios.Result{deadlocked("crash", 17)}, wall: 2345678900},
		{name: "runs-harness-error", results: []scenarios.Result{violated("crash", 17), panicked("racing-publish", 17)}, wall: 234567890123},
		{name: "runs-inconclusive", results: []scenarios.Result{bounded("crash", 17)}},
		{name: "runs-interrupted", results: []scenarios.Result{passed("crash", 17)}, summary: interrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.summary.Runs == 0 {
				tt.summary = of(tt.results...)
			}
			var b strings.Builder
			if err := reports.WriteRuns(&b, tt.summary, tt.results, tt.wall); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name, b.String())
		})
	}
}

func TestWriteSweep(t *testing.T) {
	everything := summary()
	everything.Faults["drop-sync"], everything.Points["append/reserved"] = 1, 1

	found := summary()
	found.Runs = 9000
	found.Verdicts = map[scenarios.Verdict]uint64{scenarios.Pass: 8962, scenarios.Inconclusive: 1, scenarios.Violated: 37}
	found.Findings = []scenarios.Finding{
		{Signature: "inconclusive", Count: 1, First: bounded("crash", 12)},
		{Signature: "at-least-once/passed over", Count: 20, First: violated("crash", 17)},
		{Signature: "liveness/deadlock", Count: 3, First: deadlocked("crash", 18)},
	}
	found.Unlisted = 14
	tests := []struct {
		name    string
		summary scenarios.Summary
		wall    time.Duration
	}{
		{"sweep-pass", summary(), 5 * time.Second},
		{"sweep-everything-reached", everything, 5 * time.Second},
		{"sweep-findings", found, 45678 * time.Millisecond},
		{"sweep-nothing-done", scenarios.Summary{Config: config(), Planned: 2}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := reports.WriteSweep(&b, tt.summary, tt.wall); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name, b.String())
		})
	}
}

func TestWriteJSON(t *testing.T) {
	var b strings.Builder
	for _, r := range []scenarios.Result{passed("crash", 17), violated("crash", 18), panicked("crash", 19), bounded("crash", 20)} {
		r.Trace = trace()
		if err := reports.WriteJSON(&b, r); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "json", b.String())
	for line := range strings.Lines(b.String()) {
		if err := schematest.Check(os.DirFS("schema"), "run-1.json", line); err != nil {
			t.Error(err)
		}
	}
}

func TestWriteTrace(t *testing.T) {
	var b strings.Builder
	if err := reports.WriteTrace(&b, trace()); err != nil {
		t.Fatal(err)
	}
	golden(t, "trace", b.String())
}

func TestReportsAreText(t *testing.T) {
	var b bytes.Buffer
	r := panicked("crash", 17)
	if err := reports.WriteRuns(&b, of(r), []scenarios.Result{r}, 0); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.ContainsAny(line, "\x1b\r\x00") || !utf8.ValidString(line) {
			t.Errorf("%q is not plain text", line)
		}
		if strings.HasSuffix(line, " \n") {
			t.Errorf("%q ends in a space", line)
		}
	}
}

var errFull = errors.New("full")

// full is a writer that takes the first bytes only.
type full struct{ room int }

func (w *full) Write(b []byte) (int, error) {
	if len(b) > w.room {
		return w.room, errFull
	}
	w.room -= len(b)
	return len(b), nil
}

func TestWritersFail(t *testing.T) {
	r := passed("crash", 17)
	tests := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"runs", func(w io.Writer) error { return reports.WriteRuns(w, of(r), []scenarios.Result{r}, 0) }},
		{"sweep", func(w io.Writer) error { return reports.WriteSweep(w, summary(), 0) }},
		{"json", func(w io.Writer) error { return reports.WriteJSON(w, r) }},
		{"trace", func(w io.Writer) error { return reports.WriteTrace(w, trace()) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.write(&full{room: 60}); !errors.Is(err, errFull) {
				t.Errorf("write = %v, want %v", err, errFull)
			}
		})
	}
}
