package core

import "context"

// Fence holds back the events appended under it: readers see all of them after
// Commit, or none ever after Cancel. While a fence is open no other append is
// taken. A crash, or Close, before the outcome is durable cancels it.
//
// Its methods may be called concurrently.
type Fence struct {
	store *Store
	token uint64
}

// BeginFence opens a fence. One may be open at a time: ErrFenceActive.
func (s *Store) BeginFence(ctx context.Context) (*Fence, error) {
	if err := s.writing.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.writable(noFence); err != nil {
		return nil, err
	}
	token, err := s.gate.beginFence()
	if err != nil {
		return nil, err
	}
	return &Fence{store: s, token: token}, nil
}

// Append appends one event under the fence. See AppendBatch.
func (f *Fence) Append(ctx context.Context, event Event) (Receipt, error) {
	return f.AppendBatch(ctx, []Event{event})
}

// AppendBatch appends 1 to MaxBatchEvents events under the fence. They are written
// but neither durable nor visible before Commit, whatever Config.Ack says. After
// the outcome it fails with ErrFenceNotActive.
func (f *Fence) AppendBatch(ctx context.Context, events []Event) (Receipt, error) {
	receipt, _, err := f.store.append(ctx, events, f.token)
	return receipt, err
}

// Commit makes the events of the fence durable and visible, all at once. When it
// fails the outcome is unknown: the fence stays open, Commit and Cancel may be
// tried again unless the journal is poisoned, and a crash may leave either. After
// ErrUnconfirmed the outcome stands and takes effect with the next sync: call
// Store.Sync, which returns when it has.
func (f *Fence) Commit(ctx context.Context) error { return f.resolve(ctx, frameFenceCommit) }

// Cancel hides the events of the fence for ever, and durably so. It fails as
// Commit does.
func (f *Fence) Cancel(ctx context.Context) error { return f.resolve(ctx, frameFenceCancel) }

func (f *Fence) resolve(ctx context.Context, kind frameKind) error {
	s := f.store
	if err := s.writing.Lock(ctx); err != nil {
		return err
	}
	defer s.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.writable(f.token); err != nil {
		return err
	}
	next := s.gate.next()
	end, err := s.journal.append(&frame{kind: kind, first: next, fence: f.token})
	if err != nil {
		return err
	}
	s.syncer.decide(resolution{token: f.token, cancel: kind == frameFenceCancel, end: end})
	s.journal.confirm(mark{end, next})
	return s.confirm(ctx, end, 0)
}
