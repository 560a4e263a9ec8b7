package sim

import (
	"context"
	"fmt"
	"slices"
)

// A Mutex is a mutual exclusion lock. Tasks that wait for it compete: when it is free all of them can run and the
// strategy decides which gets it. As with [sync.Mutex], a task may unlock what another has locked.
//
// In a task that unwinds, Lock and Unlock return at once and change nothing: no other task runs meanwhile. When it has
// unwound, every mutex that it held when it was killed is released.
type Mutex struct {
	sim     *Sim
	name    string
	locked  bool
	holder  *Task // nil if it was locked outside any task
	waiters waiters
}

// NewMutex returns an unlocked mutex. The name is for reports; it need not be unique.
func (s *Sim) NewMutex(name string) *Mutex { return &Mutex{sim: s, name: name} }

// Lock implements [sync.Locker]. It is a place where the task may be switched. Outside a task it panics if the mutex is
// held.
func (m *Mutex) Lock() { m.lock(nil) }

// LockContext is Lock until ctx ends at most. With an error, which is that of ctx, the mutex is not locked, also where it is
// free. See [Sim.WithCancel] for the contexts it takes.
func (m *Mutex) LockContext(ctx context.Context) error {
	c := m.sim.contextOf("LockContext", ctx)
	m.lock(c)
	return c.Err()
}

// lock locks m unless c has ended.
func (m *Mutex) lock(c *simContext) {
	s := m.sim
	t := s.acting()
	ended := c.Err() != nil
	switch {
	case t == nil && !ended:
		m.lockUnscheduled()
		return
	case t == nil:
		return
	case ended:
		s.pause(t, SiteLock, m.name)
		return
	}
	m.waiters.add(t)
	t.mutex = m
	s.bind(t, c)
	if m.locked {
		s.block(t, SiteLock, m.name)
	} else {
		s.pause(t, SiteLock, m.name)
	}
	s.unbind(t)
	t.mutex = nil
	m.waiters.remove(t)
	if c.Err() == nil {
		m.take(t)
	}
}

// lockUnscheduled is Lock outside any task and in one that unwinds.
func (m *Mutex) lockUnscheduled() {
	switch {
	case m.sim.current != nil:
	case m.locked:
		m.sim.balk("Lock of mutex", m.name)
	default:
		m.take(nil)
	}
}

// take locks m, which is free, for t, and makes those who wait for it wait on.
func (m *Mutex) take(t *Task) {
	m.sim.touch(aMutex, m.name, true)
	m.locked, m.holder = true, t
	if t != nil {
		t.held = append(t.held, m)
	}
	for _, w := range m.waiters.tasks {
		m.sim.unready(w)
	}
}

// Unlock implements [sync.Locker]. It panics if the mutex is not locked.
func (m *Mutex) Unlock() {
	switch t := m.sim.current; {
	case t != nil && t.unwinding:
	case !m.locked:
		panic(fmt.Sprintf("sim: Unlock of mutex %q, which is not locked", m.name))
	default:
		m.release()
	}
}

func (m *Mutex) release() {
	m.sim.touch(aMutex, m.name, true)
	if t := m.holder; t != nil {
		i := slices.Index(t.held, m)
		t.held = slices.Delete(t.held, i, i+1)
	}
	m.locked, m.holder = false, nil
	for _, w := range m.waiters.tasks {
		m.sim.ready(w)
	}
}

// owner names who holds m.
func (m *Mutex) owner() string {
	switch {
	case !m.locked:
		return ""
	case m.holder == nil:
		return outside
	}
	return m.holder.name
}
