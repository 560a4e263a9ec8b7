package operator

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// constant proposes the next number for one that is written down, and the other
// truth. Octal numbers are permissions and masks and are left alone.
func constant(s *site) {
	switch n := s.node().(type) {
	case *ast.BasicLit:
		if n.Kind == token.INT && !isOctal(n.Value) && !s.arrayLength(n) {
			if v, err := strconv.ParseUint(strings.ReplaceAll(n.Value, "_", ""), 0, 64); err == nil && v+1 != 0 {
				s.replace(n, strconv.FormatUint(v+1, 10))
			}
		}
	case *ast.Ident:
		if s.Info.Uses[n] == types.Universe.Lookup("true") {
			s.replace(n, s.never())
		}
		if s.Info.Uses[n] == types.Universe.Lookup("false") {
			s.replace(n, s.always())
		}
	}
}

func isOctal(literal string) bool {
	return len(literal) > 1 && literal[0] == '0' && strings.Trim(literal[1:], "oO_01234567") == ""
}

func (s *site) arrayLength(n ast.Expr) bool {
	a, ok := s.up(1).(*ast.ArrayType)
	return ok && a.Len == n
}

// returnValue proposes the zero value for each result, and for a bool its other
// value too.
func returnValue(s *site) {
	s.eachResult(func(e ast.Expr, t types.Type) {
		switch {
		case isError(t):
		case isBool(t):
			s.replace(e, s.never())
			s.replace(e, s.always())
		default:
			if zero, ok := s.zero(t); ok {
				s.replace(e, zero)
			}
		}
	})
}

// dropError proposes nil for each error that is returned.
func dropError(s *site) {
	s.eachResult(func(e ast.Expr, t types.Type) {
		if isError(t) {
			s.replace(e, s.predeclared("nil", "*new("+s.typeText(t)+")"))
		}
	})
}

// eachResult visits the values of a return statement that gives one for each result.
func (s *site) eachResult(visit func(ast.Expr, types.Type)) {
	r, ok := s.node().(*ast.ReturnStmt)
	if !ok {
		return
	}
	results := s.results()
	if results == nil || results.Len() != len(r.Results) {
		return
	}
	for i, e := range r.Results {
		visit(e, results.At(i).Type())
	}
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// zero writes the zero value of a type, if it can be written in this file.
func (s *site) zero(t types.Type) (string, bool) {
	if p, ok := t.(*types.TypeParam); ok {
		return "*new(" + p.Obj().Name() + ")", true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return s.never(), true
		case u.Info()&types.IsString != 0:
			return `""`, true
		case u.Info()&types.IsNumeric != 0:
			return "0", true
		}
		return s.predeclared("nil", ""), s.predeclared("nil", "") != ""
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return s.predeclared("nil", ""), s.predeclared("nil", "") != ""
	}
	text := s.typeText(t)
	return text + "{}", text != ""
}

// typeText writes a type as this file names it; empty if it cannot.
func (s *site) typeText(t types.Type) string {
	foreign := false
	text := types.TypeString(t, func(p *types.Package) string {
		if p == s.Types {
			return ""
		}
		for _, spec := range s.file.Tree.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); path == p.Path() && spec.Name == nil {
				return p.Name()
			}
		}
		foreign = true
		return "?"
	})
	if foreign {
		return ""
	}
	return text
}

// emptyBody proposes a function that does nothing and returns zero values.
func emptyBody(s *site) {
	f, ok := s.node().(*ast.FuncDecl)
	if !ok || f.Body == nil || len(f.Body.List) == 0 || isMain(s.Types, f) {
		return
	}
	var zeros []string
	results := s.results()
	for i := range results.Len() {
		zero, ok := s.zero(results.At(i).Type())
		if !ok {
			return
		}
		zeros = append(zeros, zero)
	}
	text := fmt.Sprintf("return %s", strings.Join(zeros, ", "))
	if only, ok := f.Body.List[0].(*ast.ReturnStmt); ok && squeeze(s.text(only)) == squeeze(text) {
		return
	}
	s.edit(f.Body.Lbrace+1, f.Body.Rbrace, " "+strings.TrimSpace(text)+" ")
	s.found[len(s.found)-1].NoOp = true
}

func isMain(p *types.Package, f *ast.FuncDecl) bool {
	return p.Name() == "main" && f.Recv == nil && f.Name.Name == "main"
}
