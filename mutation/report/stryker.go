package report

import (
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/mutation/trial"
)

// The Stryker mutation-report schema, version 2.
type (
	strykerReport struct {
		Version    string                  `json:"schemaVersion"`
		Thresholds strykerThresholds       `json:"thresholds"`
		Files      map[string]strykerFile  `json:"files"`
		TestFiles  map[string]strykerTests `json:"testFiles"` // by package
	}
	strykerTests struct {
		Tests []strykerTest `json:"tests"`
	}
	strykerTest struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	strykerThresholds struct {
		High int `json:"high"`
		Low  int `json:"low"`
	}
	strykerFile struct {
		Language string          `json:"language"`
		Source   string          `json:"source"`
		Mutants  []strykerMutant `json:"mutants"`
	}
	strykerMutant struct {
		ID          string          `json:"id"`
		Mutator     string          `json:"mutatorName"`
		Replacement string          `json:"replacement"`
		Location    strykerLocation `json:"location"`
		Status      string          `json:"status"`
		Reason      string          `json:"statusReason,omitempty"`
		KilledBy    []string        `json:"killedBy,omitempty"`
		CoveredBy   []string        `json:"coveredBy,omitempty"`
		Duration    int64           `json:"duration,omitempty"` // in ms
	}
	strykerLocation struct {
		Start strykerPosition `json:"start"`
		End   strykerPosition `json:"end"`
	}
	strykerPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
	}
)

func strykerStatus(s trial.Status) string {
	switch s {
	case trial.Killed:
		return "Killed"
	case trial.Hung:
		return "Timeout"
	case trial.Survived:
		return "Survived"
	case trial.Unreached:
		return "NoCoverage"
	case trial.Invalid:
		return "CompileError"
	}
	return "Ignored" // accepted, equivalent and ignored ones
}

// strykerTestFiles are the tests that mutants name, so that readers of the report
// find who killed them.
func strykerTestFiles(r trial.Report) map[string]strykerTests {
	var titles []string
	for _, v := range r.Verdicts {
		titles = slices.Concat(titles, v.Reached, v.Kills)
		if v.Killer != "" {
			titles = append(titles, v.Killer)
		}
	}
	slices.Sort(titles)
	all := make(map[string]strykerTests)
	for _, title := range slices.Compact(titles) {
		path, name := title, title
		if dot := strings.LastIndexByte(title, '.'); dot > strings.LastIndexByte(title, '/') {
			path, name = title[:dot], title[dot+1:]
		}
		tests := all[path]
		tests.Tests = append(tests.Tests, strykerTest{title, name})
		all[path] = tests
	}
	return all
}

// Stryker writes the report as tools for the mutation-report schema read it.
func Stryker(w io.Writer, r trial.Report) error {
	out := strykerReport{Version: "2", Thresholds: strykerThresholds{High: 95, Low: 80}, Files: make(map[string]strykerFile)}
	for _, v := range r.Verdicts {
		name := file(r, v)
		f, ok := out.Files[name]
		if !ok {
			text, err := os.ReadFile(v.File)
			if err != nil {
				return err
			}
			f = strykerFile{Language: "go", Source: string(text)}
		}
		m := strykerMutant{
			ID: v.ID, Mutator: v.Operator, Replacement: v.New, Status: strykerStatus(v.Status), Reason: v.Reason,
			Location: strykerLocation{strykerPosition{v.Line, v.Column}, strykerPosition{v.LineEnd, v.ColEnd}},
			KilledBy: v.Kills, CoveredBy: v.Reached, Duration: v.Took.Milliseconds(),
		}
		if v.Killer != "" && len(m.KilledBy) == 0 {
			m.KilledBy = []string{v.Killer}
		}
		if m.Reason == "" && strykerStatus(v.Status) == "Ignored" {
			m.Reason = string(v.Status)
		}
		f.Mutants = append(f.Mutants, m)
		out.Files[name] = f
	}
	out.TestFiles = strykerTestFiles(r)
	return json.NewEncoder(w).Encode(out)
}
