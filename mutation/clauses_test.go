package mutation_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/batpak/batpak-sim/mutation"
)

// TestClausesAreComplete checks that each weakness and past bug of the Rust engine has a defect that
// stands for it, or a reason why there is none, and not both.
func TestClausesAreComplete(t *testing.T) {
	var all []string
	for n := 1; n <= 22; n++ {
		if n == 6 {
			all = append(all, "X-6a", "X-6b")
			continue
		}
		all = append(all, fmt.Sprintf("X-%d", n))
	}
	for n := 1; n <= 24; n++ {
		all = append(all, fmt.Sprintf("P-%d", n))
	}
	by, absent := mutation.Clauses(), mutation.ClausesAbsent()
	for _, clause := range all {
		if (len(by[clause]) > 0) == (absent[clause] != "") {
			t.Errorf("clause %s: defects %v, and why there is none: %q; want one of them", clause, by[clause], absent[clause])
		}
	}
	for clause := range by {
		if !slices.Contains(all, clause) {
			t.Errorf("defects %v stand for %q, which is no clause", by[clause], clause)
		}
	}
	ours := 0
	for _, d := range mutation.Defects() {
		if d.Clause == "" {
			ours++
		}
	}
	if ours < 20 {
		t.Errorf("%d defects are ours, want 20 and more", ours)
	}
}
