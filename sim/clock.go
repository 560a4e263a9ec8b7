package sim

import (
	"container/heap"
	"math"
	"time"
)

// Forever as a timeout means none.
const Forever time.Duration = math.MaxInt64

// Now is the virtual time since the start of the run. It moves only when no task can run.
func (s *Sim) Now() time.Duration { return s.now }

// Wall is the wall clock of the process of the running task: Config.Epoch plus [Sim.Now] plus what [Process.Jump] and
// [Process.Skew] have done to it.
func (s *Sim) Wall() time.Time {
	p := s.root
	if s.current != nil {
		p = s.current.process
	}
	return s.cfg.Epoch.Add(s.now + p.clock.ahead(s.now))
}

// Sleep parks the task for d of virtual time; with d <= 0 it is only a place where the task may be switched. In a task
// that unwinds it returns at once. Outside a task it panics if d > 0.
func (s *Sim) Sleep(d time.Duration) {
	t := s.acting()
	switch {
	case t != nil && d > 0:
		s.arm(t, d)
		s.block(t, SiteSleep, "")
	case t != nil:
		s.pause(t, SiteSleep, "")
	case d > 0:
		s.balk("Sleep", d.String())
	}
}

// advance moves time to the next timer and fires all that are due then. Without timers the run is over.
func (s *Sim) advance() {
	switch {
	case s.living == 0:
		s.reason = Done
		return
	case len(s.timers) == 0:
		s.reason = Deadlock
		return
	case s.timers[0].timer.deadline > s.cfg.TimeMax:
		s.reason = TimeBound
		return
	}
	s.touch(theTime, "", true)
	s.now = s.timers[0].timer.deadline
	for len(s.timers) > 0 && s.timers[0].timer.deadline == s.now {
		s.fire(s.timers[0])
	}
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
	d = t.process.clock.lasts(d)
	t.timer.deadline = s.now + min(d, math.MaxInt64-s.now)
	t.timer.order = s.armed
	s.armed++
	heap.Push(&s.timers, t)
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
