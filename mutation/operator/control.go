package operator

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// removeBranch proposes that an if never takes its branch, and that it always does
// where there is another.
func removeBranch(s *site) {
	n, ok := s.node().(*ast.IfStmt)
	if !ok || s.constantExpr(n.Cond) {
		return
	}
	s.replace(n.Cond, s.never())
	if n.Else != nil {
		s.replace(n.Cond, s.always())
	}
}

func removeCase(s *site) {
	n, ok := s.node().(*ast.CaseClause)
	if !ok || len(n.Body) == 0 {
		return
	}
	arms := listOf(s.up(1))
	at := slices.Index(arms, ast.Stmt(n))
	if at > 0 && fallsThrough(arms[at-1]) {
		return
	}
	s.replace(n, "")
}

func fallsThrough(arm ast.Stmt) bool {
	body := listOf(arm)
	if len(body) == 0 {
		return false
	}
	last, ok := body[len(body)-1].(*ast.BranchStmt)
	return ok && last.Tok == token.FALLTHROUGH
}

func removeComm(s *site) {
	if n, ok := s.node().(*ast.CommClause); ok && len(listOf(s.up(1))) > 1 {
		s.replace(n, "")
	}
}

// loopControl proposes break for continue and continue for break.
func loopControl(s *site) {
	n, ok := s.node().(*ast.BranchStmt)
	if !ok {
		return
	}
	loop := s.target(n)
	switch {
	case loop == nil:
	case n.Tok == token.BREAK:
		s.edit(n.TokPos, n.TokPos+token.Pos(len("break")), "continue")
	case n.Tok == token.CONTINUE && !endless(loop):
		s.edit(n.TokPos, n.TokPos+token.Pos(len("continue")), "break")
	}
}

// target is the loop that a break or continue is about; nil if it is none.
func (s *site) target(n *ast.BranchStmt) ast.Stmt {
	for i := len(s.stack) - 2; i >= 0; i-- {
		switch t := s.stack[i].(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if n.Label == nil || labelled(s.stack[i-1], n.Label.Name) {
				return t.(ast.Stmt)
			}
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			if n.Tok == token.BREAK && (n.Label == nil || labelled(s.stack[i-1], n.Label.Name)) {
				return nil
			}
		case *ast.FuncLit, *ast.FuncDecl:
			return nil
		}
	}
	return nil
}

func labelled(n ast.Node, name string) bool {
	l, ok := n.(*ast.LabeledStmt)
	return ok && l.Label.Name == name
}

// endless reports whether nothing but a jump leaves the loop: a break in it may let
// the function run into its end.
func endless(loop ast.Stmt) bool {
	f, ok := loop.(*ast.ForStmt)
	return ok && f.Cond == nil
}

func sliceBound(s *site) {
	n, ok := s.node().(*ast.SliceExpr)
	if !ok {
		return
	}
	if n.Low != nil {
		s.replace(n.Low, "("+s.text(n.Low)+")+1")
	}
	if n.High != nil && !s.isZero(n.High) {
		s.replace(n.High, "("+s.text(n.High)+")-1")
	}
}

// isZero reports whether the compiler knows that the value is 0.
func (s *site) isZero(e ast.Expr) bool {
	v := s.Info.Types[e].Value
	return v != nil && v.ExactString() == "0"
}

// symmetric reports whether the arguments of a function may stand in any order.
func (s *site) symmetric(function ast.Expr) bool {
	switch f := ast.Unparen(function).(type) {
	case *ast.Ident:
		o := s.Info.Uses[f]
		return o == types.Universe.Lookup("max") || o == types.Universe.Lookup("min")
	case *ast.SelectorExpr:
		o, ok := s.Info.Uses[f.Sel].(*types.Func)
		return ok && o.Pkg() != nil && slices.Contains([]string{"bytes.Equal", "maps.Equal", "slices.Equal", "strings.EqualFold"}, o.FullName())
	}
	return false
}

// swapArguments proposes that two neighbours of one type change places.
func swapArguments(s *site) {
	c, ok := s.node().(*ast.CallExpr)
	if !ok || s.symmetric(c.Fun) {
		return
	}
	for i := range len(c.Args) - 1 {
		a, b := c.Args[i], c.Args[i+1]
		ta, tb := s.Info.Types[a], s.Info.Types[b]
		if ta.IsType() || tb.IsType() || ta.Type == nil || ta.Type != tb.Type || s.text(a) == s.text(b) {
			continue
		}
		if c.Ellipsis.IsValid() && i+2 == len(c.Args) {
			continue
		}
		between := s.file.Text[s.offset(a.End()):s.offset(b.Pos())]
		s.edit(a.Pos(), b.End(), s.text(b)+string(between)+s.text(a))
	}
}
