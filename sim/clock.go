package sim

import (
	"container/heap"
	"context"
	"math"
	"time"
)

// Forever as a timeout means none.
const Forever time.Duration = math.MaxInt64

// Now is the virtual time since the start of the run. It moves only when no task can run.
func (s *Sim) Now() time.Duration { return s.now }

// Wall is the wall clock of the process of the running task: Config.Epoch plus [Sim.Now] plus what [Process.Jump] and
// [Process.Skew] have done to it.
func (s *Sim) Wall() time.Time { return s.cfg.Epoch.Add(s.now + s.process().clock.ahead(s.now)) }

// process is that of the running task.
func (s *Sim) process() *Process {
	if s.current == nil {
		return s.root
	}
	return s.current.process
}

// Sleep parks the task for d of virtual time; with d <= 0 it is only a place where the task may be switched. In a task
// that unwinds it returns at once. Outside a task it panics if d > 0.
func (s *Sim) Sleep(d time.Duration) { s.sleep(nil, d) }

// SleepContext is Sleep until ctx ends at most. Its error is that of ctx. See [Sim.WithCancel] for the contexts it takes.
func (s *Sim) SleepContext(ctx context.Context, d time.Duration) error {
	c := s.contextOf("SleepContext", ctx)
	s.sleep(c, d)
	return c.Err()
}

func (s *Sim) sleep(c *simContext, d time.Duration) {
	t := s.acting()
	switch parks := d > 0 && c.Err() == nil; {
	case t != nil && parks:
		s.bind(t, c)
		s.arm(t, d)
		s.block(t, SiteSleep, "")
		s.unbind(t)
	case t != nil:
		s.pause(t, SiteSleep, "")
	case parks:
		s.balk("Sleep", d.String())
	}
}

// advance moves time to the next timer and fires all that are due then. Without timers the run is over.
func (s *Sim) advance() {
	due, timed := s.due()
	switch {
	case s.living == 0:
		s.reason = Done
		return
	case !timed:
		s.reason = Deadlock
		return
	case due > s.cfg.TimeMax:
		s.reason = TimeBound
		return
	}
	s.touch(theTime, "", true)
	s.expire(due)
	s.now = due
	for len(s.timers) > 0 && s.timers[0].timer.deadline == s.now {
		s.fire(s.timers[0])
	}
}

// due is when the next task has waited long enough, if there is one.
func (s *Sim) due() (at time.Duration, ok bool) {
	at = Forever
	if len(s.timers) > 0 {
		at, ok = s.timers[0].timer.deadline, true
	}
	for _, t := range s.bound {
		if d := t.context.deadline; d < at {
			at, ok = d, true
		}
	}
	return at, ok
}

func (s *Sim) fire(t *Task) {
	if t.in != nil {
		t.in.remove(t)
	}
	s.ready(t)
	s.cfg.Trace.record(&Event{Task: t.name, Kind: KindTimer, Object: t.site.Object, Detail: t.site.Kind})
}

// timer is the one timer a task can have.
type timer struct {
	deadline time.Duration
	order    uint64 // of arming
	slot     int    // in the heap, or unarmed
}

const unarmed = -1

func (s *Sim) arm(t *Task, d time.Duration) {
	t.timer.deadline = s.after(t.process, d)
	t.timer.order = s.armed
	s.armed++
	heap.Push(&s.timers, t)
}

// after is the virtual time at which a timer of d goes off in p, [Forever] at most.
func (s *Sim) after(p *Process, d time.Duration) time.Duration {
	d = p.clock.lasts(d)
	return s.now + min(d, math.MaxInt64-s.now)
}

func (s *Sim) disarm(t *Task) {
	if t.timer.slot != unarmed {
		heap.Remove(&s.timers, t.timer.slot)
	}
}

// timers is a heap of tasks, the next to fire on top; those of one instant fire in the order of their arming.
type timers []*Task

func (h timers) Len() int { return len(h) }

func (h timers) Less(i, j int) bool {
	a, b := &h[i].timer, &h[j].timer
	return a.deadline < b.deadline || a.deadline == b.deadline && a.order < b.order
}

func (h timers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].timer.slot, h[j].timer.slot = i, j
}

// Push implements [heap.Interface].
func (h *timers) Push(x any) {
	t := x.(*Task)
	t.timer.slot = len(*h)
	*h = append(*h, t)
}

// Pop implements [heap.Interface].
func (h *timers) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.timer.slot = unarmed
	return t
}
