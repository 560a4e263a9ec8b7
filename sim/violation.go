package sim

import "fmt"

// A Violation is something that must not be, found by the code under test or by a check around it.
type Violation struct {
	Task  string // in which it was found; empty outside any task
	Shape string // the format, without what differs from run to run: what tells one failure from another
	Text  string
}

func (v *Violation) String() string {
	if v.Task == "" {
		return v.Text
	}
	return v.Task + ": " + v.Text
}

// Failf reports a violation and ends the run; only the first counts. The format without its arguments is the shape of the
// violation, so what differs from run to run belongs into the arguments. In a task it does not return, and deferred calls
// run; outside one, and in a task that unwinds, it returns.
func (s *Sim) Failf(format string, args ...any) {
	if s.phase == over {
		panic("sim: Failf after the end of the run: " + fmt.Sprintf(format, args...))
	}
	if s.violation == nil {
		s.violation = &Violation{Task: s.TaskName(), Shape: format, Text: fmt.Sprintf(format, args...)}
		s.cfg.Trace.Emit(KindFail, format, s.violation.Text)
	}
	s.halt(Failed)
}

// halt ends the run. In a task it does not return.
func (s *Sim) halt(why Reason) {
	if s.reason == undecided {
		s.reason = why
	}
	if t := s.acting(); t != nil {
		s.chosen = nil
		t.park()
	}
}
