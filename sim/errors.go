package sim

import "errors"

var (
	// ErrConfig is matched by the errors of Config.Validate.
	ErrConfig = errors.New("sim: invalid configuration")
	// ErrDeadlock is matched by Outcome.Err when the tasks waited for each other, or for what never came.
	ErrDeadlock = errors.New("sim: deadlock")
	// ErrStepBound is matched by Outcome.Err when Config.StepMax was hit.
	ErrStepBound = errors.New("sim: step bound hit")
	// ErrTimeBound is matched by Outcome.Err when Config.TimeMax was hit.
	ErrTimeBound = errors.New("sim: time bound hit")
	// ErrMemoryBound is matched by Outcome.Err when Config.MemoryMax was hit.
	ErrMemoryBound = errors.New("sim: memory bound hit")
	// ErrFailed is matched by Outcome.Err when code called Sim.Failf.
	ErrFailed = errors.New("sim: violation")
	// ErrGivenUp is matched by Outcome.Err when the strategy gave the run up.
	ErrGivenUp = errors.New("sim: given up")
	// ErrPanicked is matched by Outcome.Err when a task panicked.
	ErrPanicked = errors.New("sim: task panicked")
)

// RunError is an outcome other than Done. It unwraps to the sentinels that apply and, if a task panicked with an
// error, to that.
type RunError struct{ Outcome Outcome }

// Error is the outcome as text.
func (e *RunError) Error() string { return "sim: " + e.Outcome.String() }

// Unwrap implements the convention of package errors.
func (e *RunError) Unwrap() []error {
	var errs []error
	switch e.Outcome.Reason {
	case Deadlock:
		errs = append(errs, ErrDeadlock)
	case StepBound:
		errs = append(errs, ErrStepBound)
	case TimeBound:
		errs = append(errs, ErrTimeBound)
	case MemoryBound:
		errs = append(errs, ErrMemoryBound)
	case GivenUp:
		errs = append(errs, ErrGivenUp)
	}
	if e.Outcome.Violation != nil {
		errs = append(errs, ErrFailed)
	}
	if p := e.Outcome.Panic; p != nil {
		errs = append(errs, ErrPanicked)
		if err, ok := p.Value.(error); ok {
			errs = append(errs, err)
		}
	}
	return errs
}

// Err is nil if Reason is Done, otherwise a [*RunError].
func (o Outcome) Err() error {
	if o.Reason == Done {
		return nil
	}
	return &RunError{Outcome: o}
}
