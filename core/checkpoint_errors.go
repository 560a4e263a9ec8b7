package core

import (
	"errors"
	"fmt"
)

// Why a checkpoint was not loaded or saved.
var (
	// ErrCheckpointCorrupt is met when a checkpoint's file is neither of our
	// format nor of upstream's, byte for byte. It is never taken for a missing one.
	ErrCheckpointCorrupt = errors.New("batpak: checkpoint is corrupt")
	// ErrCheckpointFuture is met when a sound checkpoint was written by a newer
	// version of this package.
	ErrCheckpointFuture = errors.New("batpak: checkpoint has a future version")
	// ErrIDMismatch is met, in a *MismatchError, when the file that an id names
	// holds the checkpoint of another id.
	ErrIDMismatch = errors.New("batpak: checkpoint belongs to another id")
	// ErrCheckpointInvalid is met when a Checkpoint value cannot be encoded.
	ErrCheckpointInvalid = errors.New("batpak: checkpoint is invalid")
	// ErrCheckpointIndeterminate is met when a save or a removal failed after it
	// had changed the directory: a crash may bring back either state, so that the
	// caller must stop using the checkpoint until it was loaded again.
	ErrCheckpointIndeterminate = errors.New("batpak: checkpoint may be old or new")
)

// CheckpointError says what is wrong with a checkpoint.
type CheckpointError struct {
	Path   string // the file; empty when the bytes came from elsewhere
	Reason string // the first fault found, for people
	Err    error  // a sentinel: ErrCheckpointCorrupt, ErrCheckpointFuture or ErrCheckpointInvalid
}

func (e *CheckpointError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%v: %s", e.Err, e.Reason)
	}
	return fmt.Sprintf("%v: %s: %s", e.Err, e.Path, e.Reason)
}

// Unwrap returns the sentinel.
func (e *CheckpointError) Unwrap() error { return e.Err }

func corruptCheckpoint(format string, facts ...any) error {
	return &CheckpointError{Reason: fmt.Sprintf(format, facts...), Err: ErrCheckpointCorrupt}
}

// atPath adds the file's path to an error that a decoder has just made.
func atPath(err error, path string) error {
	var c *CheckpointError
	if errors.As(err, &c) {
		c.Path = path
	}
	return err
}
