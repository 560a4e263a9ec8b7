package archtest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Source is the parsed files of a tree.
type Source struct {
	fset  *token.FileSet
	files []*file
}

// file is one parsed file.
type file struct {
	path string // from the root of the tree, with slashes
	tree *ast.File
	uses map[*ast.Ident]types.Object
}

func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// Load parses every Go file of a tree, except those below folders that the go
// command passes over: testdata, vendor, names that begin with '.' or '_', and
// folders that hold a go.mod, for they are modules of their own.
func Load(tree fs.FS) (*Source, error) {
	s := &Source{fset: token.NewFileSet()}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (passedOver(name) || ownModule(tree, name)):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		return s.parse(tree, name)
	})
	return s, err
}

func passedOver(dir string) bool {
	base := path.Base(dir)
	return dir != "." && (base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_')
}

func ownModule(tree fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	info, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil && info.Mode().IsRegular()
}

func (s *Source) parse(tree fs.FS, name string) error {
	content, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(s.fset, name, content, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f := &file{path: name, tree: parsed, uses: make(map[*ast.Ident]types.Object)}
	f.resolve(s.fset)
	s.files = append(s.files, f)
	return nil
}

// resolve finds out what each name of the file stands for, as far as the file alone
// tells: imports and what the file declares. Type errors are expected and ignored.
func (f *file) resolve(fset *token.FileSet) {
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	_, _ = config.Check(f.path, fset, []*ast.File{f.tree}, &types.Info{Uses: f.uses})
}

// noImports makes every imported package an empty one: its name is all that counts.
type noImports struct{}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

func (noImports) Import(imported string) (*types.Package, error) {
	name := path.Base(imported)
	if majorVersion.MatchString(name) {
		name = path.Base(path.Dir(imported))
	}
	p := types.NewPackage(imported, name)
	p.MarkComplete()
	return p, nil
}

// imported returns the path of the package that the name stands for, or "".
func (f *file) imported(name ast.Expr) string {
	ident, ok := name.(*ast.Ident)
	if !ok {
		return ""
	}
	pkg, ok := f.uses[ident].(*types.PkgName)
	if !ok {
		return ""
	}
	return pkg.Imported().Path()
}

// selector returns the path of the package and the name, when the expression is a
// name of an imported package.
func (f *file) selector(n ast.Node) (pkg, name string, ok bool) {
	sel, isSelector := n.(*ast.SelectorExpr)
	if !isSelector {
		return "", "", false
	}
	pkg = f.imported(sel.X)
	return pkg, sel.Sel.Name, pkg != ""
}

// imports returns the path that each import of the file names.
func (f *file) imports() map[*ast.ImportSpec]string {
	paths := make(map[*ast.ImportSpec]string)
	for _, spec := range f.tree.Imports {
		paths[spec], _ = strconv.Unquote(spec.Path.Value) // the parser accepts no other literal
	}
	return paths
}

// Finding is one breach of a rule.
type Finding struct {
	File string // from the root of the tree
	Line int    // zero: the file or the folder as a whole
	Rule string // the name of the ban, "import", "room" or "exception"
	Text string // what stands there, and what would be right
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Text)
}

func (s *Source) finding(f *file, at ast.Node, rule, format string, args ...any) Finding {
	return Finding{File: f.path, Line: s.fset.Position(at.Pos()).Line, Rule: rule, Text: fmt.Sprintf(format, args...)}
}

func sortFindings(found []Finding) {
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Text, b.Text))
	})
}
