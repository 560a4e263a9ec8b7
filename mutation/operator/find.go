package operator

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Package is type-checked source.
type Package struct {
	Path  string
	Fset  *token.FileSet
	Files []File
	Types *types.Package
	Info  *types.Info
}

// File is one parsed file of a package.
type File struct {
	Name string
	Text []byte
	Tree *ast.File
}

// Mutable reports whether the file is one that people wrote and that the Go
// compiler alone translates.
func (f File) Mutable() bool {
	if strings.HasSuffix(f.Name, "_test.go") || ast.IsGenerated(f.Tree) {
		return false
	}
	return !slices.ContainsFunc(f.Tree.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
}

// Find returns the mutants that the operators propose.
func Find(p *Package, operators []Operator) []Mutant {
	var all []Mutant
	for _, f := range p.Files {
		if f.Mutable() {
			all = append(all, findIn(p, f, operators)...)
		}
	}
	identify(all)
	return all
}

// findIn returns the mutants of one file in the order of the source.
func findIn(p *Package, f File, operators []Operator) []Mutant {
	type edit struct {
		start, end int
		text       string
	}
	seen := make(map[edit]bool)
	var all []Mutant
	for _, o := range operators {
		s := &site{Package: p, file: f, operator: o.Name}
		s.walk(o.find)
		for _, m := range s.found {
			key := edit{m.Start, m.End, squeeze(m.New)}
			if !seen[key] && squeeze(m.Old) != squeeze(m.New) {
				seen[key] = true
				all = append(all, m)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Mutant) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return all
}

// site is a place of a file that operators look at: a node and what is around it.
type site struct {
	*Package
	file     File
	operator string
	stack    []ast.Node // from the file to the node
	found    []Mutant
}

func (s *site) walk(look func(*site)) {
	ast.Inspect(s.file.Tree, func(n ast.Node) bool {
		if n == nil {
			s.stack = s.stack[:len(s.stack)-1]
			return true
		}
		s.stack = append(s.stack, n)
		look(s)
		return true
	})
}

func (s *site) node() ast.Node { return s.stack[len(s.stack)-1] }

// up returns the node n levels above.
func (s *site) up(n int) ast.Node {
	if n >= len(s.stack) {
		return nil
	}
	return s.stack[len(s.stack)-1-n]
}

// function is the declaration around the node.
func (s *site) function() *ast.FuncDecl {
	for _, n := range s.stack {
		if f, ok := n.(*ast.FuncDecl); ok {
			return f
		}
	}
	return nil
}

// results are the types that the innermost function around the node returns.
func (s *site) results() *types.Tuple {
	for _, n := range slices.Backward(s.stack) {
		var t types.Type
		switch f := n.(type) {
		case *ast.FuncLit:
			t = s.Info.TypeOf(f)
		case *ast.FuncDecl:
			t = s.Info.TypeOf(f.Name)
		}
		if signature, ok := t.(*types.Signature); ok {
			return signature.Results()
		}
	}
	return nil
}

func (s *site) offset(p token.Pos) int { return s.Fset.PositionFor(p, false).Offset }

func (s *site) text(n ast.Node) string {
	return string(s.file.Text[s.offset(n.Pos()):s.offset(n.End())])
}

// replace proposes that text takes the place of a node.
func (s *site) replace(n ast.Node, text string) { s.edit(n.Pos(), n.End(), text) }

// edit proposes that text takes the place of what is from start to end.
func (s *site) edit(start, end token.Pos, text string) {
	from, to := s.Fset.PositionFor(start, false), s.Fset.PositionFor(end, false)
	line := from.Offset - from.Column + 1
	first, _, _ := strings.Cut(string(s.file.Text[line:]), "\n")
	after, _, _ := strings.Cut(string(s.file.Text[to.Offset:]), "\n")
	s.found = append(s.found, Mutant{
		Operator: s.operator, Package: s.Path, Function: functionName(s.function()), File: s.file.Name,
		Start: from.Offset, End: to.Offset, Old: string(s.file.Text[from.Offset:to.Offset]), New: text,
		Line: from.Line, LineEnd: to.Line, Column: from.Column, ColEnd: to.Column,
		Before: string(s.file.Text[line:from.Offset]), After: after, context: first,
	})
}

func functionName(f *ast.FuncDecl) string {
	if f == nil {
		return ""
	}
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	return receiver(f.Recv.List[0].Type) + "." + f.Name.Name
}

func receiver(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.ParenExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return "_"
}

// constantExpr reports whether the compiler knows the value.
func (s *site) constantExpr(e ast.Expr) bool { return s.Info.Types[e].Value != nil }

// predeclared returns name if it means at the node what it means everywhere, and
// otherwise instead.
func (s *site) predeclared(name, instead string) string {
	scope := s.Types.Scope().Innermost(s.node().Pos())
	if scope == nil {
		scope = s.Types.Scope()
	}
	if _, found := scope.LookupParent(name, s.node().Pos()); found != types.Universe.Lookup(name) {
		return instead
	}
	return name
}

func (s *site) never() string  { return s.predeclared("false", "(0 == 1)") }
func (s *site) always() string { return s.predeclared("true", "(0 == 0)") }
