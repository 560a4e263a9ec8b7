package operator

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// inList reports whether the node is a statement of a block or an arm: one that can
// be taken out.
func (s *site) inList() bool {
	switch s.up(1).(type) {
	case *ast.BlockStmt, *ast.CaseClause:
		return true
	case *ast.CommClause:
		return s.up(1).(*ast.CommClause).Comm != s.node()
	}
	return false
}

// called returns the call that a statement consists of.
func called(n ast.Node) *ast.CallExpr {
	switch t := n.(type) {
	case *ast.ExprStmt:
		c, _ := t.X.(*ast.CallExpr)
		return c
	case *ast.DeferStmt:
		return t.Call
	case *ast.GoStmt:
		return t.Call
	}
	return nil
}

// calledName is the last name of what is called: f in f(), x.f() and p.x.f().
func calledName(c *ast.CallExpr) string {
	if c == nil {
		return ""
	}
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func (s *site) isPanic(c *ast.CallExpr) bool {
	f, ok := c.Fun.(*ast.Ident)
	return ok && s.Info.Uses[f] == types.Universe.Lookup("panic")
}

func removeCall(s *site) {
	switch n := s.node().(type) {
	case *ast.ExprStmt:
		c := called(n)
		if c == nil || !s.inList() || locks[calledName(c)] != "" || unlocks[calledName(c)] {
			return
		}
		if s.isPanic(c) && s.results() != nil && s.results().Len() > 0 {
			return // the function may end here
		}
		s.replace(n, "")
	case *ast.GoStmt:
		s.replace(n, "")
	}
}

func removeStatement(s *site) {
	if !s.inList() {
		return
	}
	switch n := s.node().(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE && !s.onlyBlank(n) {
			s.replace(n, "")
		}
	case *ast.IncDecStmt, *ast.SendStmt:
		s.replace(n, "")
	case *ast.ReturnStmt:
		if s.results() == nil || s.results().Len() == 0 {
			s.replace(n, "")
		}
	}
}

func (s *site) onlyBlank(a *ast.AssignStmt) bool {
	return !slices.ContainsFunc(a.Lhs, func(e ast.Expr) bool { i, ok := e.(*ast.Ident); return !ok || i.Name != "_" })
}

func removeDefer(s *site) {
	if d, ok := s.node().(*ast.DeferStmt); ok && !unlocks[calledName(d.Call)] {
		s.replace(d, "")
	}
}

var (
	locks   = map[string]string{"Lock": "Unlock", "RLock": "RUnlock", "lock": "unlock"}
	unlocks = map[string]bool{"Unlock": true, "RUnlock": true, "unlock": true}
)

// removeLock takes out a lock together with what releases it in the same list of
// statements: without its partner either is a crash that proves nothing.
func removeLock(s *site) {
	n, ok := s.node().(*ast.ExprStmt)
	if !ok || called(n) == nil || !s.inList() {
		return
	}
	release, ok := locks[calledName(called(n))]
	selector, method := called(n).Fun.(*ast.SelectorExpr)
	if !ok || !method {
		return
	}
	list := listOf(s.up(1))
	from := slices.Index(list, ast.Stmt(n))
	for _, end := range list[from+1:] {
		c := called(end)
		if calledName(c) != release {
			continue
		}
		if other, ok := c.Fun.(*ast.SelectorExpr); ok && s.text(other.X) == s.text(selector.X) {
			kept := s.file.Text[s.offset(n.End()):s.offset(end.Pos())]
			s.edit(n.Pos(), end.End(), string(kept))
			return
		}
	}
}

// listOf returns the statements of a block or an arm.
func listOf(n ast.Node) []ast.Stmt {
	switch t := n.(type) {
	case *ast.BlockStmt:
		return t.List
	case *ast.CaseClause:
		return t.Body
	case *ast.CommClause:
		return t.Body
	}
	return nil
}
