package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

func summaryOf(planned uint64, results ...Result) Summary {
	s := newSummary(SweepConfig{Faults: FaultsOff})
	s.Planned = planned
	for _, r := range results {
		s.add(r)
	}
	return s
}

func TestSummaryFindings(t *testing.T) {
	ghost := Result{Scenario: "crash", Seed: 4, Verdict: Violated, Violation: &Violation{Oracle: "no-ghost", Shape: "fenced"}}
	again := ghost
	again.Seed = 9
	order := Result{Scenario: "crash", Seed: 5, Verdict: Violated, Violation: &Violation{Oracle: "order", Shape: "fenced"}}
	order.Trace = []sim.Event{{Kind: "x"}}
	bound := Result{Seed: 6, Verdict: Inconclusive, Reason: "step bound at 1s"}
	bound2 := Result{Seed: 7, Verdict: Inconclusive, Reason: "step bound at 2s"}
	broken := Result{Seed: 8, Verdict: HarnessError, Reason: "two runs differ\nthere"}

	s := summaryOf(7, ghost, Result{Verdict: Pass}, order, bound, bound2, broken, again)
	untraced := order
	untraced.Trace = nil
	want := []Finding{
		{"no-ghost/fenced", 2, ghost}, {"order/fenced", 1, untraced}, {"inconclusive", 2, bound}, {"harness-error/two runs differ", 1, broken},
	}
	if d := cmp.Diff(want, s.Findings); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[Verdict]uint64{Pass: 1, Violated: 3, Inconclusive: 2, HarnessError: 1}, s.Verdicts); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}

func TestSummaryFindingsAreBounded(t *testing.T) {
	s := summaryOf(findingsMax + 3)
	for i := range findingsMax + 3 {
		s.add(Result{Verdict: Violated, Violation: &Violation{Oracle: "order", Shape: fmt.Sprint(i)}})
	}
	s.add(Result{Verdict: Violated, Violation: &Violation{Oracle: "order", Shape: "7"}})
	if len(s.Findings) != findingsMax || s.Unlisted != 3 || s.Findings[7].Count != 2 {
		t.Errorf("%d findings, %d runs unlisted, %d runs in the eighth; want %d, 3, 2",
			len(s.Findings), s.Unlisted, s.Findings[7].Count, findingsMax)
	}
}

// Of runs that are equally slow those that came first stay, and no more than there is room for.
func TestSummarySlowest(t *testing.T) {
	s := summaryOf(0)
	for seed, schedule := range []uint64{5, 9, 5, 9, 1, 2, 3, 4, 6, 7, 8, 5, 1, 10} {
		s.add(Result{Scenario: "crash", Seed: uint64(seed), Schedule: schedule})
	}
	var got []string
	for _, slow := range s.Slowest {
		got = append(got, fmt.Sprintf("%d:%d", slow.Seed, slow.Schedule))
	}
	want := []string{"13:10", "1:9", "3:9", "10:8", "9:7", "8:6", "0:5", "2:5", "11:5", "7:4"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("slowest (-want +got):\n%s", d)
	}
}

func TestSummaryVerdict(t *testing.T) {
	pass, violated := Result{Verdict: Pass}, Result{Verdict: Violated, Violation: &Violation{}}
	inconclusive, broken := Result{Verdict: Inconclusive}, Result{Verdict: HarnessError}
	differs := Result{Verdict: Nondeterministic}
	tests := []struct {
		name    string
		planned uint64
		results []Result
		want    Verdict
	}{
		{"all pass", 2, []Result{pass, pass}, Pass},
		{"some are missing", 3, []Result{pass, pass}, Inconclusive},
		{"bound", 2, []Result{inconclusive, pass}, Inconclusive},
		{"violation before bound", 2, []Result{violated, inconclusive}, Violated},
		{"violation before missing", 9, []Result{violated}, Violated},
		{"harness error before violation", 9, []Result{violated, broken, inconclusive}, HarnessError},
		{"nondeterministic before all", 9, []Result{differs, broken, violated}, Nondeterministic},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := summaryOf(tt.planned, tt.results...).Verdict(); got != tt.want {
				t.Errorf("Verdict() = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSummaryMissed(t *testing.T) {
	all := make(map[string]uint64)
	for _, p := range core.Points() {
		all[string(p)] = 1
	}
	delete(all, string(core.PointSyncDone))
	s := summaryOf(2,
		Result{Verdict: Pass, Points: all, Faults: map[string]uint64{"crash-after": 2}},
		Result{Verdict: Pass, Faults: map[string]uint64{"crash-before": 1, "drop-sync": 1}})
	if d := cmp.Diff([]core.Point{core.PointSyncDone}, s.PointsMissed()); d != "" {
		t.Errorf("PointsMissed() (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"crash-at-yield", "crash-during"}, s.EffectsMissed()); d != "" {
		t.Errorf("EffectsMissed() (-want +got):\n%s", d)
	}
	if s.Faults["crash-after"] != 2 || s.Points["append/reserved"] != 1 {
		t.Errorf("faults %v, points %v", s.Faults, s.Points)
	}
}

// What a level is said to plan is what strikes at it.
func TestEffectsAreThoseThatStrike(t *testing.T) {
	for _, level := range FaultLevels() {
		t.Run(string(level), func(t *testing.T) {
			summary, err := Sweep(t.Context(), SweepConfig{From: 1, To: 12, Faults: level, Steps: 3}, func(Result) {})
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Sorted(slices.Values(summary.Effects()))
			if d := cmp.Diff(want, slices.Sorted(maps.Keys(summary.Faults))); d != "" {
				t.Errorf("effects that struck at level %s in 12 seeds (-Effects +struck):\n%s", level, d)
			}
		})
	}
}
