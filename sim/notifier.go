package sim

import (
	"context"
	"time"
)

// A Notifier wakes parked tasks without losing a signal: read Epoch, look for work, and if there is none Wait for the
// epoch to leave the value that was read. A Notify between the two is never missed.
type Notifier struct {
	sim     *Sim
	name    string
	epoch   uint64
	waiters waiters
}

// NewNotifier returns a notifier with epoch zero. The name is for reports; it need not be unique.
func (s *Sim) NewNotifier(name string) *Notifier { return &Notifier{sim: s, name: name} }

// Epoch counts the calls of Notify so far.
func (n *Notifier) Epoch() uint64 {
	n.sim.touch(aNotifier, n.name, false)
	return n.epoch
}

// Notify adds one to the epoch and wakes all waiting tasks. In a task it is also a place where the task may be
// switched, before the epoch moves.
func (n *Notifier) Notify() {
	if t := n.sim.acting(); t != nil {
		n.sim.pause(t, SiteNotify, n.name)
	}
	n.wake()
}

// wake is Notify without the place to switch.
func (n *Notifier) wake() {
	n.sim.touch(aNotifier, n.name, true)
	n.epoch++
	n.sim.readyAll(&n.waiters)
}

// Wait parks the task until the epoch differs from since, or for timeout at most, and reports whether the epoch differs.
// With a timeout of zero or less, and where the epoch differs already, it does not park but is a place where the task
// may be switched. [Forever] means no timeout.
//
// In a task that unwinds it returns at once. Outside a task it panics where it would park.
func (n *Notifier) Wait(since uint64, timeout time.Duration) bool { return n.wait(nil, since, timeout) }

// WaitContext is Wait until ctx ends at most. If it reports that the epoch differs, its error is nil, and otherwise that of
// ctx: nil if the timeout has passed. See [Sim.WithCancel] for the contexts it takes.
func (n *Notifier) WaitContext(ctx context.Context, since uint64, timeout time.Duration) (bool, error) {
	c := n.sim.contextOf("WaitContext", ctx)
	if n.wait(c, since, timeout) {
		return true, nil
	}
	return false, c.Err()
}

func (n *Notifier) wait(c *simContext, since uint64, timeout time.Duration) bool {
	s := n.sim
	t := s.acting()
	s.touch(aNotifier, n.name, false)
	switch parks := n.epoch == since && timeout > 0 && c.Err() == nil; {
	case t != nil && parks:
		n.waiters.add(t)
		s.bind(t, c)
		if timeout != Forever {
			s.arm(t, timeout)
		}
		s.block(t, SiteWait, n.name)
		s.unbind(t)
	case t != nil:
		s.pause(t, SiteWait, n.name)
	case parks:
		s.balk("Wait for notifier", n.name)
	}
	return n.epoch != since
}
