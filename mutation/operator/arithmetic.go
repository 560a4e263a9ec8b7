package operator

import (
	"go/ast"
	"go/token"
	"go/types"
)

func arithmetic(s *site) {
	if s.numeric() {
		s.swapOperation(map[token.Token]token.Token{
			token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
			token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
			token.MUL_ASSIGN: token.QUO_ASSIGN, token.QUO_ASSIGN: token.MUL_ASSIGN, token.REM_ASSIGN: token.MUL_ASSIGN,
		})
	}
}

func bitwise(s *site) {
	s.swapOperation(map[token.Token]token.Token{
		token.AND: token.OR, token.OR: token.AND, token.XOR: token.AND, token.AND_NOT: token.AND,
		token.SHL: token.SHR, token.SHR: token.SHL,
		token.AND_ASSIGN: token.OR_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN, token.XOR_ASSIGN: token.AND_ASSIGN,
		token.AND_NOT_ASSIGN: token.AND_ASSIGN, token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
	})
}

// swapOperation is swapToken for expressions and for assignments.
func (s *site) swapOperation(pairs map[token.Token]token.Token) {
	s.swapToken(pairs)
	if a, ok := s.node().(*ast.AssignStmt); ok {
		if to, ok := pairs[a.Tok]; ok {
			s.edit(a.TokPos, a.TokPos+token.Pos(len(a.Tok.String())), to.String())
		}
	}
}

// numeric reports whether the node calculates with numbers; strings know + too.
func (s *site) numeric() bool {
	var t types.Type
	switch n := s.node().(type) {
	case *ast.BinaryExpr:
		t = s.Info.TypeOf(n)
	case *ast.AssignStmt:
		t = s.Info.TypeOf(n.Lhs[0])
	}
	if t == nil {
		return false
	}
	if p, ok := t.(*types.TypeParam); ok {
		legal, ok := p.Constraint().Underlying().(*types.Interface)
		return ok && types.Satisfies(types.Typ[types.Int], legal) && !types.Satisfies(types.Typ[types.String], legal)
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

func increment(s *site) {
	n, ok := s.node().(*ast.IncDecStmt)
	if !ok {
		return
	}
	to := token.INC
	if n.Tok == token.INC {
		to = token.DEC
	}
	s.edit(n.TokPos, n.End(), to.String())
}
