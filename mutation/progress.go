package mutation

import "sync"

// Progress is how far a hunt of several defects has come.
type Progress struct {
	Done, Total int    // defects
	Missed      int    // of those that are done: nothing found them
	Runs        uint64 // of seeds, of all defects
}

// tally counts the progress of all workers, and tells it one call at a time. A nil one does not.
type tally struct {
	mu   sync.Mutex
	now  Progress
	tell func(Progress)
}

func (t *tally) add(change func(*Progress)) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.now)
	t.tell(t.now)
}

func (t *tally) run() { t.add(func(p *Progress) { p.Runs++ }) }

func (t *tally) defect(missed bool) {
	t.add(func(p *Progress) {
		p.Done++
		if missed {
			p.Missed++
		}
	})
}
