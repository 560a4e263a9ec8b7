package core

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/afero"
)

// ErrReadOnly: the store was opened with Config.ReadOnly. It appends nothing and has
// no checkpoints.
var ErrReadOnly = errors.New("batpak: store is read-only")

// loadReadOnly takes in the log as it is, and locks nothing.
func (s *Store) loadReadOnly(ctx context.Context) error {
	j, found, recovery, err := openReadOnly(ctx, s.rt, s.fs, s.dir, s.keys.window)
	if err != nil {
		return err
	}
	return s.show(j, found, recovery)
}

// openReadOnly reads the journal in dir and changes nothing in it, neither a torn tail
// nor what a crash left. What it returns takes no appends.
//
// A writer beside it may begin a segment, drop one, or cut back a write that failed,
// between two looks at the disk, so that a sound journal looks damaged. Only one that
// looks damaged twice is.
func openReadOnly(ctx context.Context, rt Runtime, fsys afero.Fs, dir string, keyWindow uint64) (*journal, scanned, Recovery, error) {
	j, found, err := readAsIs(ctx, rt, fsys, dir, keyWindow)
	if errors.Is(err, ErrJournalCorrupt) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, fs.ErrNotExist) {
		j, found, err = readAsIs(ctx, rt, fsys, dir, keyWindow)
	}
	if err != nil {
		return nil, scanned{}, Recovery{}, err
	}
	return j, found, Recovery{Events: uint64(len(found.records)), Hidden: countHidden(found), Snapshots: found.recalled}, nil
}

func readAsIs(ctx context.Context, rt Runtime, fsys afero.Fs, dir string, keyWindow uint64) (*journal, scanned, error) {
	log, err := listLog(fsys, dir)
	if err != nil {
		return nil, scanned{}, err
	}
	if len(log.segments) == 0 {
		return nil, scanned{}, &fs.PathError{Op: "open", Path: dir, Err: fmt.Errorf("no log here, and a read-only store makes none: %w", fs.ErrNotExist)}
	}
	found, _, err := log.scan(ctx, fsys, wholeLog, keyWindow)
	if err != nil {
		return nil, scanned{}, err
	}
	file, err := openRegular(fsys, log.last().path, os.O_RDONLY)
	if err != nil {
		return nil, scanned{}, err
	}
	if file.Sync() != nil {
		// Some systems do not sync a file that is open for reading only. What was read
		// beyond all that is testified to be durable may be gone after a crash.
		if found, _, err = log.scan(ctx, fsys, found.synced, keyWindow); err != nil {
			return nil, scanned{}, errors.Join(err, file.Close())
		}
	}
	rt.Yield(PointRecoverScanned)
	durable := mark{found.end, found.next}
	return &journal{
		rt: rt, segments: found.segments, file: file, header: found.header, end: found.end,
		written: durable, durable: durable, failure: ErrReadOnly,
	}, found, nil
}
