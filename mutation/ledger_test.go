package mutation_test

import (
	"encoding/json"
	"os"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/batpak/batpak-sim/mutation/operator"
	"github.com/batpak/batpak-sim/mutation/trial"
)

// TestLedgerFits checks that every accepted survivor is a mutant of the source still: an
// entry whose line is gone goes with it.
func TestLedgerFits(t *testing.T) {
	text, err := os.ReadFile("ledger.json")
	if err != nil {
		t.Fatal(err)
	}
	var entries []trial.Entry
	if err := json.Unmarshal(text, &entries); err != nil {
		t.Fatal(err)
	}
	left := make(map[string]trial.Entry)
	var paths []string
	for _, e := range entries {
		left[e.ID] = e
		paths = append(paths, e.Package)
	}
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: root}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded {
		source := &operator.Package{Path: p.PkgPath, Fset: p.Fset, Types: p.Types, Info: p.TypesInfo}
		for i, tree := range p.Syntax {
			text, err := os.ReadFile(p.CompiledGoFiles[i])
			if err != nil {
				t.Fatal(err)
			}
			source.Files = append(source.Files, operator.File{Name: p.CompiledGoFiles[i], Text: text, Tree: tree})
		}
		for _, m := range operator.Find(source, operator.All()) {
			delete(left, m.ID)
		}
	}
	for _, e := range left {
		t.Errorf("%s %s: %s is no mutant any more: take the entry out, or look at what it has become", e.ID, e.Function, e.Change)
	}
}
