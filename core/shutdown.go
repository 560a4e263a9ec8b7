package core

import (
	"context"
	"errors"
	"log/slog"
)

// Close is Shutdown that waits as long as it takes.
func (s *Store) Close() error { return s.Shutdown(context.Background()) }

// Shutdown stops the workers and waits for them, makes everything written durable,
// writes the snapshots that make the next Open fast, and closes the journal. Parked readers return ErrClosed. The events of an open
// fence stay hidden for ever.
//
// When ctx ends first it returns that error, with nothing closed but to new calls:
// the next Shutdown goes on where this one was. Otherwise a second one returns
// ErrClosed, without waiting for the first.
func (s *Store) Shutdown(ctx context.Context) error {
	workers, err := s.shut(ctx)
	if err != nil {
		return err
	}
	err = s.drain(ctx, workers)
	if err != nil && err == ctx.Err() {
		s.interrupt()
		return err
	}
	err = errors.Join(err, s.journal.close(), s.payloads.close(), s.lock.release())
	if err != nil {
		s.telemetry.log(slog.LevelError, "log closed with an error", slog.String("dir", s.dir), errAttr(err))
		return err
	}
	s.telemetry.log(slog.LevelInfo, "log closed", slog.String("dir", s.dir))
	return nil
}

// shut marks the store closed, so that no worker starts any more, and returns those
// that have. The lifecycle lock is free while Shutdown waits for them: a handler may
// be about to start another.
func (s *Store) shut(ctx context.Context) ([]*Worker, error) {
	if err := s.lifecycle.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.lifecycle.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed && !s.interrupted {
		return nil, ErrClosed
	}
	s.closed, s.interrupted = true, false
	return s.workers, nil
}

// drain waits until nothing is under way and all that was written is durable.
func (s *Store) drain(ctx context.Context, workers []*Worker) error {
	for _, w := range workers {
		w.Stop()
	}
	for _, w := range workers {
		if err := w.task.Join(ctx); err != nil {
			return err
		}
	}
	s.end()
	if err := s.finishChanges(ctx); err != nil {
		return err
	}
	s.gate.wake.Notify()
	if err := s.writing.Lock(ctx); err != nil { // who holds it is the last to write
		return err
	}
	s.writing.Unlock()
	if err := s.dropping.Lock(ctx); err != nil { // who holds it is the last to drop
		return err
	}
	s.dropping.Unlock()
	if err := s.syncer.finish(ctx); err != nil {
		return err
	}
	return s.keepSnapshots(ctx)
}

// interrupt lets another Shutdown go on.
func (s *Store) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interrupted = true
}

// end takes the leases back: the ids are free for the next store on this log.
func (s *Store) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

func (s *Store) hasEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *Store) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}
