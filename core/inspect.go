package core

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"

	"github.com/spf13/afero"
)

// ErrTornTail: the last segment ends in bytes that are no frame and that nothing
// testifies to have been durable, as after a crash. Open cuts them off; Repair does
// the same and keeps them.
var ErrTornTail = errors.New("batpak: journal has a torn tail")

// Inspection is what a log holds, as far as it can be told.
type Inspection struct {
	Dir      string
	Lineage  Lineage // of the first segment; zero if its header cannot be read
	Segments []SegmentInspection

	// Of the sound part, which ends at the damage, or with the log:
	Events uint64 // hidden ones included
	Hidden uint64 // events of a fence that was cancelled or has no outcome
	Next   uint64 // the first sequence after it
	End    int64  // the log offset where it ends

	Checkpoints []CheckpointInspection // by name of the file

	// Damage is the first place that is not as it must be; nil in a sound log. It
	// wraps ErrJournalCorrupt, ErrJournalFuture or ErrTornTail.
	Damage *JournalError
}

// SegmentInspection is what one segment holds. Behind the damage it is what the
// segment shows by itself: whether that belongs to this log cannot be told.
type SegmentInspection struct {
	Number     uint64
	Path       string
	State      SegmentState
	Lineage    Lineage
	Base       int64 // the log offset at which it begins, as its header says
	Bytes      int64
	Frames     int
	Events     uint64
	First      uint64   // the sequence of its first event, or Next if it has none
	Next       uint64   // the first sequence after its last frame
	OpenFences []uint64 // tokens of the fences begun here that have no outcome

	Snapshot        bool   // it is full and has a snapshot, which Open takes instead
	SnapshotRefusal string // why that is not to be believed; empty if it says what the segment does
}

// SegmentState says how far a segment can be believed.
type SegmentState uint8

const (
	// SegmentSound: all of it is as it was written.
	SegmentSound SegmentState = iota
	// SegmentTorn: the last segment, sound but for a torn tail.
	SegmentTorn
	// SegmentDamaged: the first segment that is not as it must be.
	SegmentDamaged
	// SegmentBeyond: it stands behind the damage.
	SegmentBeyond
)

func (s SegmentState) String() string {
	switch s {
	case SegmentSound:
		return "sound"
	case SegmentTorn:
		return "torn tail"
	case SegmentDamaged:
		return "damaged"
	case SegmentBeyond:
		return "beyond the damage"
	}
	return fmt.Sprintf("SegmentState(%d)", uint8(s))
}

// Inspect reads the log in dir and says what it holds; snapshots it only compares. It
// changes and locks nothing.
// Damage is what it reports, not why it fails: it fails where there is no log, where
// the disk cannot be read, and when ctx ends.
//
// A store that goes on writing may make its log look torn, or damaged: close it first.
func Inspect(ctx context.Context, fsys afero.Fs, dir string) (Inspection, error) {
	in, _, err := inspect(ctx, fsys, filepath.Clean(dir))
	return in, err
}

// Verify reads the whole log in dir, the hashes of all events included and whatever
// snapshots say, and returns
// nil if all of it is sound. Otherwise it returns a *JournalError with the first
// place that is not: ErrTornTail where Open would cut the log, ErrJournalCorrupt or
// ErrJournalFuture where Open would refuse it.
func Verify(ctx context.Context, fsys afero.Fs, dir string) error {
	in, err := Inspect(ctx, fsys, dir)
	if err == nil && in.Damage != nil {
		err = in.Damage
	}
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

// inspect returns what Inspect reports, and the content of the segment that is torn
// or damaged, nil if that cannot be read.
func inspect(ctx context.Context, fsys afero.Fs, dir string) (Inspection, []byte, error) {
	in := Inspection{Dir: dir}
	log, err := listLog(fsys, dir)
	if err == nil && len(log.segments) == 0 {
		err = &fs.PathError{Op: "inspect", Path: dir, Err: fmt.Errorf("no log here: %w", fs.ErrNotExist)}
	}
	if in.Damage = damageOf(dir, err); err != nil && in.Damage == nil {
		return Inspection{}, nil, err
	}
	r := inspector{fs: fsys, scan: newScan(log.base, math.MaxUint64)}
	for i, file := range log.segments {
		if err := ctx.Err(); err != nil {
			return Inspection{}, nil, err
		}
		if err := r.segment(&in, file, i == len(log.segments)-1); err != nil {
			return Inspection{}, nil, err
		}
	}
	r.leaveFence(&in)
	found := r.scan.resolved()
	in.Events, in.Hidden, in.Next, in.End = uint64(len(found.records)), countHidden(found), found.next, found.end
	in.Checkpoints, err = inspectCheckpoints(fsys, dir, found)
	return in, r.broken, err
}

// damageOf returns the damage that err reports, nil if it reports something else.
func damageOf(path string, err error) *JournalError {
	var damage *JournalError
	if errors.As(err, &damage) {
		return damage
	}
	if errors.Is(err, ErrNotRegular) {
		return &JournalError{Path: path, Reason: "not a regular file", Err: ErrJournalCorrupt}
	}
	return nil
}
