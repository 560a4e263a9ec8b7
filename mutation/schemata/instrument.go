package schemata

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Mutant is an edit of one file.
type Mutant struct {
	Start, End int // in bytes of the file
	New        string
	NoOp       bool // the edit is of the whole inside of a function's body
}

// Input is a type-checked file and the mutants to put into it.
type Input struct {
	Fset    *token.FileSet
	Tree    *ast.File
	Text    []byte
	Types   *types.Package
	Info    *types.Info
	Switch  string // import path of the switch
	First   int    // number that the first mutant gets
	Mutants []Mutant
}

// Source is an instrumented file.
type Source struct {
	Text    string
	Numbers []int // of each mutant of the input, 0 for one that is apart
	Guards  []int // of each mutant, the number under which its guard is reached
	Next    int   // the first number that is still free

	spans []span
}

// span is where in the text a mutant's copy stands.
type span struct{ start, end, mutant int }

// file is the input in the works.
type file struct {
	fset  *token.FileSet
	tree  *ast.File
	text  []byte
	pkg   *types.Package
	info  *types.Info
	gotos map[string]bool // labels that a goto jumps to

	mutants []Mutant
	out     strings.Builder
	spans   []span
}

// Instrument puts the mutants into a file.
func Instrument(in Input) Source {
	f := &file{fset: in.Fset, tree: in.Tree, text: in.Text, pkg: in.Types, info: in.Info, mutants: in.Mutants, gotos: gotos(in.Tree)}
	places := f.places()
	s := Source{Numbers: make([]int, len(in.Mutants)), Guards: make([]int, len(in.Mutants)), Next: in.First}
	each(places, func(p *place) {
		p.first = s.Next
		for _, m := range p.mutants {
			s.Numbers[m], s.Guards[m] = s.Next, p.first
			s.Next++
		}
	})
	name := f.offset(in.Tree.Name.End())
	f.out.Write(f.text[:name])
	if s.Next > in.First {
		fmt.Fprintf(&f.out, "; import %s %q", SwitchName, in.Switch)
	}
	f.render(name, len(f.text), places)
	s.Text, s.spans = f.out.String(), f.spans
	return s
}

// Blame returns the mutants of the input that an error at a line and column of the
// text, both from 1, can come from: the one whose copy is there, or all whose copies
// are between the function's beginning and there. Column 0, which the compiler means
// where a line is too long for it to count, blames all whose copies are on the line.
func (s *Source) Blame(line, column int) []int {
	if column == 0 {
		return s.within(s.at(line, 1), s.at(line+1, 1))
	}
	at := s.at(line, column)
	var before []int
	for _, p := range s.spans {
		if p.start <= at && at <= p.end {
			return []int{p.mutant}
		}
		if begin := strings.LastIndex(s.Text[:at], "\nfunc "); begin < p.start && p.start < at {
			before = append(before, p.mutant)
		}
	}
	return before
}

// within returns the mutants whose copies touch a range of the text.
func (s *Source) within(start, end int) []int {
	var all []int
	for _, p := range s.spans {
		if p.start < end && start < p.end {
			all = append(all, p.mutant)
		}
	}
	return all
}

// at is the offset of a line and column.
func (s *Source) at(line, column int) int {
	at := 0
	for range line - 1 {
		next := strings.IndexByte(s.Text[at:], '\n')
		if next < 0 {
			return len(s.Text)
		}
		at += next + 1
	}
	return min(at+column-1, len(s.Text))
}

func gotos(tree *ast.File) map[string]bool {
	all := make(map[string]bool)
	ast.Inspect(tree, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			all[b.Label.Name] = true
		}
		return true
	})
	return all
}

func (f *file) offset(p token.Pos) int { return f.fset.PositionFor(p, false).Offset }

// places returns where the mutants go, as a forest in the order of the source.
func (f *file) places() []*place {
	var all []*place
	for i, m := range f.mutants {
		p := f.placeOf(m)
		if p == nil {
			continue
		}
		p.mutants = []int{i}
		all = append(all, p)
	}
	all = f.join(all)
	for _, p := range all {
		slices.Sort(p.mutants)
	}
	return nest(all)
}

func (f *file) placeOf(m Mutant) *place {
	if m.NoOp {
		return &place{kind: body, start: m.Start, end: m.Start}
	}
	return f.find(m.Start, m.End)
}

// join makes one place of those that are the same, or that overlap without one lying
// in the other.
func (f *file) join(all []*place) []*place {
	slices.SortStableFunc(all, func(a, b *place) int { return cmp.Or(a.start-b.start, b.end-a.end, int(a.kind)-int(b.kind)) })
	var joined []*place
	for _, p := range all {
		into := slices.IndexFunc(joined, func(q *place) bool {
			same := q.start == p.start && q.end == p.end && q.kind == p.kind
			crossing := q.kind == statements && p.kind == statements && q.start < p.start && p.start < q.end && q.end < p.end
			return same || crossing && f.widen(q, p)
		})
		if into < 0 {
			joined = append(joined, p)
			continue
		}
		joined[into].mutants = append(joined[into].mutants, p.mutants...)
	}
	return joined
}

// widen makes q reach to the end of p.
func (f *file) widen(q, p *place) bool {
	run := slices.Clone(q.nodes)
	for _, s := range p.nodes {
		if !slices.Contains(run, s) {
			run = append(run, s)
		}
	}
	if !f.doubles(run) {
		return false
	}
	q.nodes, q.end = run, p.end
	return true
}

// nest puts places into those that they lie in. One that crosses another has no
// place and is left out.
func nest(all []*place) []*place {
	slices.SortStableFunc(all, func(a, b *place) int { return cmp.Or(a.start-b.start, b.end-a.end, int(a.kind)-int(b.kind)) })
	root := &place{start: -1, end: int(^uint(0) >> 1)}
	for _, p := range all {
		at := root
		for {
			in := slices.IndexFunc(at.inner, func(q *place) bool { return q.kind != body && q.start <= p.start && p.end <= q.end })
			if in < 0 {
				break
			}
			at = at.inner[in]
		}
		if !slices.ContainsFunc(at.inner, func(q *place) bool { return q.start < p.end && p.start < q.end }) {
			at.inner = append(at.inner, p)
		}
	}
	return root.inner
}

// each visits the places in the order of the source, outer ones first.
func each(places []*place, visit func(*place)) {
	for _, p := range places {
		visit(p)
		each(p.inner, visit)
	}
}
