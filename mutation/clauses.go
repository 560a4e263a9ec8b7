package mutation

import "strings"

// Clauses returns the weaknesses of the Rust engine's design, X-1 to X-22, and its past bugs, P-1 to P-24, for
// which [Defects] has a counterpart, with the names of those that stand for each.
func Clauses() map[string][]string {
	by := make(map[string][]string)
	for _, d := range Defects() {
		for clause := range strings.SplitSeq(d.Clause, ", ") {
			if clause != "" {
				by[clause] = append(by[clause], d.Name)
			}
		}
	}
	return by
}

// ClausesAbsent says of the others why there is none.
func ClausesAbsent() map[string]string {
	return map[string]string{
		"X-14": "how often a save syncs is a matter of cost, which benchmarks hold",
		"X-15": "there is no reserved field that nobody reads",
		"X-17": "what a poll costs is held by benchmarks",
		"X-18": "how a worker ends is told by its Join, which tests of the engine hold: M-8, M-10, M-17",
		"X-19": "what is observed of gaps is no promise that a run could break; the mutants G-1 and after hold it",
		"P-3":  "the engine imports no filesystem but the one it is handed, which internal/archtest holds",
		"P-4":  "a bug of the upstream simulation; here a fault that never strikes is an error of the sweep",
		"P-5":  "a bug of the upstream simulation; simfs is held by its own tests",
		"P-7":  "that a parked reader does not spin is a matter of cost",
		"P-8":  "a segment has no footer",
		"P-10": "there is no writer task that could panic and go on",
		"P-16": "the time of an event is that of the wall clock, which may go back",
		"P-17": "a fence that is open at the end has nobody who waits for it",
		"P-18": "what is observed of gaps is no promise that a run could break; the mutants G-1 and after hold it",
		"P-22": "refused before anything is written, which tests of coordinates hold: M-20, M-21",
		"P-23": "refused before anything is written, which tests of kinds hold",
	}
}
