package reports

import "io"

// DefectTable is what became of defects that were put into the engine on purpose, in plain data,
// made for reading.
type DefectTable struct {
	Title   string
	Verdict string
	Again   string // the command that hunts again
	Facts   []StoryFact
	Modes   []string // that are compared; nil = only the hunt itself
	Oracles []string // that found anything, in the order of the defects
	Rows    []DefectRow
	Parts   []DefectPart // of the harness that it did without in turn; nil = none
}

// DefectRow is what became of one defect.
type DefectRow struct {
	Name       string
	Summary    string // what the engine does wrong
	Clause     string // of the Rust engine that it stands for; empty = it is ours
	Found      bool   // by any mode
	Scenario   string // of the first violation of the hunt itself; empty = it found none
	Seed       uint64
	Runs       uint64   // of the hunt until then, or in all
	Signatures []string // of what it was found by
	Oracle     string   // of the first of them
	Modes      []DefectMode
	Crash      string   // whether it escapes where nothing crashes; "-" = nobody has tried
	Switches   string   // of tasks in the smallest run; "-" = none was kept
	Escapes    []string // parts without which it escapes
	Again      string   // the command that hunts it alone and keeps the run
}

// DefectMode is how soon one strategy, or an exploration, finds a defect.
type DefectMode struct {
	Median    string // runs, or states; "-" = fewer than half of the trials have found it
	Ninetieth string // the 90th percentile, alike; empty = there was one trial
	Trials    string // such as "2 of 3"; empty = all of them have found it
}

// DefectPart is what the hunt comes to when the harness does without a part.
type DefectPart struct {
	Name    string
	Kind    string
	Again   int      // defects hunted again: those whose finding may hang on it
	Escaped []string // of them, not found without it
}

// Idle names the parts on which no finding hung.
func (t DefectTable) Idle() []string {
	var all []string
	for _, p := range t.Parts {
		if p.Again == 0 {
			all = append(all, p.Name)
		}
	}
	return all
}

// WriteDefects writes a table of defects as one HTML file that needs no other and no network.
func WriteDefects(w io.Writer, t DefectTable) error {
	return pages.ExecuteTemplate(w, "defects.html", t)
}
