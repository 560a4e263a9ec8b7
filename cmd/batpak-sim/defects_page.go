package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/mutation"
	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// hole is the verdict of a hunt that a defect escapes.
const hole = "hole"

// defectTable is the page of a hunt. Planned is how many defects it was to hunt.
func (m *hunting) defectTable(hunt mutation.Hunt, planned int, findings []mutation.Finding) reports.DefectTable {
	t := reports.DefectTable{Verdict: string(scenarios.Pass), Again: m.again()}
	if hunt.Trials > 0 {
		t.Modes = modes(hunt)
	}
	var missed []string
	for _, f := range findings {
		row := defectRow(hunt, f)
		switch {
		case !row.Found:
			missed = append(missed, row.Name)
		case !slices.Contains(t.Oracles, row.Oracle):
			t.Oracles = append(t.Oracles, row.Oracle)
		}
		t.Rows = append(t.Rows, row)
	}
	slices.Sort(t.Oracles)
	for _, part := range hunt.Parts {
		again, escaped := escapes(part, findings)
		t.Parts = append(t.Parts, reports.DefectPart{Name: part.Name, Kind: string(part.Kind), Again: again, Escaped: escaped})
	}
	slices.SortStableFunc(t.Parts, func(a, b reports.DefectPart) int { return len(b.Escaped) - len(a.Escaped) })
	t.Title = fmt.Sprintf("%d of %d defects found", len(findings)-len(missed), len(findings))
	t.Facts = huntFacts(hunt, findings)
	if left := planned - len(findings); left > 0 {
		t.Verdict = string(scenarios.Inconclusive)
		t.Facts = append(t.Facts, reports.StoryFact{Name: "Not hunted", Value: fmt.Sprintf("%d more: it was interrupted, or met an error", left)})
	}
	if len(missed) > 0 {
		t.Verdict = hole
		t.Facts = append(t.Facts, reports.StoryFact{Name: "Not found", Value: strings.Join(missed, ", ")})
	}
	return t
}

func huntFacts(hunt mutation.Hunt, findings []mutation.Finding) []reports.StoryFact {
	seeds := fmt.Sprintf("1 to %d, each with every scenario, faults %s", hunt.Seeds, hunt.Faults)
	if hunt.Trials > 0 {
		seeds = fmt.Sprintf("%d in each of %d trials, each with every scenario, faults %s", hunt.Seeds, hunt.Trials, hunt.Faults)
	}
	facts := []reports.StoryFact{{Name: "Seeds", Value: seeds}}
	if hunt.Trials > 0 {
		found := foundBy(findings)
		var by []string
		for _, mode := range modes(hunt) {
			by = append(by, fmt.Sprintf("%s %d", mode, found[mode]))
		}
		facts = append(facts, reports.StoryFact{Name: "Found by", Value: strings.Join(by, ", ")})
	}
	if len(hunt.Parts) > 0 {
		needed := 0
		for _, part := range hunt.Parts {
			if _, escaped := escapes(part, findings); len(escaped) > 0 {
				needed++
			}
		}
		facts = append(facts, reports.StoryFact{Name: "Ablations", Value: fmt.Sprintf("%d of %d parts of the harness are needed to find these defects", needed, len(hunt.Parts))})
	}
	return facts
}

func defectRow(hunt mutation.Hunt, f mutation.Finding) reports.DefectRow {
	d := defectOf(f)
	row := reports.DefectRow{
		Name: d.Name, Summary: d.Summary, Clause: d.Clause, Found: f.Known(), Scenario: f.Scenario, Seed: f.Seed, Runs: f.Runs,
		Signatures: signatures(f), Crash: crashCell(f), Switches: switchesCell(f),
		Again: fmt.Sprintf("go run ./cmd/batpak-sim defects --only %s --seeds %d --faults %s --save found", d.Name, hunt.Seeds, hunt.Faults),
	}
	if len(row.Signatures) > 0 {
		row.Oracle, _, _ = strings.Cut(row.Signatures[0], "/")
	}
	for _, m := range f.Modes {
		row.Modes = append(row.Modes, defectMode(m))
	}
	for _, loss := range f.Without {
		if !loss.Found {
			row.Escapes = append(row.Escapes, loss.Name)
		}
	}
	return row
}

// defectMode shows what modeCell does.
func defectMode(m mutation.Mode) reports.DefectMode {
	if m.Found == 0 {
		return reports.DefectMode{Median: "-"}
	}
	told := reports.DefectMode{Median: amount(m.Median)}
	if m.Trials > 1 {
		told.Ninetieth = amount(m.Ninetieth)
	}
	if m.Found < m.Trials {
		told.Trials = fmt.Sprintf("%d of %d", m.Found, m.Trials)
	}
	return told
}

// again is the command line of the hunt.
func (m *hunting) again() string {
	line := fmt.Sprintf("go run ./cmd/batpak-sim defects --seeds %d", m.seeds.value)
	if m.only.given {
		line += " --only " + strings.Join(m.only.value, ",")
	}
	if m.sample.given {
		line += fmt.Sprintf(" --sample %d --seed %d", m.sample.value, m.seed.value)
	}
	if m.faults.given {
		line += " --faults " + string(m.faults.value)
	}
	if m.trials.given {
		line += fmt.Sprintf(" --trials %d", m.trials.value)
	}
	if m.ablate.value {
		line += " --ablate"
	}
	return line
}
