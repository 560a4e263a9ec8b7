package core

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// System returns the runtime of production: goroutines, the system's clocks, and
// identities from crypto/rand.
func System() Runtime { return &system{start: time.Now()} }

type system struct{ start time.Time }

func (s *system) Now() time.Time         { return time.Now() }
func (s *system) Elapsed() time.Duration { return time.Since(s.start) }
func (s *system) Mutex(string) Mutex     { return make(systemMutex, 1) }
func (s *system) Yield(Point)            {}

func (s *system) WithCancel(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(parent)
}

func (s *system) Identity() (id [16]byte) {
	rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return id
}

func (s *system) Go(_ string, body func()) Task {
	t := make(systemTask)
	go func() {
		defer close(t)
		body()
	}()
	return t
}

type systemTask chan struct{}

func (t systemTask) Join(ctx context.Context) error {
	select {
	case <-t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// systemMutex is a lock that holds one token while it is locked.
type systemMutex chan struct{}

func (m systemMutex) Lock(ctx context.Context) error {
	select {
	case m <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m systemMutex) Unlock() { <-m }

func (s *system) Notifier(string) Notifier {
	return &systemNotifier{changed: make(chan struct{})}
}

// systemNotifier hands every epoch a channel of its own, closed when it is over.
type systemNotifier struct {
	mu      sync.Mutex
	epoch   uint64
	changed chan struct{}
}

func (n *systemNotifier) Epoch() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.epoch
}

func (n *systemNotifier) Notify() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.epoch++
	close(n.changed)
	n.changed = make(chan struct{})
}

func (n *systemNotifier) Wait(ctx context.Context, since uint64, timeout time.Duration) bool {
	n.mu.Lock()
	epoch, changed := n.epoch, n.changed
	n.mu.Unlock()
	if epoch != since {
		return true
	}
	if timeout <= 0 {
		return false
	}
	var late <-chan time.Time // never, unless there is a time to wait for
	if timeout < forever {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-changed:
		return true
	case <-late:
	case <-ctx.Done():
	}
	return n.Epoch() != since
}
