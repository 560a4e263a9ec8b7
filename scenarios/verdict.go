package scenarios

// Verdict is how a run ended.
type Verdict string

const (
	Pass         Verdict = "pass"
	Violated     Verdict = "violation"     // an oracle found that something promised does not hold
	Inconclusive Verdict = "inconclusive"  // a bound was hit before the run had ended
	HarnessError Verdict = "harness-error" // the harness itself is at fault
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
	default:
		return 2
	}
}

// Worse returns the graver of two verdicts: a harness error before a violation,
// that before inconclusive.
func (v Verdict) Worse(other Verdict) Verdict {
	if other.grade() > v.grade() {
		return other
	}
	return v
}

func (v Verdict) grade() int {
	switch v {
	case Pass:
		return 0
	case Inconclusive:
		return 1
	case Violated:
		return 2
	default:
		return 3
	}
}
