package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// campaign is a sweep with findings, of which one has a text that tries to break out, with a
// fault and a yield point that were never met, and with something still to be discovered.
func campaign() scenarios.Summary {
	s := summary()
	s.Verdicts = map[scenarios.Verdict]uint64{scenarios.Pass: 9962, scenarios.Inconclusive: 1, scenarios.Violated: 37}
	found := violated("crash", 17)
	found.Violation.Seen = "consumer-1 was never handed </script><b>17"
	s.Findings = []scenarios.Finding{
		{Signature: "at-least-once/passed over", Count: 20, First: found},
		{Signature: "liveness/deadlock", Count: 3, First: deadlocked("crash", 18)},
		{Signature: "inconclusive", Count: 1, First: bounded("crash", 12)},
	}
	s.Unlisted = 14
	s.Armed = map[string]uint64{"fail": 50, "drop-sync": 12}
	for i := range uint64(1000) {
		s.Behaviours.Add(i * i % 997)
	}
	for i := range uint64(10) {
		s.Slowest = append(s.Slowest, scenarios.Slow{Scenario: "long-haul", Seed: i * 31, Schedule: 90_000 - i, Virtual: time.Second})
	}
	return s
}

// TestCampaign holds the plain data of a page to the sweep that it tells.
func TestCampaign(t *testing.T) {
	c := reports.NewCampaign(campaign(), 5*time.Second)
	if c.Verdict != "violation" || c.Title != "seeds 1 to 5000, 2 scenarios, faults heavy, 12 steps, every run twice" {
		t.Errorf("campaign is %s: %s", c.Verdict, c.Title)
	}
	if want := "go run ./cmd/batpak-sim --seeds 1..5000 --faults heavy --steps 12 --scenario crash,racing-publish --check-determinism"; c.Again != want {
		t.Errorf("again %q, want %q", c.Again, want)
	}
	facts := map[string]string{}
	for _, f := range c.Facts {
		facts[f.Name] = f.Value
	}
	for name, want := range map[string]string{
		"Verdicts": "pass 9962, inconclusive 1, violation 37", "Findings": "3 distinct", "Determinism": "10000 runs carried out twice, 0 of them differ",
		"Rate": "2000 runs/s, 18000000 steps/s, 2 events delivered/s", "Never reached": "drop-sync, append/reserved",
	} {
		if facts[name] != want {
			t.Errorf("%s is %q, want %q", name, facts[name], want)
		}
	}
	want := reports.CampaignFinding{
		Signature: "liveness/deadlock", Verdict: "violation", Runs: 3, Scenario: "crash", Seed: 18, Promised: "no task waits for ever",
		Happened: deadlocked("crash", 18).Violation.Seen, Tail: deadlocked("crash", 18).Tail,
		Again: "go run ./cmd/batpak-sim --scenario crash --seed 18 --faults heavy --steps 12",
	}
	if d := cmp.Diff(want, c.Findings[1]); d != "" {
		t.Errorf("finding (-want +got):\n%s", d)
	}
	rows := map[string]reports.CampaignRow{}
	for _, table := range c.Tables {
		for _, row := range table.Rows {
			rows[table.ID+" "+row.Name] = row
		}
	}
	for key, want := range map[string]reports.CampaignRow{
		"faults fail":            {Name: "fail", Counts: []uint64{50, 5}},
		"faults drop-sync":       {Name: "drop-sync", Counts: []uint64{12, 0}, Missed: true},
		"points append/reserved": {Name: "append/reserved", Counts: []uint64{0}, Missed: true},
		"points fs/close":        {Name: "fs/close", Counts: []uint64{1234567}},
		"exercised crashes":      {Name: "crashes", Counts: []uint64{30000}},
	} {
		if d := cmp.Diff(want, rows[key]); d != "" {
			t.Errorf("%s (-want +got):\n%s", key, d)
		}
	}
	curve := c.Curve.Rows
	if n := len(curve); n != 11 || curve[0].Name != "1" || curve[n-1].Name != "1000" || curve[n-1].Counts[0] != 499 {
		t.Errorf("curve %v, want eleven points, the last of 1000 runs", curve)
	}
}

// TestReproduceSweep cuts the seeds where the sweep ended, so that the line ends too.
func TestReproduceSweep(t *testing.T) {
	tests := []struct {
		name  string
		runs  uint64
		names []string
		want  string
	}{
		{"all seeds", 10000, nil, "--seeds 1..5000 --faults heavy --steps 12"},
		{"cut within a seed", 5, []string{"crash", "rotation"}, "--seeds 1..3 --faults heavy --steps 12 --scenario crash,rotation"},
		{"cut behind a seed", 4, []string{"crash", "rotation"}, "--seeds 1..2 --faults heavy --steps 12 --scenario crash,rotation"},
		{"nothing done", 0, []string{"crash"}, "--seeds 1..1 --faults heavy --steps 12 --scenario crash"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := scenarios.Summary{Config: scenarios.SweepConfig{Scenarios: tt.names, From: 1, To: 5000, Faults: scenarios.FaultsHeavy, Steps: 12}, Planned: 10000, Runs: tt.runs}
			if tt.names == nil {
				s.Config.Scenarios = scenarios.Names()
			}
			if got, want := reports.ReproduceSweep(s), "go run ./cmd/batpak-sim "+tt.want; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// TestCampaignOfNothing makes a page of a sweep that was interrupted before its first run.
func TestCampaignOfNothing(t *testing.T) {
	var b bytes.Buffer
	s := scenarios.Summary{Config: config(), Planned: 2}
	if err := reports.WriteCampaign(&b, reports.NewCampaign(s, 0)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"interrupted after 0 of 2 runs", "No finding", "--seeds 17..17 "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("want %q in the page", want)
		}
	}
	if strings.Contains(b.String(), "<svg") {
		t.Error("there is a curve of nothing")
	}
}

// TestCurveStaysInItsFrame draws curves of few and of many runs.
func TestCurveStaysInItsFrame(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 1 << 17} {
		s := summary()
		for i := range n {
			s.Behaviours.Add(i)
		}
		chart := reports.NewCampaign(s, time.Second).Curve.Chart
		if len(chart.Across) != 5 || len(chart.Up) != 5 {
			t.Errorf("%d runs: %d ticks across, %d up", n, len(chart.Across), len(chart.Up))
		}
		last := chart.Marks[len(chart.Marks)-1]
		if want := fmt.Sprintf("%d of %d runs differ", n, n); last.Label != want {
			t.Errorf("%d runs: the last mark is %q", n, last.Label)
		}
		for _, m := range chart.Marks {
			if m.X < 62 || m.X > 534 || m.Y < 14 || m.Y > 200 {
				t.Errorf("%d runs: a mark at %v, %v", n, m.X, m.Y)
			}
		}
	}
}
