package scenarios

import "slices"

// Verdict is how a run ended.
type Verdict string

const (
	Pass         Verdict = "pass"
	Violated     Verdict = "violation"     // an oracle found that something promised does not hold
	Inconclusive Verdict = "inconclusive"  // a bound was hit before the run had ended
	Vacuous      Verdict = "vacuous"       // of a sweep: it has not tried what it is there to try
	HarnessError Verdict = "harness-error" // the harness itself is at fault

	// Nondeterministic means that two runs of one Config differ, so that no result counts.
	Nondeterministic Verdict = "nondeterministic"
)

// ExitCode is the exit code of a program that ends with the verdict.
func (v Verdict) ExitCode() int {
	switch v {
	case Pass:
		return 0
	case Violated:
		return 1
	case Inconclusive:
		return 3
	case Nondeterministic:
		return 4
	case Vacuous:
		return 5
	default:
		return 2
	}
}

// Worse returns the graver of two verdicts, by the order of [Verdicts].
func (v Verdict) Worse(other Verdict) Verdict {
	if other.grade() > v.grade() {
		return other
	}
	return v
}

func (v Verdict) grade() int { return slices.Index(Verdicts(), v) }

// Verdicts lists the verdicts from the best to the worst.
func Verdicts() []Verdict {
	return []Verdict{Pass, Inconclusive, Vacuous, Violated, HarnessError, Nondeterministic}
}
