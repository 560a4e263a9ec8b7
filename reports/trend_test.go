package reports_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/internal/schematest"
	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// history is of two kinds of sweep, of which one has findings that come and go.
func history() []reports.HistoryEntry {
	began := time.Date(2026, 11, 20, 23, 5, 59, 123, time.FixedZone("", 3600))
	all := []reports.HistoryEntry{}
	for i := range 5 {
		s := campaign()
		if i == 2 {
			s.Config.Scenarios, s.Config.CheckDeterminism = scenarios.Names(), false
		}
		if i%3 != 1 {
			s.Findings, s.Verdicts = nil, map[scenarios.Verdict]uint64{scenarios.Pass: s.Runs}
		}
		all = append(all, reports.NewHistoryEntry(s, time.Duration(i+4)*time.Second, "v1", began.Add(time.Duration(i)*24*time.Hour)))
	}
	return all
}

func TestHistory(t *testing.T) {
	var b strings.Builder
	for _, e := range history() {
		if err := reports.WriteHistoryEntry(&b, e); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "history", b.String())
	for line := range strings.Lines(b.String()) {
		if err := schematest.Check(os.DirFS("schema"), "history-1.json", line); err != nil {
			t.Error(err)
		}
	}
	back, err := reports.ReadHistory(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(history(), back); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
}

// A sweep that went on from an earlier one counts and times its own runs.
func TestHistoryOfResumedSweep(t *testing.T) {
	s := campaign()
	s.Earlier = 9000
	if e := reports.NewHistoryEntry(s, time.Second, "v1", time.Time{}); e.Runs != 1000 {
		t.Errorf("%d runs, want 1000", e.Runs)
	}
	facts := reports.NewCampaign(s, time.Second).Facts
	if want := (reports.StoryFact{Name: "Rate", Value: "1000 runs/s, 9000000 steps/s, 1 events delivered/s"}); facts[4] != want {
		t.Errorf("%v, want %v", facts[4], want)
	}
}

func TestReadHistoryRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nonsense", "x\n", "line 1: invalid character"},
		{"another version", `{"version": 1}` + "\n" + `{"version": 2}`, "line 2: version 2, legal is 1"},
		{"half a line", `{"version": 1}` + "\n" + `{"version": 1, "run`, "line 2: unexpected end"},
		{"a line without end", strings.Repeat(" ", 1<<20+1), "line 1: bufio.Scanner: token too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := reports.ReadHistory(strings.NewReader(tt.text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("ReadHistory = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWriteTrend(t *testing.T) {
	var b strings.Builder
	if err := reports.WriteTrend(&b, reports.NewTrend(history())); err != nil {
		t.Fatal(err)
	}
	golden(t, "trend", b.String())
}
