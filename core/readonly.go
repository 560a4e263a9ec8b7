package core

import (
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

// loadSnapshot takes in the log as it is, and locks nothing.
func (s *Store) loadSnapshot() error {
	j, found, recovery, err := openSnapshot(s.rt, s.fs, s.dir)
	if err != nil {
		return err
	}
	return s.show(j, found, recovery)
}

// openSnapshot reads the journal in dir and changes nothing in it, neither a torn tail
// nor what a crash left. What it returns takes no appends.
//
// A writer beside it may begin a segment, drop one, or cut back a write that failed,
// between two looks at the disk, so that a sound journal looks damaged. Only one that
// looks damaged twice is.
func openSnapshot(rt Runtime, fsys afero.Fs, dir string) (*journal, scanned, Recovery, error) {
	j, found, err := readSnapshot(rt, fsys, dir)
	if errors.Is(err, ErrJournalCorrupt) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, fs.ErrNotExist) {
		j, found, err = readSnapshot(rt, fsys, dir)
	}
	if err != nil {
		return nil, scanned{}, Recovery{}, err
	}
	return j, found, Recovery{Events: uint64(len(found.records)), Hidden: countHidden(found)}, nil
}

func readSnapshot(rt Runtime, fsys afero.Fs, dir string) (*journal, scanned, error) {
	log, err := listLog(fsys, dir)
	if err != nil {
		return nil, scanned{}, err
	}
	if len(log.segments) == 0 {
		return nil, scanned{}, &fs.PathError{Op: "open", Path: dir, Err: fmt.Errorf("no log here, and a read-only store makes none: %w", fs.ErrNotExist)}
	}
	found, _, err := log.scan(fsys)
	if err != nil {
		return nil, scanned{}, err
	}
	file, err := openRegular(fsys, log.last().path, os.O_RDONLY)
	if err != nil {
		return nil, scanned{}, err
	}
	if file.Sync() != nil {
		if found, err = scanProven(fsys, log, found.synced); err != nil {
			return nil, scanned{}, errors.Join(err, file.Close())
		}
	}
	rt.Yield(PointRecoverScanned)
	durable := mark{found.end, found.next}
	return &journal{
		rt: rt, segments: found.segments, file: file, lineage: found.header.lineage, end: found.end,
		written: durable, durable: durable, failure: ErrReadOnly,
	}, found, nil
}

// scanProven reads the journal up to the log offset durable, below which all is
// testified to be durable. It is for systems that do not sync a file that is open for
// reading only: what was read beyond may be gone after a crash.
func scanProven(fsys afero.Fs, log logFiles, durable int64) (scanned, error) {
	s, last := newScan(log.base), log.last()
	for _, segment := range log.segments[:len(log.segments)-1] {
		if _, err := s.read(fsys, segment, false); err != nil {
			return scanned{}, err
		}
	}
	content, err := last.content(fsys)
	if err != nil {
		return scanned{}, err
	}
	proven := min(durable-s.end, int64(len(content)))
	if err := s.segment(content[:proven], last, true); err != nil {
		return scanned{}, err
	}
	return s.resolved(), nil
}
