package mutation_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/batpak/batpak-sim/mutation"
)

// TestDefectsCompile type-checks the engine with each defect in it: one that does not compile is
// found by no seed, and its build would say so late.
func TestDefectsCompile(t *testing.T) {
	fset := token.NewFileSet()
	const needs = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax | packages.NeedExportFile
	loaded, err := packages.Load(&packages.Config{Mode: needs, Dir: root, Fset: fset}, "./core")
	if err != nil || len(loaded) != 1 || len(loaded[0].Errors) > 0 {
		t.Fatalf("load the engine: %v, %v", err, loaded)
	}
	core := loaded[0]
	for _, d := range mutation.Defects() {
		t.Run(d.Name, func(t *testing.T) {
			changed, err := d.Apply(root)
			if err != nil {
				t.Fatal(err)
			}
			files := slices.Clone(core.Syntax)
			for _, file := range slices.Sorted(maps.Keys(changed)) {
				at := slices.IndexFunc(files, func(f *ast.File) bool { return filepath.Base(fset.File(f.Pos()).Name()) == filepath.Base(file) })
				if at < 0 {
					t.Fatalf("%s is no file of the engine", file)
				}
				if files[at], err = parser.ParseFile(fset, file, changed[file], 0); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := (&types.Config{Importer: importer(core.Imports)}).Check(core.PkgPath, fset, files, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// importer knows the packages that one imports.
type importer map[string]*packages.Package

func (i importer) Import(path string) (*types.Package, error) {
	if p := i[path]; p != nil {
		return p.Types, nil
	}
	return nil, fmt.Errorf("%s is not imported yet", path)
}
