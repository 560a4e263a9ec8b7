package scenarios

import (
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/core"
)

// A sweep that has not tried what it is there to try has not passed.
func TestVacuities(t *testing.T) {
	full := func() Summary {
		s := newSummary(SweepConfig{Scenarios: Names(), From: 1, To: 100, Faults: FaultsLight})
		s.Runs, s.Planned, s.Counters.AtRisk = vacuityRuns, vacuityRuns, 1
		s.Armed["fail"], s.Faults["fail"] = vacuityArmed, 1
		for _, p := range core.Points() {
			s.Points[string(p)] = 1
		}
		return s
	}
	tests := []struct {
		name   string
		change func(*Summary)
		want   string // empty = it is not vacuous
	}{
		{"full", func(*Summary) {}, ""},
		{"a fault never struck", func(s *Summary) { delete(s.Faults, "fail") }, "fault fail was planned 100 times and never struck"},
		{"a fault was seldom planned", func(s *Summary) { s.Armed["fail"]--; delete(s.Faults, "fail") }, ""},
		{"a point never passed", func(s *Summary) { delete(s.Points, string(core.PointAppendReserved)) }, "yield point append/reserved was never passed"},
		{"a point never passed by one scenario", func(s *Summary) {
			s.Config.Scenarios = []string{"crash"}
			delete(s.Points, string(core.PointAppendReserved))
		}, ""},
		{"nothing at risk", func(s *Summary) { s.Counters.AtRisk = 0 }, "no power cut had anything acknowledged at risk"},
		{"too short to ask", func(s *Summary) { s.Runs--; s.Planned--; s.Counters.AtRisk = 0 }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := full()
			tt.change(&s)
			verdict := Pass
			if tt.want != "" {
				verdict = Vacuous
			}
			if got := strings.Join(s.Vacuities(), "; "); got != tt.want || s.Verdict() != verdict {
				t.Errorf("Vacuities() = %q, %v, want %q, %v", got, s.Verdict(), tt.want, verdict)
			}
		})
	}
	if code := Vacuous.ExitCode(); code != 5 {
		t.Errorf("exit code %d, want 5", code)
	}
}
