package scenarios_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/scenarios"
)

var corpusDir = os.DirFS("corpus")

// Every row of the corpus comes to what it came to when it graduated. A row that has
// moved because the code was meant to is taken over by the command in the message.
func TestCorpus(t *testing.T) {
	rows, err := scenarios.ReadCorpus(corpusDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range scenarios.VerifyCorpus(corpusDir, rows) {
		if v.Moved() {
			t.Errorf("%v (%s): %v %s, was %v %s, %v", v.Was, v.Was.Guards, v.Now.Digest, v.Now.Outcome, v.Was.Digest, v.Was.Outcome, v.Err)
		}
	}
	if t.Failed() {
		t.Log("if that is meant: go run ./cmd/batpak-sim corpus regraduate")
	}
	text, err := fs.ReadFile(corpusDir, scenarios.CorpusFile)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(text), scenarios.FormatCorpus(rows)); d != "" {
		t.Errorf("the corpus is not formatted (-is +want):\n%s", d)
	}
}

// The corpus has every scenario, every fault level, and every legal outcome.
func TestCorpusIsBroad(t *testing.T) {
	rows, err := scenarios.ReadCorpus(corpusDir)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]bool)
	for _, r := range rows {
		got[r.Scenario], got[string(r.Faults)], got[string(r.Outcome)] = true, true, true
	}
	want := append(scenarios.Names(), string(scenarios.Committed), string(scenarios.RolledBack), string(scenarios.Refused))
	for _, level := range scenarios.FaultLevels() {
		want = append(want, string(level))
	}
	for _, w := range want {
		if !got[w] {
			t.Errorf("no row of the corpus is of %s", w)
		}
	}
}

func TestMinimiseKeepsCoverage(t *testing.T) {
	var rows []scenarios.Row
	for seed := range uint64(24) {
		row, _, err := scenarios.Row{Seed: seed, Scenario: "torn-write", Faults: scenarios.FaultsLight, Steps: 3, Guards: "x"}.Graduate(nil)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	fewer, err := scenarios.MinimiseCorpus(nil, rows)
	if err != nil {
		t.Fatal(err)
	}
	if len(fewer) == 0 || len(fewer) >= len(rows) {
		t.Errorf("%d of %d rows are kept, want some", len(fewer), len(rows))
	}
	coverage := func(rows []scenarios.Row) (n int) {
		var c scenarios.CorpusCoverage
		for _, row := range rows {
			n += len(c.Add(run(t, scenarios.Config{Scenario: row.Scenario, Seed: row.Seed, Faults: row.Faults, Steps: row.Steps})))
		}
		return n
	}
	if all, left := coverage(rows), coverage(fewer); all != left {
		t.Errorf("the rows that are kept exercise %d of %d", left, all)
	}
	for i := range fewer { // none can go
		without := append(append([]scenarios.Row(nil), fewer[:i]...), fewer[i+1:]...)
		if coverage(without) == coverage(rows) {
			t.Errorf("row %v is needless", fewer[i])
		}
	}
}

func TestGraduateRefuses(t *testing.T) {
	row := scenarios.Row{Seed: 1, Scenario: "crash", Faults: scenarios.FaultsOff, Steps: 1, Guards: "x"}
	if _, err := scenarios.AddRow([]scenarios.Row{row}, row); !errors.Is(err, scenarios.ErrIllegal) {
		t.Errorf("AddRow twice = %v, want %v", err, scenarios.ErrIllegal)
	}
	row.Scenario = "flood"
	if _, _, err := row.Graduate(nil); err == nil {
		t.Error("Graduate of an unknown scenario = nil, want an error")
	}
}

func TestParseCorpusRefuses(t *testing.T) {
	const head = "batpak-sim corpus 1\n"
	const good = "seed 1 crash off 12 00000000000000ff drained why\n"
	tests := []struct{ name, text, want string }{
		{"nothing", "", `line 1: want "batpak-sim corpus 1"`},
		{"a later version", "batpak-sim corpus 2\n", `line 1: want "batpak-sim corpus 1"`},
		{"too short", head + "seed 1 crash off 12 00000000000000ff drained\n", "line 2: want seed or file, its number"},
		{"neither", head + strings.Replace(good, "seed", "sed", 1), `line 2: "sed", want seed or file`},
		{"seed", head + strings.Replace(good, "seed 1", "seed x", 1), "line 2: "},
		{"steps", head + strings.Replace(good, "12", "x", 1), `line 2: steps "x", want a number`},
		{"digest", head + strings.Replace(good, "00ff", "00xx", 1), `line 2: digest "00000000000000xx": legal are`},
		{"scenario", head + strings.Replace(good, "crash", "flood", 1), `line 2: unknown scenario "flood"`},
		{"faults", head + strings.Replace(good, "off", "wild", 1), `line 2: unknown fault level "wild"`},
		{"twice", head + good + "\n# again\n" + good, "line 5: scenarios: not for the corpus: seed 1 of crash, faults off, 12 steps is there already"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := scenarios.ParseCorpus(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseCorpus = %v, want %s", err, tt.want)
			}
		})
	}
}
