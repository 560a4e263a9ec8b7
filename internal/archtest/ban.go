package archtest

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// Ban names what must not stand in some files. Tests are never covered.
type Ban struct {
	Name    string
	Folders []string // with all below them
	Breach  Breach
}

// Breach looks at one node, with the nodes around it, the innermost last, and says
// what is wrong, or "". It is made by the functions of this package.
type Breach func(f *file, around []ast.Node, n ast.Node) string

func (b Ban) covers(f *file) bool {
	return !f.isTest() && slices.ContainsFunc(b.Folders, func(folder string) bool { return within(folder, f.path) })
}

func (b Ban) check(s *Source, f *file) []Finding {
	var found []Finding
	var around []ast.Node
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		if wrong := b.Breach(f, around, n); wrong != "" {
			found = append(found, s.finding(f, n, b.Name, "%s", wrong))
		}
		around = append(around, n)
		return true
	})
	return found
}

// Names bans some names of a package.
func Names(pkg string, names ...string) Breach {
	return func(f *file, _ []ast.Node, n ast.Node) string {
		if p, name, ok := f.selector(n); ok && p == pkg && slices.Contains(names, name) {
			return pkg + "." + name
		}
		return ""
	}
}

// NamesBut bans all names of a package that allowed does not match as a whole.
func NamesBut(pkg string, allowed string) Breach {
	legal := regexp.MustCompile("^(?:" + allowed + ")$")
	return func(f *file, _ []ast.Node, n ast.Node) string {
		if p, name, ok := f.selector(n); ok && p == pkg && !legal.MatchString(name) {
			return pkg + "." + name
		}
		return ""
	}
}

// Imports bans packages, and dot imports, which hide what the other bans look for.
func Imports(pkgs ...string) Breach {
	return func(f *file, _ []ast.Node, n ast.Node) string {
		spec, ok := n.(*ast.ImportSpec)
		if !ok {
			return ""
		}
		imported := strings.Trim(spec.Path.Value, "`\"")
		if slices.Contains(pkgs, imported) || spec.Name != nil && spec.Name.Name == "." {
			return "import of " + imported
		}
		return ""
	}
}

// Goroutines bans go statements, and the ways to start a goroutine without one.
func Goroutines(f *file, _ []ast.Node, n ast.Node) string {
	if _, ok := n.(*ast.GoStmt); ok {
		return "go statement"
	}
	if pkg, name, ok := f.selector(n); ok && pkg == "sync" && name == "WaitGroup" {
		return "sync.WaitGroup, which starts and awaits goroutines"
	}
	return ""
}

// Channels bans channels and condition variables, at which a task would block
// unseen by its scheduler.
func Channels(f *file, _ []ast.Node, n ast.Node) string {
	if _, ok := n.(*ast.ChanType); ok {
		return "channel"
	}
	if pkg, name, ok := f.selector(n); ok && pkg == "sync" && name == "Cond" {
		return "sync.Cond"
	}
	return ""
}

// Selects bans select statements with two or more communications: which of them
// goes first, the machine decides.
func Selects(_ *file, _ []ast.Node, n ast.Node) string {
	s, ok := n.(*ast.SelectStmt)
	if !ok {
		return ""
	}
	communications := 0
	for _, clause := range s.Body.List {
		if clause.(*ast.CommClause).Comm != nil {
			communications++
		}
	}
	if communications < 2 {
		return ""
	}
	return "select with several communications"
}

var pointerVerb = regexp.MustCompile(`%[-+#]*[0-9.*\[\]]*p`)

// Pointers bans the verb that prints an address.
func Pointers(_ *file, _ []ast.Node, n ast.Node) string {
	if lit, ok := n.(*ast.BasicLit); ok && pointerVerb.MatchString(lit.Value) {
		return "address in a format, " + lit.Value
	}
	return ""
}

// UnorderedKeys bans the iterators over a map that are not sorted on the spot.
func UnorderedKeys(f *file, around []ast.Node, n ast.Node) string {
	pkg, name, ok := f.selector(n)
	if !ok || pkg != "maps" || name != "Keys" && name != "Values" && name != "All" {
		return ""
	}
	if len(around) >= 2 {
		if outer, ok := around[len(around)-2].(*ast.CallExpr); ok {
			if pkg, sort, ok := f.selector(outer.Fun); ok && pkg == "slices" && strings.HasPrefix(sort, "Sorted") {
				return ""
			}
		}
	}
	return "maps." + name + " that is not sorted on the spot"
}
