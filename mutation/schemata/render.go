package schemata

import (
	"fmt"
	"slices"
)

// render writes the source from start to end with the places in it guarded.
func (f *file) render(start, end int, places []*place) {
	f.renderWith(start, end, places, nil)
}

// renderWith is render with edits, none of which touches a place.
func (f *file) renderWith(start, end int, places []*place, edits []edit) {
	at := start
	for _, p := range places {
		f.copy(at, p.start, edits)
		f.guard(p)
		at = p.end
	}
	f.copy(at, end, edits)
}

// guard writes a place: what it is with each of its mutants, and without.
func (f *file) guard(p *place) {
	switch p.kind {
	case condition:
		f.guardCondition(p)
	case body:
		f.guardBody(p)
	case statements:
		f.guardStatements(p)
	}
}

// guardStatements writes
//
//	declarations; if at := At(first, n); at == 1 { mutant } else if ... else { source }
func (f *file) guardStatements(p *place) {
	h, _ := f.hoist(p.nodes)
	fmt.Fprintf(&f.out, "%sif %sAt := %s.At(%d, %d); ", h.declarations, SwitchName, SwitchName, p.first, len(p.mutants))
	labels := f.labels(p.nodes)
	for i, m := range p.mutants {
		edits := slices.Clone(h.edits)
		for _, at := range labels {
			edits = append(edits, edit{at, at, fmt.Sprintf("_mutant%d", p.first+i)})
		}
		fmt.Fprintf(&f.out, "%sAt == %d { ", SwitchName, i+1)
		f.copyMutant(p, m, edits)
		f.out.WriteString(" } else ")
		if i+1 < len(p.mutants) {
			f.out.WriteString("if ")
		}
	}
	f.out.WriteString("{ ")
	f.renderWith(p.start, p.end, p.inner, h.edits)
	f.out.WriteString(" }")
}

// guardCondition writes, without a type that could be the wrong one,
//
//	At(first, n) == 0 && (source) || On == first && (mutant) || ...
func (f *file) guardCondition(p *place) {
	fmt.Fprintf(&f.out, "(%s.At(%d, %d) == 0 && (", SwitchName, p.first, len(p.mutants))
	f.render(p.start, p.end, p.inner)
	fmt.Fprintf(&f.out, ") || %s.On != 0 && (", SwitchName)
	for i, m := range p.mutants {
		if i > 0 {
			f.out.WriteString(" || ")
		}
		fmt.Fprintf(&f.out, "%s.On == %d && (", SwitchName, p.first+i)
		f.copyMutant(p, m, nil)
		f.out.WriteString(")")
	}
	f.out.WriteString("))")
}

func (f *file) guardBody(p *place) {
	for i, m := range p.mutants {
		fmt.Fprintf(&f.out, " if %s.At(%d, 1) == 1 { ", SwitchName, p.first+i)
		start := f.out.Len()
		f.out.WriteString(f.mutants[m].New)
		f.spans = append(f.spans, span{start, f.out.Len(), m})
		f.out.WriteString(" };")
	}
}

// copyMutant writes a place with one mutant in it.
func (f *file) copyMutant(p *place, m int, edits []edit) {
	mutant := f.mutants[m]
	edits = slices.DeleteFunc(edits, func(e edit) bool {
		return mutant.Start < e.end && e.start < mutant.End || e.start == e.end && mutant.Start < e.start && e.start < mutant.End
	})
	start := f.out.Len()
	f.copy(p.start, p.end, append(edits, edit{mutant.Start, mutant.End, mutant.New}))
	f.spans = append(f.spans, span{start, f.out.Len(), m})
}

// copy writes the source from start to end with the edits that lie in it.
func (f *file) copy(start, end int, edits []edit) {
	at := start
	for _, e := range sorted(edits) {
		if e.start < at || e.end > end {
			continue
		}
		f.out.Write(f.text[at:e.start])
		f.out.WriteString(e.text)
		at = e.end
	}
	f.out.Write(f.text[at:end])
}
