package sim

// Failure is a run that failed, and what it takes to see it again.
type Failure struct {
	Signature string
	Outcome   Outcome
	Decisions []Decision // a [Replay] of them fails so again
}

// record carries out a run and returns its failure, nil if it has none.
func record(run Runner, src Source) *Failure {
	r := NewRecorder(src)
	o := run(r)
	if o.Signature() == "" {
		return nil
	}
	return &Failure{Signature: o.Signature(), Outcome: o, Decisions: r.Decisions()}
}
