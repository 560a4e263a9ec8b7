package sim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// WithCancel is [context.WithCancel] for simulated code: the context ends when the function is called, or with parent.
//
// The function is a place where the task may be switched, before the context ends. The end wakes the tasks that wait with the
// context, or with one made from it: in [Sim.SleepContext], [Mutex.LockContext], [Notifier.WaitContext] and [Task.JoinContext].
// These and the functions that make contexts take any context that cannot end, such as [context.Background], those of the
// same Sim, and either with values; they panic at all others, because the Sim does not see these end. Calling the function
// again does nothing; it may be called outside a task and in one that unwinds, and is no place to switch there.
func (s *Sim) WithCancel(parent context.Context) (context.Context, context.CancelFunc) {
	c := s.newContext("WithCancel", parent, Forever)
	return c, func() { c.cancel(nil) }
}

// WithCancelCause is as [Sim.WithCancel], with a cause for [context.Cause].
func (s *Sim) WithCancelCause(parent context.Context) (context.Context, context.CancelCauseFunc) {
	c := s.newContext("WithCancelCause", parent, Forever)
	return c, c.cancel
}

// WithTimeout is as [Sim.WithCancel], and the context also ends after d of virtual time, at once if d is not positive. A
// deadline that no task waits for does not move time.
func (s *Sim) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	c := s.newContext("WithTimeout", parent, d)
	return c, func() { c.cancel(nil) }
}

// WithDeadline is [Sim.WithTimeout] of what is left until the wall clock of the process ([Sim.Wall]) shows at. As with other
// timers, later jumps of that clock do not matter.
func (s *Sim) WithDeadline(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
	c := s.newContext("WithDeadline", parent, at.Sub(s.Wall()))
	return c, func() { c.cancel(nil) }
}

// simContext is a context that ends as an event of the run.
type simContext struct {
	sim      *Sim
	parent   *simContext // nil if that cannot end
	name     string
	deadline time.Duration // its own or that of parent, whichever comes first; Forever if there is none
	wall     time.Time     // the same

	// inner is what package context knows: it closes Done, keeps the cause and the values, and ends contexts that others
	// made from this one, all without a goroutine.
	inner context.Context
	close context.CancelCauseFunc
	err   error // its own end; it may have ended with parent
}

func (s *Sim) newContext(call string, parent context.Context, d time.Duration) *simContext {
	c := &simContext{sim: s, parent: s.contextOf(call, parent), deadline: Forever}
	c.name = s.contexts.unique(s.contextName())
	c.inner, c.close = context.WithCancelCause(parent)
	if c.parent != nil {
		c.deadline, c.wall = c.parent.deadline, c.parent.wall
	}
	at := s.after(s.process(), max(d, 0))
	if c.Err() != nil || d == Forever || at >= c.deadline {
		return c
	}
	c.deadline, c.wall = at, s.Wall().Add(d)
	if d <= 0 {
		c.end(s.TaskName(), context.DeadlineExceeded, nil)
		return c
	}
	i, _ := slices.BinarySearchFunc(s.deadlines, at+1, func(o *simContext, at time.Duration) int { return cmp.Compare(o.deadline, at) })
	s.deadlines = slices.Insert(s.deadlines, i, c)
	return c
}

// contextName is that of the context which the running task makes, before it is made unique.
func (s *Sim) contextName() string {
	if task := s.TaskName(); task != "" {
		return task + "/context"
	}
	return "context"
}

// simContextKey is the key under which a simContext has itself as a value.
type simContextKey struct{}

// contextOf returns what ctx ends with, nil if it cannot end.
func (s *Sim) contextOf(call string, ctx context.Context) *simContext {
	if ctx != nil && ctx.Done() == nil {
		return nil
	}
	if ctx != nil {
		if c, ok := ctx.Value(simContextKey{}).(*simContext); ok && c.sim == s && c.Done() == ctx.Done() {
			return c
		}
	}
	panic(fmt.Sprintf("sim: %s with a context (%T) whose end this Sim does not see; make it with WithCancel, WithTimeout or WithDeadline of the Sim", call, ctx))
}

// Deadline implements [context.Context].
func (c *simContext) Deadline() (time.Time, bool) {
	if c.deadline == Forever {
		return c.inner.Deadline()
	}
	return c.wall, true
}

// Done implements [context.Context]. The channel is for code that looks whether it is closed: what blocks on a channel
// hangs the run.
func (c *simContext) Done() <-chan struct{} {
	c.look()
	return c.inner.Done()
}

// Err implements [context.Context]. That of no context is nil.
func (c *simContext) Err() error {
	c.look()
	for ; c != nil; c = c.parent {
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// Value implements [context.Context].
func (c *simContext) Value(key any) any {
	if key == (simContextKey{}) {
		return c
	}
	c.look() // context.Cause asks by a key that only it knows
	return c.inner.Value(key)
}

// String is the name of the context in reports.
func (c *simContext) String() string { return c.name }

// look declares that the running stretch depends on whether c has ended.
func (c *simContext) look() {
	for ; c != nil; c = c.parent {
		c.sim.touch(aContext, c.name, false)
	}
}

// cancel is what ends c; cause may be nil.
func (c *simContext) cancel(cause error) {
	s := c.sim
	if c.Err() != nil {
		return
	}
	if t := s.acting(); t != nil {
		s.pause(t, SiteCancel, c.name)
		if c.Err() != nil {
			return
		}
	}
	c.end(s.TaskName(), context.Canceled, cause)
}

// end ends c, which has not ended, in a task or by the passing of time, and wakes all who wait with it.
func (c *simContext) end(task string, err, cause error) {
	s := c.sim
	s.touch(aContext, c.name, true)
	c.err = err
	c.close(cmp.Or(cause, err))
	if i := slices.Index(s.deadlines, c); i >= 0 {
		s.deadlines = slices.Delete(s.deadlines, i, i+1)
	}
	s.cfg.Trace.record(&Event{Task: task, Kind: KindCancel, Object: c.name, Detail: err.Error()})
	for _, t := range s.bound {
		if t.context.Err() != nil {
			s.release(t)
		}
	}
}

// release ends whatever t waits for.
func (s *Sim) release(t *Task) {
	if t.in != nil {
		t.in.remove(t)
	}
	t.mutex = nil
	if !t.runnable {
		s.ready(t)
	}
}

// bind makes the end of c, which may be nil, end the wait that t begins.
func (s *Sim) bind(t *Task, c *simContext) {
	if c != nil {
		t.context = c
		s.bound = append(s.bound, t)
	}
}

// unbind ends what bind began.
func (s *Sim) unbind(t *Task) {
	if t.context != nil {
		t.context = nil
		s.bound = slices.DeleteFunc(s.bound, func(o *Task) bool { return o == t })
	}
}

// expire ends the contexts whose deadline has come by then, each at its time.
func (s *Sim) expire(then time.Duration) {
	for len(s.deadlines) > 0 && s.deadlines[0].deadline <= then {
		c := s.deadlines[0]
		s.now = c.deadline
		if c.Err() == nil {
			c.end("", context.DeadlineExceeded, nil)
		} else {
			s.deadlines = slices.Delete(s.deadlines, 0, 1) // it has ended with its parent
		}
	}
}
