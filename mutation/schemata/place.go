package schemata

import (
	"go/ast"
	"go/token"
	"slices"
)

// kind is how a place is doubled.
type kind int

const (
	statements kind = iota
	condition
	body // a guard before the first statement, for a mutant that replaces them all
)

// place is a range of the source that is doubled, with the mutants that are there.
type place struct {
	kind       kind
	start, end int
	nodes      []ast.Stmt // of statements
	mutants    []int      // indices into the mutants of the file
	first      int        // number of the first mutant
	inner      []*place
}

// find returns the smallest place for an edit of the range; nil if there is none.
func (f *file) find(start, end int) *place {
	path := f.path(start, end)
	for i := len(path) - 1; i > 0; i-- {
		if e, ok := path[i].(ast.Expr); ok && isCondition(path[i-1], e) {
			return &place{kind: condition, start: f.offset(e.Pos()), end: f.offset(e.End())}
		}
		run := f.run(path[i], start, end)
		if len(run) == 0 || !f.doubles(run) {
			continue
		}
		if p := f.place(run); p.start <= start && end <= p.end {
			return p
		}
	}
	return nil
}

func (f *file) place(run []ast.Stmt) *place {
	return &place{kind: statements, start: f.offset(run[0].Pos()), end: f.offset(run[len(run)-1].End()), nodes: run}
}

// path returns the nodes around the range, from the file to the innermost.
func (f *file) path(start, end int) []ast.Node {
	var path []ast.Node
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if n == nil || f.offset(n.Pos()) > start || f.offset(n.End()) < end {
			return false
		}
		if start == end && f.offset(n.End()) == end && !isExpr(n) {
			return false
		}
		path = append(path, n)
		return true
	})
	return path
}

func isExpr(n ast.Node) bool { _, ok := n.(ast.Expr); return ok }

func isCondition(parent ast.Node, e ast.Expr) bool {
	switch p := parent.(type) {
	case *ast.IfStmt:
		return p.Cond == e
	case *ast.ForStmt:
		return p.Cond == e
	}
	return false
}

// run returns the statements of the node's own list that the range touches.
func (f *file) run(n ast.Node, start, end int) []ast.Stmt {
	var list []ast.Stmt
	switch t := n.(type) {
	case *ast.BlockStmt:
		list = t.List
	case *ast.CaseClause:
		list = t.Body
	case *ast.CommClause:
		list = t.Body
	}
	return slices.Collect(func(yield func(ast.Stmt) bool) {
		for _, s := range list {
			if f.offset(s.Pos()) <= end && f.offset(s.End()) >= start && f.overlaps(s, start, end) && !yield(s) {
				return
			}
		}
	})
}

func (f *file) overlaps(s ast.Stmt, start, end int) bool {
	if start == end {
		return f.offset(s.Pos()) <= start && start <= f.offset(s.End())
	}
	return f.offset(s.Pos()) < end && start < f.offset(s.End())
}

// doubles reports whether the statements can stand in both arms of an if.
func (f *file) doubles(run []ast.Stmt) bool {
	for _, s := range run {
		switch t := s.(type) {
		case *ast.CaseClause, *ast.CommClause, *ast.EmptyStmt:
			return false
		case *ast.BranchStmt:
			if t.Tok == token.FALLTHROUGH {
				return false
			}
		case *ast.LabeledStmt:
			if f.gotos[t.Label.Name] {
				return false
			}
		}
	}
	_, ok := f.hoist(run)
	return ok
}

// labels returns the offsets of the names of labels in the statements: where they
// are set, and where they are used if they are set there too.
func (f *file) labels(run []ast.Stmt) []int {
	set := make(map[string]bool)
	var at []int
	for _, s := range run {
		ast.Inspect(s, func(n ast.Node) bool {
			if l, ok := n.(*ast.LabeledStmt); ok {
				set[l.Label.Name] = true
				at = append(at, f.offset(l.Label.End()))
			}
			return true
		})
	}
	for _, s := range run {
		ast.Inspect(s, func(n ast.Node) bool {
			if b, ok := n.(*ast.BranchStmt); ok && b.Label != nil && set[b.Label.Name] {
				at = append(at, f.offset(b.Label.End()))
			}
			return true
		})
	}
	return at
}
