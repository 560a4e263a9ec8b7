package operator

import (
	"go/ast"
	"go/token"
	"go/types"
)

// swapToken proposes the other token of the pair for a binary expression.
func (s *site) swapToken(pairs map[token.Token]token.Token) {
	b, ok := s.node().(*ast.BinaryExpr)
	if !ok || s.constantExpr(b) {
		return
	}
	if to, ok := pairs[b.Op]; ok {
		s.edit(b.OpPos, b.OpPos+token.Pos(len(b.Op.String())), to.String())
	}
}

func boundary(s *site) {
	s.swapToken(map[token.Token]token.Token{
		token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	})
}

func negate(s *site) {
	s.swapToken(map[token.Token]token.Token{
		token.EQL: token.NEQ, token.NEQ: token.EQL,
		token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
	})
	switch n := s.node().(type) {
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			s.replace(n, s.text(n.X))
		}
	case *ast.CallExpr, *ast.Ident, *ast.SelectorExpr:
		if s.decides() {
			s.replace(n, "!"+s.text(n))
		}
	}
}

// decides reports whether the node is a whole condition, or an operand of && or ||.
func (s *site) decides() bool {
	e, ok := s.node().(ast.Expr)
	if !ok || s.constantExpr(e) || !isBool(s.Info.TypeOf(e)) {
		return false
	}
	switch p := s.up(1).(type) {
	case *ast.IfStmt:
		return p.Cond == e
	case *ast.ForStmt:
		return p.Cond == e
	case *ast.BinaryExpr:
		return p.Op == token.LAND || p.Op == token.LOR
	}
	return false
}

func isBool(t types.Type) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

func logical(s *site) {
	s.swapToken(map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND})
}
