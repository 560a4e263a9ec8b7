package schemata

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// hoisted is how statements look whose variables are declared before them.
type hoisted struct {
	declarations string // what stands before the guard
	edits        []edit // what makes the declarations in the statements assignments
}

// edit replaces a range of the source.
type edit struct {
	start, end int
	text       string
}

// hoist takes the declarations out of the statements. It fails if a type cannot be
// written, or if a name would come to mean something else.
func (f *file) hoist(run []ast.Stmt) (hoisted, bool) {
	var h hoisted
	var vars []*types.Var
	for _, s := range run {
		switch t := s.(type) {
		case *ast.AssignStmt:
			if t.Tok == token.DEFINE {
				names := f.defined(t.Lhs)
				vars = append(vars, names...)
				h.edits = append(h.edits, edit{f.offset(t.TokPos), f.offset(t.TokPos) + len(":="), "="})
			}
		case *ast.DeclStmt:
			spec, ok := singleVar(t)
			if !ok {
				return hoisted{}, false
			}
			for _, name := range spec.Names {
				if v, ok := f.info.Defs[name].(*types.Var); ok && name.Name != "_" {
					vars = append(vars, v)
				}
			}
			names := string(f.text[f.offset(spec.Names[0].Pos()):f.offset(spec.Names[len(spec.Names)-1].End())])
			h.edits = append(h.edits, edit{f.offset(t.Pos()), f.offset(spec.Values[0].Pos()), names + " = "})
		}
	}
	var b strings.Builder
	for _, v := range vars {
		text, ok := f.typeText(v.Type(), run[0].Pos())
		if !ok {
			return hoisted{}, false
		}
		b.WriteString("var " + v.Name() + " " + text + "; ")
	}
	h.declarations = b.String()
	return h, !f.captures(run, vars)
}

func (f *file) defined(names []ast.Expr) []*types.Var {
	var vars []*types.Var
	for _, e := range names {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
			if v, ok := f.info.Defs[id].(*types.Var); ok {
				vars = append(vars, v)
			}
		}
	}
	return vars
}

func singleVar(d *ast.DeclStmt) (*ast.ValueSpec, bool) {
	g, ok := d.Decl.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR || len(g.Specs) != 1 || g.Lparen.IsValid() {
		return nil, false
	}
	spec, ok := g.Specs[0].(*ast.ValueSpec)
	return spec, ok && len(spec.Values) > 0
}

// captures reports whether the statements use, under the name of one of the
// variables, something else.
func (f *file) captures(run []ast.Stmt, vars []*types.Var) bool {
	byName := make(map[string]*types.Var)
	for _, v := range vars {
		byName[v.Name()] = v
	}
	found := false
	for _, s := range run {
		ast.Inspect(s, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && byName[id.Name] != nil {
				o := f.info.Uses[id]
				found = found || o != nil && o != byName[id.Name] && !isField(o)
			}
			return !found
		})
	}
	return found
}

func isField(o types.Object) bool {
	v, ok := o.(*types.Var)
	if ok && v.IsField() {
		return true
	}
	fn, ok := o.(*types.Func)
	return ok && fn.Signature().Recv() != nil
}

// typeText writes a type as it is named at a place of the file.
func (f *file) typeText(t types.Type, at token.Pos) (string, bool) {
	w := typeWriter{file: f, scope: f.pkg.Scope().Innermost(at), at: at, ok: true, seen: make(map[types.Type]bool)}
	if w.scope == nil {
		return "", false
	}
	text := types.TypeString(t, w.qualify)
	w.check(t)
	return text, w.ok
}

// typeWriter checks that every name of a type is known at a place.
type typeWriter struct {
	*file
	scope *types.Scope
	at    token.Pos
	ok    bool
	seen  map[types.Type]bool
}

func (w *typeWriter) qualify(p *types.Package) string {
	if p == w.pkg {
		return ""
	}
	for _, spec := range w.tree.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || path != p.Path() {
			continue
		}
		name := p.Name()
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if _, found := w.scope.LookupParent(name, w.at); isImport(found) {
			return name
		}
	}
	w.ok = false
	return "?"
}

func isImport(o types.Object) bool { _, ok := o.(*types.PkgName); return ok }

func (w *typeWriter) check(t types.Type) {
	if t == nil || w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Basic:
		w.means(types.Universe.Lookup(t.Name()))
	case *types.Named:
		w.named(t.Obj(), t.TypeArgs())
	case *types.Alias:
		w.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		w.means(t.Obj())
	case *types.Pointer:
		w.check(t.Elem())
	case *types.Slice:
		w.check(t.Elem())
	case *types.Array:
		w.check(t.Elem())
	case *types.Chan:
		w.check(t.Elem())
	case *types.Map:
		w.check(t.Key())
		w.check(t.Elem())
	case *types.Signature:
		w.tuple(t.Params())
		w.tuple(t.Results())
	case *types.Struct:
		for v := range t.Fields() {
			w.ok = w.ok && (v.Exported() || v.Pkg() == w.pkg)
			w.check(v.Type())
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			w.ok = w.ok && (m.Exported() || m.Pkg() == w.pkg)
			w.check(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			w.check(e)
		}
	default:
		w.ok = false
	}
}

func (w *typeWriter) tuple(t *types.Tuple) {
	for v := range t.Variables() {
		w.check(v.Type())
	}
}

func (w *typeWriter) named(o *types.TypeName, args *types.TypeList) {
	if o.Pkg() == w.pkg || o.Pkg() == nil {
		w.means(o)
	} else {
		w.ok = w.ok && o.Exported()
	}
	for a := range args.Types() {
		w.check(a)
	}
}

// means checks that the object's name means it.
func (w *typeWriter) means(o types.Object) {
	if o == nil {
		w.ok = false
		return
	}
	_, found := w.scope.LookupParent(o.Name(), w.at)
	w.ok = w.ok && found == o
}

// sorted returns edits in the order of the source, without those that lie within
// another one.
func sorted(all []edit) []edit {
	slices.SortStableFunc(all, func(a, b edit) int { return a.start - b.start })
	return all
}
