package core

import (
	"context"
	"fmt"
)

// lease takes a checkpoint id for one consumer.
func (s *Store) lease(id CheckpointID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.readOnly:
		return fmt.Errorf("checkpoint %q: %w", id, ErrReadOnly)
	case s.leases[id]:
		return fmt.Errorf("%w: %q", ErrCheckpointLeased, id)
	}
	s.leases[id] = true
	return nil
}

func (s *Store) release(id CheckpointID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.leases, id)
}

// RemoveCheckpoint durably forgets the checkpoint of that id: its next consumer
// begins at the first event. It is what an operator does about a checkpoint that
// is refused. It fails with ErrCheckpointLeased while a consumer uses the id.
//
// When ctx ends while the disk takes its time, the error is ErrCheckpointIndeterminate
// and the removal goes on: it keeps the id until then, and Shutdown waits for it.
func (s *Store) RemoveCheckpoint(ctx context.Context, id CheckpointID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.lease(id); err != nil {
		return err
	}
	if err := s.beginChange(); err != nil {
		s.release(id)
		return err
	}
	left, err := apart(ctx, s.rt, "remove", func() error {
		defer s.endChange()
		defer s.release(id)
		return s.checkpoints.remove(id)
	})
	if left != nil {
		return fmt.Errorf("%w: remove checkpoint %q: %w", ErrCheckpointIndeterminate, id, err)
	}
	return err
}

// checkpoint returns the checkpoint of that id, and whether there is one.
func (s *Store) checkpoint(ctx context.Context, id CheckpointID) (Checkpoint, bool, error) {
	var (
		cp    Checkpoint
		found bool
	)
	left, err := apart(ctx, s.rt, "load", func() (err error) {
		cp, found, err = s.checkpoints.load(id)
		return err
	})
	if left != nil {
		return Checkpoint{}, false, err
	}
	return cp, found, err
}

// beginChange counts a change of a checkpoint in, unless the store has ended.
func (s *Store) beginChange() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return ErrClosed
	}
	s.changes++
	return nil
}

func (s *Store) endChange() {
	s.mu.Lock()
	s.changes--
	s.mu.Unlock()
	s.changed.Notify()
}

// finishChanges returns when no checkpoint is being changed.
func (s *Store) finishChanges(ctx context.Context) error {
	for {
		since := s.changed.Epoch()
		if !s.hasChanges() {
			return nil
		}
		s.changed.Wait(ctx, since, forever)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (s *Store) hasChanges() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes > 0
}
