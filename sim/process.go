package sim

// A Process is a group of tasks that dies together.
type Process struct {
	sim   *Sim
	name  string
	alive bool
	tasks []*Task // by id
	names names
	clock processClock
}

// Name is the name of the process, unique in its run; that of the root process is empty.
func (p *Process) Name() string { return p.name }

// Alive tells whether the process has not been killed.
func (p *Process) Alive() bool { return p.alive }

// Go starts a task. In a process that was killed, and from a task that unwinds, nothing starts: the task returned has
// already ended. It panics after the end of the run.
func (p *Process) Go(name string, body func()) *Task {
	s := p.sim
	if s.phase == over {
		panic("sim: Go after the end of the run")
	}
	t := &Task{sim: s, process: p, name: p.qualify(name), site: Site{Kind: SiteStart}, timer: timer{slot: unarmed}}
	if !p.alive || s.current != nil && s.current.unwinding {
		t.fate = fateKilled
		return t
	}
	s.touch(theTasks, "", true)
	s.touch(aTask, t.name, true)
	t.id, t.body = len(s.tasks), body
	s.tasks = append(s.tasks, t)
	p.tasks = append(p.tasks, t)
	s.living++
	s.Hold(taskBytes)
	s.cfg.Trace.Emit(KindStart, t.name, "")
	s.ready(t)
	return t
}

func (p *Process) qualify(name string) string {
	name = p.names.unique(name)
	if p.name == "" {
		return name
	}
	return p.name + "/" + name
}

// Kill ends the process as a power cut would: every task of it unwinds where it stands, in the order of task ids,
// before Kill returns. Called from a task of the process itself it does not return. Killing a dead process does nothing.
func (p *Process) Kill() {
	if !p.alive {
		return
	}
	s := p.sim
	s.touch(touchesAll, "", true)
	p.alive = false
	s.cfg.Trace.Emit(KindKill, p.name, "")
	if t := s.current; t == nil || t.process != p {
		s.reap(p.tasks)
	}
	if t := s.current; t != nil && !t.process.alive && !t.unwinding {
		// It was its own process, or deferred code of the one that it killed has killed its own.
		s.dying = t.process
		t.park()
	}
}

// reap unwinds those of tasks that have not ended. A task that is in the middle of a call to Kill is left out; it goes
// when that returns.
func (s *Sim) reap(tasks []*Task) {
	for _, t := range tasks {
		if t.fate == "" && !t.unwinding && !t.reaping {
			s.unwind(t)
		}
	}
}

// unwind ends t where it stands. Its deferred calls run before unwind returns.
func (s *Sim) unwind(t *Task) {
	t.unwinding = true
	if t.next == nil {
		t.fate = fateKilled
	} else {
		t.goexit()
	}
	for len(t.held) > 0 {
		t.held[0].release()
	}
	s.end(t)
}

// goexit runs the deferred calls of t, which is parked. The end of a coroutine by Goexit takes the goroutine with it that
// resumed it, hence the one that is made for this.
func (t *Task) goexit() {
	s := t.sim
	killer := s.current
	if killer != nil {
		killer.reaping = true
	}
	s.current = t
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.stop()
	}()
	<-done
	s.current = killer
	if killer != nil {
		killer.reaping = false
	}
}
