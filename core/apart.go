package core

import (
	"context"
	"sync"
)

// work is something that goes on in a task of its own although who asked for it has left.
type work struct {
	task Task
	err  error // once the task has ended

	mu    sync.Mutex // guards what is below; never held across a yield point
	ended bool
	after func() // called at the end
}

// apart has do done and returns its error. An operation of the filesystem cannot be called
// off, so where ctx can end do has a task of its own: if ctx ends first, apart returns its
// error, and the work, which goes on. What do uses is then the work's until it ends.
func apart(ctx context.Context, rt Runtime, name string, do func() error) (left *work, err error) {
	if ctx.Done() == nil {
		return nil, do()
	}
	w := &work{}
	w.task = rt.Go(name, func() {
		w.err = do()
		w.end()
	})
	if err := w.task.Join(ctx); err != nil {
		return w, err
	}
	return nil, w.err
}

func (w *work) end() {
	w.mu.Lock()
	w.ended = true
	after := w.after
	w.mu.Unlock()
	if after != nil {
		after()
	}
}

// then has something done when the work ends, and reports whether it will be.
func (w *work) then(after func()) bool {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	w.after = after
	return true
}

// underWay reports whether the work has not ended.
func (w *work) underWay() bool {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.ended
}
