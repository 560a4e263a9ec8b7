package sim

import "time"

// A Timer calls a function once, in a task of its own, after some virtual time. See [Sim.AfterFunc].
type Timer struct {
	process *Process
	name    string
	f       func()
	cancel  *Notifier // of the latest start
	pending bool
}

// AfterFunc starts a task of that name, in the process of the running task, that waits for d and then calls f. As with
// [time.AfterFunc], the timer can be stopped until then.
func (s *Sim) AfterFunc(name string, d time.Duration, f func()) *Timer {
	t := &Timer{process: s.root, name: name, f: f}
	if s.current != nil {
		t.process = s.current.process
	}
	t.start(d)
	return t
}

// Stop keeps the timer from calling f, and tells whether it has: false means that it was stopped before or that the call
// has begun. It is no place where the task may be switched.
func (t *Timer) Stop() bool {
	t.process.sim.touch(aNotifier, t.name, true) // that it is pending goes by the name of its notifier
	if !t.pending {
		return false
	}
	t.pending = false
	t.cancel.wake()
	return true
}

// Reset stops the timer and starts it anew, and tells what Stop did.
func (t *Timer) Reset(d time.Duration) bool {
	stopped := t.Stop()
	t.start(d)
	return stopped
}

func (t *Timer) start(d time.Duration) {
	cancel := t.process.sim.NewNotifier(t.name)
	t.cancel, t.pending = cancel, true
	t.process.Go(t.name, func() {
		if !cancel.Wait(0, d) {
			t.process.sim.touch(aNotifier, t.name, true)
			t.pending = false
			t.f()
		}
	})
}
