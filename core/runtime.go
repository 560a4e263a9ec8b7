package core

import (
	"context"
	"time"
)

// Runtime is everything the engine asks of the machine besides the filesystem:
// time, tasks, blocking and identities. [System] serves production; a simulation
// brings its own. All methods may be called concurrently.
//
// What can block takes a context and returns as soon as that ends. What need not
// block may be done although the context has ended. The contexts that can end come
// from WithCancel, or are of a kind that the runtime says it can wait for.
type Runtime interface {
	Clock

	// Go starts body as a task of that name and returns a handle to join it.
	Go(name string, body func()) Task

	// Mutex returns a new unlocked mutex. The engine holds such a mutex, and no
	// other kind, across filesystem calls and yield points.
	Mutex(name string) Mutex

	// Notifier returns a new notifier with epoch zero.
	Notifier(name string) Notifier

	// WithCancel returns a context that ends when the function is called, or with
	// parent.
	WithCancel(parent context.Context) (context.Context, context.CancelFunc)

	// Identity returns 16 bytes that no other call on any machine returns.
	Identity() [16]byte

	// Yield marks a place where another task may run. It costs nothing in
	// production.
	Yield(point Point)
}

// Clock tells the time.
type Clock interface {
	// Now is the wall clock. It may jump.
	Now() time.Time

	// Elapsed is the monotonic time since the runtime began. It never decreases.
	Elapsed() time.Duration
}

// Task is a started task.
type Task interface {
	// Join returns once the task has ended. Any number of tasks may join.
	Join(ctx context.Context) error
}

// Mutex is a lock that one task holds at a time.
type Mutex interface {
	// Lock waits for the lock and takes it. It takes none when it fails.
	Lock(ctx context.Context) error

	// Unlock gives the lock back. Any task may.
	Unlock()
}

// Notifier wakes parked tasks without losing a signal: read Epoch, look for
// work, and if there is none Wait for the epoch to leave the value that was read.
// A Notify between the two is never missed.
type Notifier interface {
	// Epoch counts the Notify calls so far.
	Epoch() uint64

	// Notify adds one to the epoch and wakes every waiting task.
	Notify()

	// Wait parks the task until the epoch differs from since, or for timeout at
	// most, or until ctx ends, and reports whether the epoch differs. A timeout of
	// zero or less does not park. It may wake early, having changed nothing.
	Wait(ctx context.Context, since uint64, timeout time.Duration) bool
}
