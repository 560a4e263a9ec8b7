package sim

// Failure is a run that failed, and the script that makes it fail again.
type Failure struct {
	Script
	Outcome Outcome
}

// record carries out a run and returns what it recorded.
func record(run Runner, src Source) Failure {
	r := NewRecorder(src)
	o := run(r)
	return Failure{Script{o.Signature(), r.Decisions()}, o}
}

// telling are the decisions that are not the plainest. A replay of them alone is the same run.
func telling(ds []Decision) []Decision {
	var out []Decision
	for _, d := range ds {
		if d.Value != 0 {
			out = append(out, d)
		}
	}
	return out
}
