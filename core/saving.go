package core

import (
	"context"
	"fmt"
	"sync"
)

// saving is a save of a checkpoint in a task of its own: who waits for it may leave,
// and it goes on.
type saving struct {
	task Task
	err  error // once the task has ended

	mu    sync.Mutex // guards what is below; never held across a yield point
	ended bool
	after func() // called at the end
}

// saveApart saves cp and waits for that until ctx ends.
func (c *Cursor) saveApart(ctx context.Context, cp Checkpoint) error {
	s := c.store
	v := &saving{}
	v.task = s.rt.Go("save", func() {
		defer s.endSave()
		v.err = s.checkpoints.save(cp)
		v.end()
	})
	if err := v.task.Join(ctx); err != nil {
		c.saving = v
		return fmt.Errorf("%w: %w", ErrCheckpointIndeterminate, err)
	}
	return v.err
}

// awaitSave waits until the save that was given up, if there is one, has ended.
func (c *Cursor) awaitSave(ctx context.Context) error {
	if c.saving == nil {
		return nil
	}
	if err := c.saving.task.Join(ctx); err != nil {
		return err
	}
	c.saving = nil
	return nil
}

func (v *saving) end() {
	v.mu.Lock()
	v.ended = true
	after := v.after
	v.mu.Unlock()
	if after != nil {
		after()
	}
}

// then has something done when the save ends, and reports whether it will be.
func (v *saving) then(after func()) bool {
	if v == nil {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ended {
		return false
	}
	v.after = after
	return true
}

// underWay reports whether the save has not ended.
func (v *saving) underWay() bool {
	if v == nil {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return !v.ended
}

// beginSave counts a save in, unless the store has ended.
func (s *Store) beginSave() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	s.saves++
	return nil
}

func (s *Store) endSave() {
	s.mu.Lock()
	s.saves--
	s.mu.Unlock()
	s.saved.Notify()
}

// finishSaves returns when no save is under way.
func (s *Store) finishSaves(ctx context.Context) error {
	for {
		since := s.saved.Epoch()
		if !s.hasSaves() {
			return nil
		}
		s.saved.Wait(ctx, since, forever)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (s *Store) hasSaves() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saves > 0
}
