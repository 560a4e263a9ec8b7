package operator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Mutant is one small fault as an edit of the source.
type Mutant struct {
	ID       string
	Operator string
	Package  string // import path
	Function string // "Type.Method" for methods, empty at package level
	File     string
	Start    int // of the replaced text, in bytes of File
	End      int
	Old, New string
	Before   string // what stands on the line before Old
	After    string // what stands on the last line behind it
	Line     int    // of Start, from 1
	LineEnd  int
	Column   int // of Start, in bytes from 1
	ColEnd   int
	NoOp     bool // the replaced text is the whole inside of Function's body

	context string // the line of Start
}

// identify sets the mutants' IDs.
func identify(mutants []Mutant) {
	seen := make(map[string]int)
	for i := range mutants {
		m := &mutants[i]
		key := strings.Join([]string{m.Package, m.Function, m.Operator, squeeze(m.context), squeeze(m.Old), squeeze(m.New)}, "\x00")
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
		m.ID = hex.EncodeToString(sum[:6])
	}
}

// squeeze makes white space insignificant, so that formatting changes no ID.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }
