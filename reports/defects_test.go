package reports_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/reports"
)

// hunted is a hunt that compared two strategies, and did without four parts in turn.
func hunted() reports.DefectTable {
	found := reports.DefectMode{Median: "12", Ninetieth: "68"}
	return reports.DefectTable{
		Title: "2 of 3 defects found", Verdict: "hole", Again: "go run ./cmd/batpak-sim defects --trials 3 --ablate",
		Facts: []reports.StoryFact{{Name: "Not found", Value: "too-late"}},
		Modes: []string{"walk", "explore"}, Oracles: []string{"checkpoint-honesty", "order"},
		Rows: []reports.DefectRow{
			{
				Name: "no-directory-sync", Summary: "a rename </script><b> is never made durable", Clause: "X-13", Found: true, Scenario: "crash", Seed: 3, Runs: 12,
				Signatures: []string{"checkpoint-honesty/saved position lost", "order/backwards"}, Oracle: "checkpoint-honesty",
				Modes: []reports.DefectMode{found, {Median: "45"}}, Crash: "yes", Switches: "0", Escapes: []string{"power-cut", "name-lost"},
				Again: "go run ./cmd/batpak-sim defects --only no-directory-sync",
			},
			{
				Name: "backwards", Summary: "batches are turned round", Found: true, Scenario: "crash", Seed: 1, Runs: 1, Signatures: []string{"order/backwards"},
				Oracle: "order", Modes: []reports.DefectMode{{Median: "-", Ninetieth: "-", Trials: "1 of 3"}, {Median: "-"}}, Crash: "no", Switches: "-",
				Again: "go run ./cmd/batpak-sim defects --only backwards",
			},
			{
				Name: "too-late", Summary: "nobody notices", Runs: 900, Modes: []reports.DefectMode{{Median: "-"}, {Median: "-"}}, Crash: "-", Switches: "-",
				Again: "go run ./cmd/batpak-sim defects --only too-late",
			},
		},
		Parts: []reports.DefectPart{
			{Name: "power-cut", Kind: "crash rule", Again: 1, Escaped: []string{"no-directory-sync"}},
			{Name: "name-lost", Kind: "crash rule", Again: 1, Escaped: []string{"no-directory-sync"}},
			{Name: "order", Kind: "oracle", Again: 2},
			{Name: "frontier", Kind: "oracle"}, {Name: "rot", Kind: "fault"},
		},
	}
}

// A hunt that compares nothing and takes nothing away is told by its seeds.
func TestWriteDefectsOfSeeds(t *testing.T) {
	table := hunted()
	table.Modes, table.Parts = nil, nil
	var b strings.Builder
	if err := reports.WriteDefects(&b, table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<th scope="col">seed</th><th scope="col">runs</th><th scope="col">found by</th></tr>`,
		"<td>3</td><td>12</td>", "<td>-</td><td>900</td>\n    <td>NOT FOUND</td></tr>",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, no := range []string{"parts-title", `id="without"`, "escapes without"} {
		if strings.Contains(b.String(), no) {
			t.Errorf("the page has %q, though nothing was taken away", no)
		}
	}
}

func TestDefectTableIdle(t *testing.T) {
	if d := cmp.Diff([]string{"frontier", "rot"}, hunted().Idle()); d != "" {
		t.Errorf("Idle differs (-want +got):\n%s", d)
	}
}
