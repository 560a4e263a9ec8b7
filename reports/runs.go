package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

// WriteRuns writes a report of a few runs for people: the verdict, a row for each
// run, and in full what those found that did not pass. The summary is that of the
// results, and wall the time that they took.
func WriteRuns(w io.Writer, s scenarios.Summary, results []scenarios.Result, wall time.Duration) error {
	var b strings.Builder
	headline(&b, s)
	block(&b, runTable(s, results).lines())
	var facts table
	facts.left = 2
	facts.add("faults", phrase(faultCounts(s)))
	facts.add("time", fmt.Sprintf("%v virtual, %v wall", s.Virtual, rounded(wall)))
	block(&b, facts.lines())
	for _, r := range results {
		if r.Verdict != scenarios.Pass {
			b.WriteString("\n")
			finding(&b, r)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func runTable(s scenarios.Summary, results []scenarios.Result) *table {
	t := &table{left: 3}
	t.add("scenario", "verdict", "outcome", "incarnations", "crashes", "appends", "deliveries", "faults", "switches", padded("digest", 16))
	for _, r := range results {
		addRun(t, r.Scenario, string(r.Verdict), string(r.Outcome), r.Counters, r.Faults, r.Switches, r.Digest.String())
	}
	if len(results) > 1 {
		addRun(t, "total", "", "", s.Counters, s.Faults, s.Switches, "")
	}
	return t
}

func addRun(t *table, name, verdict, outcome string, c scenarios.Counters, faults map[string]uint64, switches uint64, digest string) {
	t.add(name, verdict, outcome, number(c.Incarnations), number(c.Crashes), number(c.Appends), number(c.Deliveries),
		number(sum(faults)), number(switches), digest)
}

// headline is the verdict and what it is about.
func headline(b *strings.Builder, s scenarios.Summary) {
	fmt.Fprintf(b, "%s: %s\n", s.Verdict(), title(s))
}

// title says what runs there were.
func title(s scenarios.Summary) string {
	c, text := s.Config, ""
	if s.Runs < s.Planned {
		text = fmt.Sprintf("%s after %d of %d runs, ", cmp.Or(string(s.Ended), "interrupted"), s.Runs, s.Planned)
	}
	if c.From == c.To {
		text += fmt.Sprintf("seed %d", c.From)
	} else {
		text += fmt.Sprintf("seeds %d to %d", c.From, c.To)
	}
	text += fmt.Sprintf(", %s, faults %s, %d steps", plural(uint64(len(c.Scenarios)), "scenario"), c.Faults, c.Steps)
	text += when(c.Strategy != "" && c.Strategy != scenarios.StrategyWalk, ", strategy "+string(c.Strategy))
	text += when(len(c.Without) > 0, ", without "+strings.Join(c.Without, ", "))
	return text + when(c.CheckDeterminism, ", every run twice")
}

// block appends lines behind an empty one.
func block(b *strings.Builder, lines []string) {
	b.WriteString("\n")
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
}

func number(n uint64) string { return fmt.Sprint(n) }

func plural(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// rounded leaves three digits or so of a duration.
func rounded(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= 100*unit {
			return d.Round(unit)
		}
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}
