package sim

import (
	"fmt"
	"strings"
	"time"
)

// A Reason says why a run ended.
type Reason uint8

// Reasons.
const (
	undecided   Reason = iota
	Done               // every task has ended
	Deadlock           // no task can run, none has a timer, and not all have ended
	StepBound          // Config.StepMax was hit
	TimeBound          // the next timer lies beyond Config.TimeMax
	Panicked           // a task panicked
	Failed             // a task called Sim.Failf
	GivenUp            // the strategy returned GiveUp
	MemoryBound        // Config.MemoryMax was hit
)

var reasonNames = [...]string{
	"undecided", "done", "deadlock", "step bound", "time bound", "panicked", "failed", "given up", "memory bound",
}

func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("Reason(%d)", uint8(r))
}

// Outcome tells how a run ended.
type Outcome struct {
	Reason   Reason
	Steps    uint64
	Switches uint64
	Time     time.Duration // virtual time at the end
	Digest   uint64        // of the trace, including what unwinding tasks emitted
	// Waiting has, by task id, every task that had not ended when the run did; it is empty when Reason is Done.
	Waiting []Wait
	// Panic is the first panic of a task. It may also be set with another Reason, by deferred code of a task that was
	// unwound after the end.
	Panic *PanicInfo
	// Violation is the first of [Sim.Failf]. As with Panic, another Reason may come with it.
	Violation *Violation
}

// A Wait is a task that had not ended, and what it stood at.
type Wait struct {
	Task     string
	Site     Site
	Runnable bool   // it could have gone on
	Holder   string // of the mutex that it waits to lock, if that is locked
	Context  string // whose end would end the wait, named after the task that made it; empty if there is none
}

// outside is the holder of what was locked outside any task.
const outside = "(no task)"

// PanicInfo is a panic that a task did not recover from.
type PanicInfo struct {
	Task  string
	Value any
	Stack []byte // as of [debug.Stack]; not the same in every run
}

// String is the outcome for people, on a line for itself and one for every task that had not ended. It is the same in
// every run of the same seed, as far as a panic value is.
func (o Outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v at %v after %d steps, %d switches", o.Reason, o.Time, o.Steps, o.Switches)
	if o.Panic != nil {
		fmt.Fprintf(&b, "\n  %s: panic: %v", o.Panic.Task, o.Panic.Value)
	}
	if o.Violation != nil {
		fmt.Fprintf(&b, "\n  %s", o.Violation)
	}
	for _, w := range o.Waiting {
		b.WriteString("\n  ")
		b.WriteString(w.String())
	}
	return b.String()
}

func (w Wait) String() string {
	verb := "waits at"
	if w.Runnable {
		verb = "can go on at"
	}
	s := w.Task + ": " + verb + " " + w.Site.String()
	if w.Holder != "" {
		s += ", held by " + w.Holder
	}
	if w.Context != "" {
		s += ", until " + w.Context + " ends"
	}
	return s
}

func (s Site) String() string {
	if s.Object == "" {
		return s.Kind
	}
	return s.Kind + " " + s.Object
}

func (s *Sim) outcome() Outcome {
	return Outcome{
		Reason:   s.reason,
		Steps:    s.steps,
		Switches: s.switches,
		Time:     s.now,
		Digest:   s.cfg.Trace.Digest(),
		Waiting:  s.waiting,
		Panic:    s.panic,

		Violation: s.violation,
	}
}

// stands lists the tasks that have not ended.
func (s *Sim) stands() []Wait {
	var out []Wait
	for _, t := range s.tasks {
		if t.fate != "" {
			continue
		}
		w := Wait{Task: t.name, Site: t.site, Runnable: t.runnable}
		if t.mutex != nil {
			w.Holder = t.mutex.owner()
		}
		if t.context != nil && !t.runnable {
			w.Context = t.context.name
		}
		out = append(out, w)
	}
	return out
}

// panicked reports a panic. Only the first makes it into the outcome, all into the trace.
func (s *Sim) panicked(p *PanicInfo) {
	s.cfg.Trace.record(&Event{Task: p.Task, Kind: KindPanic, Detail: p.describe()})
	if s.panic == nil {
		s.panic = p
	}
	if s.reason == undecided {
		s.reason = Panicked
	}
}

// describe is the panic value as far as it is sure to be the same in every run: formatting any other value could show
// addresses.
func (p *PanicInfo) describe() string {
	switch v := p.Value.(type) {
	case string:
		return v
	case error:
		return v.Error()
	}
	return fmt.Sprintf("%T", p.Value)
}
