package sim

// waiters are tasks that wait for the same thing. A task is in at most one.
type waiters struct{ tasks []*Task }

func (w *waiters) add(t *Task) {
	w.tasks = append(w.tasks, t)
	t.in = w
}

func (w *waiters) remove(t *Task) {
	for i, other := range w.tasks {
		if other == t {
			w.tasks = append(w.tasks[:i], w.tasks[i+1:]...)
			t.in = nil
			return
		}
	}
}

// readyAll ends the wait of all in w.
func (s *Sim) readyAll(w *waiters) {
	for _, t := range w.tasks {
		t.in = nil
		s.ready(t)
	}
	clear(w.tasks)
	w.tasks = w.tasks[:0]
}
