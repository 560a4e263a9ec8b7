package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

// WriteSweep writes a report of a sweep for people: the verdict, how the runs
// ended, what they exercised and what they never reached, and the distinct
// findings, the worst of them in full. Wall is the time that the sweep took.
func WriteSweep(w io.Writer, s scenarios.Summary, wall time.Duration) error {
	var b strings.Builder
	headline(&b, s)
	block(&b, sweepFacts(s, wall).lines())
	left := slices.Concat(countTable("exercised", counterCounts(s.Counters)), []string{""}, countTable("faults struck", faultCounts(s)))
	block(&b, beside(left, countTable("yield points passed", pointCounts(s))))
	if len(s.Findings) > 0 {
		findings(&b, s)
		b.WriteString("\n")
		finding(&b, worst(s.Findings))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func sweepFacts(s scenarios.Summary, wall time.Duration) *table {
	t := &table{left: 2}
	t.add("runs", fmt.Sprintf("%d over %s", s.Runs, strings.Join(s.Config.Scenarios, ", ")))
	t.add("verdicts", phrase(verdictCounts(s)))
	t.add("outcomes", phrase(outcomeCounts(s)))
	t.add("rate", fmt.Sprintf("%.0f runs/s, %v virtual in %v wall", rate(s, wall), rounded(s.Virtual), rounded(wall)))
	t.add("schedules", fmt.Sprintf("%d steps, %d switches", s.Schedule, s.Switches))
	if s.Behaviours.Samples() > 0 {
		t.add("behaviours", s.Behaviours.String())
	}
	for _, v := range s.Vacuities() {
		t.add("vacuous", v)
	}
	t.add("never reached", missed(s))
	return t
}

// rate is how many runs were made a second, without those of an earlier sweep.
func rate(s scenarios.Summary, wall time.Duration) float64 {
	return float64(s.Runs-s.Earlier) / max(wall, 1).Seconds()
}

// missed lists the faults and the yield points of the engine that were not met.
func missed(s scenarios.Summary) string {
	all := neverReached(s)
	if len(all) == 0 {
		return "nothing: every fault struck, every yield point of the engine was passed"
	}
	return strings.Join(all, ", ")
}

func neverReached(s scenarios.Summary) []string {
	return slices.Concat(s.EffectsMissed(), texts(s.PointsMissed()))
}

func countTable(title string, all []count) []string {
	t := &table{left: 1}
	t.add(title)
	for _, c := range all {
		t.add(c.name, number(c.n))
	}
	return t.lines()
}

// findings lists the distinct findings, each with the command line of its first run.
func findings(b *strings.Builder, s scenarios.Summary) {
	b.WriteString("\n  findings\n")
	for _, f := range s.Findings {
		fmt.Fprintf(b, "    %s: %s, first %s, seed %d\n", printable(f.Signature), plural(f.Count, "run"), f.First.Scenario, f.First.Seed)
		fmt.Fprintf(b, "      %s\n", Reproduce(f.First))
	}
	if s.Unlisted > 0 {
		fmt.Fprintf(b, "    and %s with other findings, too many to list\n", plural(s.Unlisted, "run"))
	}
}

// worst is the first run of the first finding with the worst verdict.
func worst(findings []scenarios.Finding) scenarios.Result {
	first := findings[0].First
	for _, f := range findings[1:] {
		if f.First.Verdict != first.Verdict && f.First.Verdict.Worse(first.Verdict) == f.First.Verdict {
			first = f.First
		}
	}
	return first
}
