package trial

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/batpak/batpak-sim/mutation/operator"
)

// module is what is loaded of the module under trial.
type module struct {
	path     string
	root     string
	packages []*operator.Package
}

// load type-checks the packages that the patterns name. All must be of one module.
func load(ctx context.Context, c Config) (*module, error) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedModule,
		Context:    ctx,
		Dir:        c.Dir,
		BuildFlags: c.tagFlags(),
	}, c.Patterns...)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", strings.Join(c.Patterns, " "), err)
	}
	m := &module{}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		if p.Module == nil {
			return nil, fmt.Errorf("load %s: it is of no module, legal are packages of the module in %s", p.PkgPath, c.Dir)
		}
		if m.path != "" && m.path != p.Module.Path {
			return nil, fmt.Errorf("%s is of module %s and others of %s, legal is one module", p.PkgPath, p.Module.Path, m.path)
		}
		m.path, m.root = p.Module.Path, p.Module.Dir
		converted, err := convert(p)
		if err != nil {
			return nil, err
		}
		m.packages = append(m.packages, converted)
	}
	if len(m.packages) == 0 {
		return nil, fmt.Errorf("no package matches %s", strings.Join(c.Patterns, " "))
	}
	return m, nil
}

func convert(p *packages.Package) (*operator.Package, error) {
	converted := &operator.Package{Path: p.PkgPath, Fset: p.Fset, Types: p.Types, Info: p.TypesInfo}
	for _, tree := range p.Syntax {
		name := p.Fset.PositionFor(tree.Package, false).Filename
		if filepath.Dir(name) != p.Dir {
			continue // the go command made it, from a file that imports "C"
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		converted.Files = append(converted.Files, operator.File{Name: name, Text: text, Tree: tree})
	}
	return converted, nil
}

// dir is the folder of a package from the module's root.
func (m *module) dir(path string) string {
	return filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(path, m.path), "/"))
}
