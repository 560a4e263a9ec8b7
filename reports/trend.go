package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Trend is a history made for reading: its sweeps by kind, for only those of one kind can be
// compared.
type Trend struct {
	Title string
	Kinds []TrendKind
}

// TrendKind are the sweeps of the same scenarios, faults and steps, the oldest first.
type TrendKind struct {
	Name   string
	Heads  []string
	Rows   []TrendRow
	Charts []TrendChart
}

// TrendRow is a sweep.
type TrendRow struct {
	Verdict string
	Cells   []string // as Heads
	New     []string // findings that no sweep of the kind had before
}

// TrendChart shows one number of all the sweeps.
type TrendChart struct {
	Title string
	Chart chart
}

var trendHeads = []string{"when", "build", "seeds", "verdict", "runs", "runs/s", "behaviours", "next new", "met", "findings"}

// trendLeft are the columns of trendHeads that hold text.
const trendLeft = 4

// NewTrend orders a history.
func NewTrend(all []HistoryEntry) Trend {
	t := Trend{Title: plural(uint64(len(all)), "sweep")}
	var names []string
	kinds := make(map[string][]HistoryEntry)
	for _, e := range all {
		if kinds[e.kind()] == nil {
			names = append(names, e.kind())
		}
		kinds[e.kind()] = append(kinds[e.kind()], e)
	}
	for _, name := range names {
		t.Kinds = append(t.Kinds, newTrendKind(name, kinds[name]))
	}
	return t
}

func newTrendKind(name string, sweeps []HistoryEntry) TrendKind {
	k := TrendKind{Name: name, Heads: trendHeads}
	known := make(map[string]bool)
	for _, e := range sweeps {
		row := TrendRow{Verdict: string(e.Verdict), Cells: []string{
			e.When.Format("2006-01-02 15:04"), cut(e.Revision, 20), e.seeds(), string(e.Verdict), number(e.Runs), fmt.Sprintf("%.0f", e.rate()),
			number(e.Behaviours), fmt.Sprintf("%.4f", e.Unseen), fmt.Sprintf("%d of %d", e.Met, e.Meetable), fmt.Sprint(len(e.Findings)),
		}}
		for _, signature := range e.Findings {
			if !known[signature] {
				known[signature] = true
				row.New = append(row.New, printable(signature))
			}
		}
		k.Rows = append(k.Rows, row)
	}
	k.Charts = []TrendChart{
		trendChart("Rate", "runs/s", sweeps, 0, HistoryEntry.rate),
		trendChart("Behaviours", "different behaviours", sweeps, 0, func(e HistoryEntry) float64 { return float64(e.Behaviours) }),
		trendChart("Coverage", "% of the faults and yield points met", sweeps, 100, func(e HistoryEntry) float64 { return 100 * float64(e.Met) / float64(max(e.Meetable, 1)) }),
		trendChart("Detections", "distinct findings", sweeps, 0, func(e HistoryEntry) float64 { return float64(len(e.Findings)) }),
	}
	return k
}

func trendChart(title, unit string, sweeps []HistoryEntry, most float64, value func(HistoryEntry) float64) TrendChart {
	var points, ticks []point
	tick := "01-02"
	if day := time.DateOnly; sweeps[0].When.Format(day) == sweeps[len(sweeps)-1].When.Format(day) {
		tick = "15:04"
	}
	for i, e := range sweeps {
		when := e.When.Format("2006-01-02 15:04")
		points = append(points, point{float64(i), value(e), fmt.Sprintf("%s: %.4g %s, %s", when, value(e), unit, e.Revision)})
		ticks = append(ticks, point{x: float64(i), label: e.When.Format(tick)})
	}
	return TrendChart{Title: title, Chart: newChart(unit, unit+", sweep by sweep", points, most, ticks)}
}

// WriteTrend writes a history as a table for each kind of sweep, the findings below the sweep
// that had them first.
func WriteTrend(w io.Writer, t Trend) error {
	var b strings.Builder
	b.WriteString(t.Title + "\n")
	for _, k := range t.Kinds {
		fmt.Fprintf(&b, "\n%s\n\n", k.Name)
		rows := table{left: trendLeft}
		rows.add(k.Heads...)
		for _, r := range k.Rows {
			rows.add(r.Cells...)
		}
		for i, line := range rows.lines() {
			b.WriteString(line + "\n")
			if i == 0 {
				continue
			}
			for _, signature := range k.Rows[i-1].New {
				fmt.Fprintf(&b, "    first seen: %s\n", signature)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cut shortens a text.
func cut(text string, to int) string {
	if runes := slices.Collect(strings.SplitSeq(text, "")); len(runes) > to {
		return strings.Join(runes[:to-1], "") + "…"
	}
	return text
}
