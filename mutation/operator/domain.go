package operator

import (
	"go/ast"
	"regexp"
	"slices"
)

// The operators of durable storage go by names: what the source calls a sync, a
// publish or a region is taken for one.
var (
	namesSync      = regexp.MustCompile(`(?i)^f?sync|sync$|flush$`)
	namesDirectory = regexp.MustCompile(`(?i)dir|parent|change|rename`)
	namesPublish   = regexp.MustCompile(`(?i)publish|reveal|setVisible`)
	namesEpoch     = regexp.MustCompile(`(?i)epoch`)
	namesChecksum  = regexp.MustCompile(`(?i)crc|checksum`)
	namesRegion    = regexp.MustCompile(`(?i)region`)
	namesAccept    = regexp.MustCompile(`(?i)accept|handle|deliver|^call$`)
	namesPersist   = regexp.MustCompile(`(?i)persist|commit|save|checkpoint`)
	namesWrite     = regexp.MustCompile(`(?i)^write`)
)

// syncing returns the call at the node if it syncs and gives back an error alone.
func (s *site) syncing() *ast.CallExpr {
	c, ok := s.node().(*ast.CallExpr)
	if !ok || !namesSync.MatchString(calledName(c)) || !isErrorResult(s, c) {
		return nil
	}
	return c
}

func isErrorResult(s *site, c *ast.CallExpr) bool {
	t := s.Info.TypeOf(c)
	return t != nil && isError(t)
}

func aboutDirectory(s *site, c *ast.CallExpr) bool { return namesDirectory.MatchString(s.text(c.Fun)) }

func dropDirectorySync(s *site) {
	if c := s.syncing(); c != nil && aboutDirectory(s, c) {
		s.drop(c)
	}
}

func dropSync(s *site) {
	if c := s.syncing(); c != nil && !aboutDirectory(s, c) {
		s.drop(c)
	}
}

// drop proposes that a call is not made and reports no error.
func (s *site) drop(c *ast.CallExpr) {
	if statement, ok := s.up(1).(*ast.ExprStmt); ok {
		s.replace(statement, "")
		return
	}
	s.replace(c, "error(nil)")
}

// neighbours visits each statement of a list with the one behind it.
func (s *site) neighbours(visit func(a, b ast.Stmt)) {
	list := listOf(s.node())
	for i := range len(list) - 1 {
		visit(list[i], list[i+1])
	}
}

// calls reports whether a statement calls something of such a name, outside of the
// functions it defines.
func calls(n ast.Node, names *regexp.Regexp) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && names.MatchString(calledName(c)) {
			found = true
		}
		_, function := n.(*ast.FuncLit)
		return !found && !function
	})
	return found
}

// exchange proposes that two statements change places.
func (s *site) exchange(a, b ast.Stmt) {
	between := s.file.Text[s.offset(a.End()):s.offset(b.Pos())]
	s.edit(a.Pos(), b.End(), s.text(b)+string(between)+s.text(a))
}

func reorderPublishSync(s *site) {
	s.neighbours(func(a, b ast.Stmt) {
		if calls(a, namesSync) && calls(b, namesPublish) && !calls(a, namesPublish) {
			s.exchange(a, b)
		}
	})
}

func lateEpoch(s *site) {
	s.neighbours(func(a, b ast.Stmt) {
		if calls(a, namesEpoch) && !calls(b, namesEpoch) && defines(a) {
			s.exchange(a, b)
		}
	})
}

func defines(n ast.Stmt) bool {
	_, ok := n.(*ast.AssignStmt)
	return ok
}

// persistBeforeAccept proposes that what is saved after the handler is saved before.
func persistBeforeAccept(s *site) {
	s.neighbours(func(a, b ast.Stmt) {
		if calls(a, namesAccept) && calls(b, namesPersist) {
			s.exchange(a, b)
		}
	})
}

// skipIf proposes that an if whose condition is about such a name is not taken.
func (s *site) skipIf(names *regexp.Regexp) {
	n, ok := s.node().(*ast.IfStmt)
	if !ok || s.constantExpr(n.Cond) {
		return
	}
	if names.MatchString(s.text(n.Cond)) {
		s.replace(n.Cond, s.never())
	}
}

func skipCRCCheck(s *site)    { s.skipIf(namesChecksum) }
func skipRegionCheck(s *site) { s.skipIf(namesRegion) }

// ignoreShortWrite proposes that the check behind a write is not made.
func ignoreShortWrite(s *site) {
	if n, ok := s.node().(*ast.IfStmt); ok && n.Init != nil && calls(n.Init, namesWrite) {
		s.replace(n.Cond, s.never())
	}
	s.neighbours(func(a, b ast.Stmt) {
		check, ok := b.(*ast.IfStmt)
		if ok && check.Init == nil && calls(a, namesWrite) && about(check.Cond, a) {
			s.replace(check.Cond, s.never())
		}
	})
}

// about reports whether a condition names what a statement assigns.
func about(cond ast.Expr, a ast.Stmt) bool {
	assigns, ok := a.(*ast.AssignStmt)
	if !ok {
		return false
	}
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		name, ok := n.(*ast.Ident)
		found = found || ok && slices.ContainsFunc(assigns.Lhs, func(e ast.Expr) bool {
			to, ok := e.(*ast.Ident)
			return ok && to.Name == name.Name
		})
		return !found
	})
	return found
}
