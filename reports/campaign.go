package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
)

// Campaign is a sweep in plain data, made for reading.
type Campaign struct {
	Title    string
	Verdict  string
	Again    string // the command that carries out the same runs again
	Facts    []StoryFact
	Findings []CampaignFinding
	Unlisted uint64 // runs with findings that are not listed
	Tables   []CampaignTable
	Curve    *CampaignCurve // nil = nothing was run
	Slowest  []scenarios.Slow
}

// CampaignFinding is what one or more runs found, told by the first of them.
type CampaignFinding struct {
	Signature string
	Verdict   string
	Runs      uint64
	Scenario  string
	Seed      uint64
	Promised  string // empty = it is no violation
	Happened  string
	Tail      []string
	Again     string
}

// CampaignTable counts what was met.
type CampaignTable struct {
	ID     string
	Title  string
	About  string
	Heads  []string // of the columns
	Rows   []CampaignRow
	Missed int // rows that were not met
}

// CampaignRow is a name and how often it was met, in one column or two.
type CampaignRow struct {
	Name   string
	Counts []uint64
	Missed bool
}

// CampaignCurve is how much a sweep still learns.
type CampaignCurve struct {
	About string
	Rows  []CampaignRow
	Chart chart
}

// NewCampaign tells a sweep. Wall is the time that it took.
func NewCampaign(s scenarios.Summary, wall time.Duration) Campaign {
	c := Campaign{
		Verdict: string(s.Verdict()), Again: ReproduceSweep(s), Facts: campaignFacts(s, wall), Unlisted: s.Unlisted,
		Tables: []CampaignTable{faultTable(s), exercisedTable(s), pointTable(s)}, Slowest: s.Slowest,
	}
	c.Title = title(s)
	for _, f := range s.Findings {
		c.Findings = append(c.Findings, newCampaignFinding(f))
	}
	if s.Behaviours.Samples() > 0 {
		c.Curve = newCurve(s)
	}
	return c
}

func campaignFacts(s scenarios.Summary, wall time.Duration) []StoryFact {
	each := rate(s, wall) / float64(max(s.Runs, 1))
	facts := []StoryFact{
		{"Verdicts", phrase(verdictCounts(s))},
		{"Outcomes", phrase(outcomeCounts(s))},
		{"Findings", fmt.Sprintf("%d distinct", len(s.Findings))},
		{"Determinism", determinism(s)},
		{"Rate", fmt.Sprintf("%.0f runs/s, %.0f steps/s, %.0f events delivered/s", rate(s, wall), each*float64(s.Schedule), each*float64(s.Counters.Deliveries))},
		{"Time", fmt.Sprintf("%v virtual in %v wall", rounded(s.Virtual), rounded(wall))},
		{"Schedules", fmt.Sprintf("%d steps, %d switches", s.Schedule, s.Switches)},
	}
	for _, v := range s.Vacuities() {
		facts = append(facts, StoryFact{"Vacuous", v})
	}
	return append(facts, StoryFact{"Never reached", missed(s)}, StoryFact{"Scenarios", strings.Join(s.Config.Scenarios, ", ")})
}

// determinism says whether runs of one seed were held to each other.
func determinism(s scenarios.Summary) string {
	if !s.Config.CheckDeterminism {
		return "not checked; --check-determinism carries out every run twice"
	}
	return fmt.Sprintf("%s carried out twice, %d of them differ", plural(s.Runs, "run"), s.Verdicts[scenarios.Nondeterministic])
}

func newCampaignFinding(f scenarios.Finding) CampaignFinding {
	r := f.First
	told := CampaignFinding{
		Signature: printable(f.Signature), Verdict: string(r.Verdict), Runs: f.Count, Scenario: r.Scenario, Seed: r.Seed,
		Happened: r.Reason, Again: Reproduce(r),
	}
	if v := r.Violation; v != nil {
		told.Promised, told.Happened = v.Expected, v.Seen
	}
	for _, line := range r.Tail {
		told.Tail = append(told.Tail, printable(line))
	}
	return told
}

func faultTable(s scenarios.Summary) CampaignTable {
	t := CampaignTable{ID: "faults", Title: "Faults", Heads: []string{"planned", "struck"},
		About: "Faults that wait for a place in the run are planned, and strike there: once, often, or never. Others just strike."}
	for _, c := range faultCounts(s) {
		t.add(c.name, s.Armed[c.name], c.n)
	}
	return t
}

func pointTable(s scenarios.Summary) CampaignTable {
	t := CampaignTable{ID: "points", Title: "Yield points", Heads: []string{"passed"},
		About: "The places where a task may be switched: those of the engine, and the operations of the disk."}
	for _, c := range pointCounts(s) {
		t.add(c.name, c.n)
	}
	// An operation of the disk that no run needs is no gap.
	for i, row := range t.Rows {
		if row.Missed && !slices.Contains(core.Points(), core.Point(row.Name)) {
			t.Rows[i].Missed = false
			t.Missed--
		}
	}
	return t
}

func exercisedTable(s scenarios.Summary) CampaignTable {
	t := CampaignTable{ID: "exercised", Title: "Exercised", Heads: []string{"times"}, About: "What the runs did, and what befell them."}
	for _, c := range counterCounts(s.Counters) {
		t.add(c.name, c.n)
	}
	return t
}

// add appends a row, which is missed if its last number is zero.
func (t *CampaignTable) add(name string, counts ...uint64) {
	row := CampaignRow{Name: name, Counts: counts, Missed: counts[len(counts)-1] == 0}
	if row.Missed {
		t.Missed++
	}
	t.Rows = append(t.Rows, row)
}

// newCurve draws how many behaviours differ among the first runs.
func newCurve(s scenarios.Summary) *CampaignCurve {
	c := &CampaignCurve{About: s.Behaviours.String()}
	points := []point{{}}
	add := func(samples, distinct uint64) {
		points = append(points, point{float64(samples), float64(distinct), fmt.Sprintf("%d of %d runs differ", distinct, samples)})
		c.Rows = append(c.Rows, CampaignRow{Name: number(samples), Counts: []uint64{distinct}})
	}
	last := s.Behaviours.Samples()
	for _, f := range s.Behaviours.Curve() {
		if f.Samples < last {
			add(f.Samples, f.Distinct)
		}
	}
	add(last, s.Behaviours.Distinct())
	c.Chart = newChart("Different behaviours among the first runs", "runs", points, 0, evenly(float64(last)))
	return c
}
