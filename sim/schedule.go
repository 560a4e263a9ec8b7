package sim

import "fmt"

// resume runs t until it parks or ends and returns the task that goes next, nil if the run is over.
func (s *Sim) resume(t *Task) *Task {
	s.current = t
	parked := t.proceed()
	s.current = nil
	switch {
	case !parked:
		s.end(t)
		return s.dispatch()
	case s.dying != nil:
		p := s.dying
		s.dying = nil
		s.reap(p.tasks)
		return s.dispatch()
	}
	return s.chosen
}

// dispatch makes a step: it returns the task that goes on, nil if the run is over. It runs in the scheduler or in the
// task that is about to park, so that a task which is chosen again goes on without any switch.
func (s *Sim) dispatch() *Task {
	for s.reason == undecided && len(s.runnable) == 0 {
		s.advance()
	}
	if s.reason == undecided && s.steps == s.cfg.StepMax {
		s.reason = StepBound
	}
	if s.reason == undecided && s.overMemory() {
		s.reason = MemoryBound
	}
	if s.reason != undecided {
		return nil
	}
	s.steps++
	t := s.choose()
	if t != s.last && t != nil {
		s.last = t
		s.switches++
		s.shape = (s.shape ^ uint64(t.id)<<8 ^ uint64(t.site.Kind[1])) * fnvPrime
		s.cfg.Trace.record(&Event{Task: t.name, Kind: KindSwitch, Object: t.site.Object, Detail: t.site.Kind})
	}
	return t
}

func (s *Sim) choose() *Task {
	s.choice = Choice{Step: s.steps, Current: -1, Runnable: s.runnable}
	if s.last != nil && s.last.runnable {
		s.choice.Current = s.rank(s.last)
	}
	i := s.cfg.Strategy.Next(&s.choice)
	if i == GiveUp {
		s.reason = GivenUp
		return nil
	}
	if i < 0 || i >= len(s.runnable) {
		// A panic here could be recovered by the code under test.
		s.misuse = fmt.Sprintf("sim: at step %d the strategy chose task %d of %d", s.steps, i, len(s.runnable))
		s.reason = Panicked
		return nil
	}
	return s.runnable[i]
}

// acting returns the running task if it may take part in the schedule: nil outside a task and in one that unwinds. In
// the latter it bounds the calls that deferred code may still make.
func (s *Sim) acting() *Task {
	if t := s.current; t == nil || !t.unwinding {
		return t
	}
	s.current.spend()
	return nil
}

// pause is a step at which t, running, stands at a site. It returns when t is chosen.
func (s *Sim) pause(t *Task, kind, object string) {
	t.site = Site{Kind: kind, Object: object}
	next := s.dispatch()
	if next == t {
		return
	}
	s.chosen = next
	t.park()
}

// block is a pause of a task that cannot go on until something makes it ready.
func (s *Sim) block(t *Task, kind, object string) {
	s.unready(t)
	s.pause(t, kind, object)
}

// balk is where a call would block that cannot: outside any task, where it panics, and in a task that unwinds.
func (s *Sim) balk(call, object string) {
	if s.current == nil {
		panic(fmt.Sprintf("sim: %s %q would block for ever: no task is running", call, object))
	}
	s.current.balk()
}

// ready puts t, which is not runnable, among the runnable tasks.
func (s *Sim) ready(t *Task) {
	s.disarm(t)
	t.runnable = true
	i := s.rank(t)
	s.runnable = append(s.runnable, nil)
	copy(s.runnable[i+1:], s.runnable[i:])
	s.runnable[i] = t
}

func (s *Sim) unready(t *Task) {
	if !t.runnable {
		return
	}
	i := s.rank(t)
	t.runnable = false
	s.runnable = append(s.runnable[:i], s.runnable[i+1:]...)
}

// rank is the place of t among the runnable tasks: how many have a lower id.
func (s *Sim) rank(t *Task) int {
	lo, hi := 0, len(s.runnable)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if s.runnable[mid].id < t.id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
