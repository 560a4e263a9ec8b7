package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/batpak/batpak-sim/mutation/operator"
)

// OperatorNamed is what verdicts call the operator of a named mutant that no operator
// proposes.
const OperatorNamed = "named"

// Named is a mutant that someone wrote.
type Named struct {
	Name    string
	Purpose string            // what it breaks, in one line
	Files   map[string]string // text with the mutant in it, by slash-separated path from the module's root
}

// named returns the verdicts to be found on the named mutants. One that an operator
// proposes too is that operator's.
func (t *trial) named(found []operator.Mutant) ([]Verdict, error) {
	var all []Verdict
	t.written = make(map[string]overlay)
	for _, n := range t.config.Named {
		m, over, err := t.module.write(n)
		if err != nil {
			return nil, fmt.Errorf("mutant %s: %w", n.Name, err)
		}
		at := slices.IndexFunc(found, func(o operator.Mutant) bool { return len(over) == 1 && t.module.same(o, m, over) })
		if at >= 0 {
			m = found[at]
		} else {
			t.written[m.ID] = over
		}
		all = append(all, Verdict{Mutant: m, Name: n.Name, Purpose: n.Purpose})
	}
	return all, nil
}

// write returns a named mutant as one of its first file, and all its files.
func (m *module) write(n Named) (operator.Mutant, overlay, error) {
	var mutant operator.Mutant
	over := make(overlay)
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(n.Files)) {
		path := filepath.Join(m.root, filepath.FromSlash(name))
		over[path] = n.Files[name]
		text, err := os.ReadFile(path)
		if err != nil {
			return mutant, nil, err
		}
		i := slices.IndexFunc(m.packages, func(p *operator.Package) bool { return filepath.Join(m.root, m.dir(p.Path)) == filepath.Dir(path) })
		if i < 0 {
			return mutant, nil, fmt.Errorf("it is in %s, which is not on trial", name)
		}
		edit, changed := difference(string(text), n.Files[name])
		if !changed {
			return mutant, nil, fmt.Errorf("it leaves %s as it is", name)
		}
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00", n.Name, name, edit.Old, edit.New)
		if mutant.File == "" {
			mutant = edit
			mutant.File, mutant.Package, mutant.Operator = path, m.packages[i].Path, OperatorNamed
		}
	}
	if mutant.File == "" {
		return mutant, nil, errors.New("it changes no file")
	}
	mutant.ID = hex.EncodeToString(h.Sum(nil)[:6])
	return mutant, over, nil
}

// difference returns the one edit that makes a text of another, in whole lines.
func difference(from, to string) (operator.Mutant, bool) {
	old, new := strings.SplitAfter(from, "\n"), strings.SplitAfter(to, "\n")
	front := 0
	for front < min(len(old), len(new)) && old[front] == new[front] {
		front++
	}
	back := 0
	for back < min(len(old), len(new))-front && old[len(old)-1-back] == new[len(new)-1-back] {
		back++
	}
	e := operator.Mutant{
		Old: strings.Join(old[front:len(old)-back], ""), New: strings.Join(new[front:len(new)-back], ""),
		Start: len(strings.Join(old[:front], "")), Line: front + 1, Column: 1, ColEnd: 1,
	}
	e.End, e.LineEnd = e.Start+len(e.Old), e.Line+strings.Count(e.Old, "\n")
	return e, from != to
}

// tight is a mutant of the same file and effect whose edit has no text at its ends that
// it leaves as it is, and no white space: it may find a place in the build of all.
func tight(m operator.Mutant) operator.Mutant {
	old, new := m.Old, m.New
	for old != "" && new != "" && old[0] == new[0] {
		old, new = old[1:], new[1:]
		m.Start++
	}
	for old != "" && new != "" && old[len(old)-1] == new[len(new)-1] {
		old, new = old[:len(old)-1], new[:len(new)-1]
	}
	m.Start += len(old) - len(strings.TrimLeftFunc(old, unicode.IsSpace))
	m.Old, m.New = strings.TrimSpace(old), strings.TrimSpace(new)
	m.End = m.Start + len(m.Old)
	return m
}

// same reports whether an operator's mutant makes of the file what a written one does,
// but for white space.
func (m *module) same(o, written operator.Mutant, over overlay) bool {
	if o.File != written.File || o.End < written.Start || written.End < o.Start {
		return false
	}
	text, err := m.edited(o)
	return err == nil && squeeze(text) == squeeze(over[o.File])
}

func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
