package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/batpak/batpak-sim/mutation"
	"github.com/batpak/batpak-sim/scenarios"
)

// sheet is a table and the line below it.
type sheet struct {
	head []string
	rows [][]string
	foot string
}

// findingTables are what the hunt is told by.
func findingTables(hunt mutation.Hunt, findings []mutation.Finding) []sheet {
	all := []sheet{findingTable(findings)}
	if hunt.Trials > 0 {
		all[0] = modeTable(hunt, findings)
	}
	if len(hunt.Parts) > 0 {
		all = append(all, lossTable(hunt, findings))
	}
	return all
}

// findingTable tells which seed finds each defect.
func findingTable(findings []mutation.Finding) sheet {
	t := sheet{head: []string{"defect", "first seed", "scenario", "oracle", "runs"}}
	found := 0
	for _, f := range findings {
		if !f.Found {
			t.rows = append(t.rows, []string{f.Defect, "NOT FOUND", "", "", fmt.Sprint(f.Runs)})
			continue
		}
		found++
		t.rows = append(t.rows, []string{f.Defect, fmt.Sprint(f.Seed), f.Scenario, f.Signature, fmt.Sprint(f.Runs)})
	}
	t.foot = fmt.Sprintf("%d of %d defects found", found, len(findings))
	return t
}

// modes are what a hunt compares.
func modes(hunt mutation.Hunt) []string {
	return append(slices.Clone(hunt.Strategies), mutation.Exploration)
}

// defectOf is the defect that was hunted.
func defectOf(f mutation.Finding) mutation.Defect {
	d, err := mutation.Find(f.Defect)
	if err != nil {
		panic(err) // it was hunted
	}
	return d
}

// modeTable tells how many runs, or states, each strategy takes to find each defect.
func modeTable(hunt mutation.Hunt, findings []mutation.Finding) sheet {
	modes := modes(hunt)
	t := sheet{head: slices.Concat([]string{"defect", "clause", "switches", "crash"}, modes, []string{"oracle"})}
	found := foundBy(findings)
	known := 0
	for _, f := range findings {
		row := []string{f.Defect, cmp.Or(defectOf(f).Clause, "-"), switchesCell(f), crashCell(f)}
		for _, m := range f.Modes {
			row = append(row, modeCell(m))
		}
		oracle := "NOT FOUND"
		if f.Known() {
			known++
			oracle = strings.Join(signatures(f), ", ")
		}
		t.rows = append(t.rows, append(row, oracle))
	}
	t.foot = fmt.Sprintf("%d of %d defects found", known, len(findings))
	for _, m := range modes {
		t.foot += fmt.Sprintf(", %d by %s", found[m], m)
	}
	return t
}

// foundBy is how many defects each mode finds.
func foundBy(findings []mutation.Finding) map[string]int {
	found := make(map[string]int)
	for _, f := range findings {
		for _, m := range f.Modes {
			if m.Found > 0 {
				found[m.Strategy]++
			}
		}
	}
	return found
}

// switchesCell is how many switches of tasks the smallest run needs, or a dash if none was kept.
func switchesCell(f mutation.Finding) string {
	if f.Switches == nil {
		return "-"
	}
	return fmt.Sprint(*f.Switches)
}

// crashCell says whether the defect escapes where nothing crashes, or a dash if nobody has tried.
func crashCell(f mutation.Finding) string {
	for _, loss := range f.Without {
		if loss.Name == scenarios.PartAnyCrash {
			return map[bool]string{true: "no", false: "yes"}[loss.Found]
		}
	}
	if len(f.Without) > 0 {
		return "no" // the run that was found had none
	}
	return "-"
}

// modeCell is the median and the 90th percentile, and how many trials have found it if not all have.
func modeCell(m mutation.Mode) string {
	told := defectMode(m)
	text := told.Median
	if told.Ninetieth != "" {
		text += " / " + told.Ninetieth
	}
	if told.Trials != "" {
		text += " (" + told.Trials + ")"
	}
	return text
}

// amount is a number of runs, or a dash if too few trials have found anything.
func amount(n uint64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// signatures are what the defect was found by, what most trials were ended by first.
func signatures(f mutation.Finding) []string {
	times := make(map[string]uint64)
	if f.Found && len(f.Modes) == 0 {
		times[f.Signature]++
	}
	for _, m := range f.Modes {
		for s, n := range m.Signatures {
			times[s] += n
		}
	}
	return slices.SortedFunc(maps.Keys(times), func(a, b string) int {
		return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a, b))
	})
}

// lossTable tells which defects escape without each part of the harness.
func lossTable(hunt mutation.Hunt, findings []mutation.Finding) sheet {
	t := sheet{head: []string{"without", "kind", "hunted again", "escapes"}}
	needed := 0
	for _, part := range hunt.Parts {
		again, escaped := escapes(part, findings)
		text := strings.Join(escaped, ", ")
		if len(escaped) == 0 {
			text = "none: redundant"
		} else {
			needed++
		}
		t.rows = append(t.rows, []string{part.Name, string(part.Kind), fmt.Sprint(again), text})
	}
	t.foot = fmt.Sprintf("%d of %d parts are needed to find these defects", needed, len(hunt.Parts))
	return t
}

// escapes are how many defects were hunted without the part, and those of them that were not found.
func escapes(part mutation.Part, findings []mutation.Finding) (again int, escaped []string) {
	for _, f := range findings {
		for _, loss := range f.Without {
			if loss.Part != part {
				continue
			}
			again++
			if !loss.Found {
				escaped = append(escaped, f.Defect)
			}
		}
	}
	return again, escaped
}

func writeTables(w io.Writer, tables []sheet, write func(io.Writer, sheet) error) error {
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := write(w, t); err != nil {
			return err
		}
	}
	return nil
}

// writeTextTable writes a table for the terminal.
func writeTextTable(w io.Writer, t sheet) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range slices.Concat([][]string{t.head}, t.rows) {
		fmt.Fprintln(tab, strings.Join(row, "\t"))
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", t.foot)
	return err
}

// writeMarkdownTable writes a table as Markdown. Nothing in it needs to be escaped.
func writeMarkdownTable(w io.Writer, t sheet) error {
	rows := slices.Concat([][]string{t.head, slices.Repeat([]string{"---"}, len(t.head))}, t.rows)
	for _, row := range rows {
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", t.foot)
	return err
}
