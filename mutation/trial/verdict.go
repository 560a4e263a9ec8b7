package trial

import (
	"time"

	"github.com/batpak/batpak-sim/mutation/operator"
)

// Status is what became of a mutant.
type Status string

// The statuses. Of the score, killed and hanging mutants are the good part, and
// surviving and unreached ones the bad; the rest do not count.
const (
	Killed     Status = "killed"     // a test failed, and failed again
	Hung       Status = "hung"       // a test did not end in time, twice
	Survived   Status = "survived"   // every test passed
	Unreached  Status = "unreached"  // no test comes to it
	Accepted   Status = "accepted"   // survived or unreached, and the ledger says why
	Equivalent Status = "equivalent" // its object code is that of the source
	Invalid    Status = "invalid"    // it does not compile
	Ignored    Status = "ignored"    // the source says //mutation:ignore
)

// Verdict is what a trial says of one mutant.
type Verdict struct {
	operator.Mutant
	Name    string // if someone named it
	Purpose string // what it breaks, if someone named it
	Status  Status
	Killer  string        // the test that failed, as package.Test
	Took    time.Duration // of the run that killed
	Reached []string      // the tests that reach it, quickest first
	Flaky   bool          // a test failed with it, and passed when it ran again
	Reason  string        // why it is accepted, ignored or invalid
	Race    bool          // the race detector alone notices it
	Apart   bool          // it had a build of its own
	Cached  bool          // it is from an earlier trial of the same code and tests
	Kills   []string      // every test that kills it, if the matrix was asked for
}

// Dead reports whether the tests noticed the mutant.
func (v Verdict) Dead() bool { return v.Status == Killed || v.Status == Hung }

// Alive reports whether the mutant is one that the tests should have noticed.
func (v Verdict) Alive() bool { return v.Status == Survived || v.Status == Unreached }

// Report is the outcome of a trial.
type Report struct {
	Module   string
	Root     string
	Verdicts []Verdict
	Stale    []Entry // of the ledger: the mutant is gone, or killed now
	Suites   []SuiteReport
	Took     time.Duration

	costs map[string]time.Duration // of killers, without a mutant
}

// SuiteReport is what was measured of one test binary without any mutant.
type SuiteReport struct {
	Package string
	Tests   int
	Took    time.Duration
}

// Count returns the number of mutants of that status.
func (r Report) Count(s Status) int {
	n := 0
	for _, v := range r.Verdicts {
		if v.Status == s {
			n++
		}
	}
	return n
}

// Score is the percentage of counted mutants that are dead, 100 if none counts.
func (r Report) Score() float64 {
	dead, alive := 0, 0
	for _, v := range r.Verdicts {
		switch {
		case v.Dead():
			dead++
		case v.Alive() || v.Status == Accepted:
			alive++
		}
	}
	if dead+alive == 0 {
		return 100
	}
	return 100 * float64(dead) / float64(dead+alive)
}
