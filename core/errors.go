package core

import (
	"errors"
	"fmt"
)

// What the engine refuses, and when. Match with errors.Is.
var (
	// ErrClosed: the store, or the cursor, was closed.
	ErrClosed = errors.New("batpak: closed")

	// ErrPoisoned: an earlier write or sync failed in a way that leaves unknown
	// what the disk holds. Nothing more is written. Open the store again: recovery
	// finds out. It wraps what failed.
	ErrPoisoned = errors.New("batpak: journal poisoned by an earlier failure")

	// ErrUnconfirmed: the context ended after an append, or the outcome of a fence,
	// was written and before it was durable. It may become durable, with any later
	// sync, or be lost in a crash. Store.Sync makes sure. Or it ended while
	// Store.DropBefore was at work, which goes on.
	ErrUnconfirmed = errors.New("batpak: begun, and not known to be durable")

	// ErrFenceActive: a fence is open; only its own appends are taken.
	ErrFenceActive = errors.New("batpak: a visibility fence is active")

	// ErrFenceNotActive: this fence was committed or cancelled before.
	ErrFenceNotActive = errors.New("batpak: this visibility fence is not active")

	// ErrTooLarge: a payload or batch exceeds its bound, or a batch is empty.
	ErrTooLarge = errors.New("batpak: size out of bounds")

	// ErrKeyConflict: a key was used before for something else: other content, or
	// another batch than the one that is appended now. Nothing was appended.
	ErrKeyConflict = errors.New("batpak: idempotency key in use")

	// ErrKeysMixed: some events of a batch have a key, and some have none.
	ErrKeysMixed = errors.New("batpak: batch with and without idempotency keys")

	// ErrJournalCorrupt: the journal does not hold what was once durable in it.
	ErrJournalCorrupt = errors.New("batpak: journal corrupt")

	// ErrJournalFuture: the journal was written by a later version.
	ErrJournalFuture = errors.New("batpak: journal of a later version")

	// ErrDropped: the store that has the log open has dropped the event since this one
	// was opened with Config.ReadOnly. Open it again: it begins at what is left.
	ErrDropped = errors.New("batpak: event dropped by retention")

	// ErrRegionMismatch: the checkpoint was saved for another region.
	ErrRegionMismatch = errors.New("batpak: checkpoint belongs to another region")

	// ErrLineageMismatch: the checkpoint was saved for another log.
	ErrLineageMismatch = errors.New("batpak: checkpoint belongs to another log")

	// ErrCheckpointUnproven: the log does not hold the event the checkpoint
	// stands on: it lost events that were delivered, or it is an older copy.
	ErrCheckpointUnproven = errors.New("batpak: the log cannot vouch for the checkpoint")

	// ErrCheckpointLeased: another cursor or worker of this store uses the id.
	ErrCheckpointLeased = errors.New("batpak: checkpoint id in use")

	// ErrNoCheckpoint: the cursor was made without a checkpoint id.
	ErrNoCheckpoint = errors.New("batpak: cursor has no checkpoint id")

	// ErrRestartsExhausted: the handler panicked more often than its policy allows.
	ErrRestartsExhausted = errors.New("batpak: worker restarts exhausted")

	// ErrHandlerExited: the handler ended its goroutine instead of returning.
	ErrHandlerExited = errors.New("batpak: handler ended its task")
)

// SequenceGateError says that a publish asked for a bound that it may not have:
// beyond what is allocated, behind what is visible, or past an open fence.
type SequenceGateError struct {
	Operation string
	Requested uint64
	Allocated uint64
	Visible   uint64
}

func (e *SequenceGateError) Error() string {
	return fmt.Sprintf("batpak: %s: cannot publish up to %d: allocated %d, visible %d", e.Operation, e.Requested, e.Allocated, e.Visible)
}

// JournalError says where in which file the journal is not what it must be.
type JournalError struct {
	Path   string // of the segment
	Offset int64  // in that file, of the first byte that cannot be read
	Reason string
	Err    error // ErrJournalCorrupt or ErrJournalFuture
}

func (e *JournalError) Error() string {
	return fmt.Sprintf("%v: %s at offset %d: %s", e.Err, e.Path, e.Offset, e.Reason)
}

func (e *JournalError) Unwrap() error { return e.Err }

// MismatchError says that a checkpoint and its cursor do not belong together.
type MismatchError struct {
	Path     string
	Stored   string // what the checkpoint names
	Expected string // what the cursor or the log is
	Err      error  // ErrRegionMismatch, ErrLineageMismatch or ErrCheckpointUnproven
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%v: %s holds %s, expected %s", e.Err, e.Path, e.Stored, e.Expected)
}

func (e *MismatchError) Unwrap() error { return e.Err }

// PanicError carries a handler's panic.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("batpak: handler panicked: %v", e.Value) }
