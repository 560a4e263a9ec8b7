package core

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/afero"
)

// CheckpointInspection is what one file below cursors/ holds, and what a cursor of
// its region would make of it.
type CheckpointInspection struct {
	Path       string
	Checkpoint Checkpoint // zero if the file cannot be read
	Refusal    string     // why the log cannot vouch for it; empty if it does
}

// inspectCheckpoints holds the checkpoints in dir against the sound part of the log.
func inspectCheckpoints(fsys afero.Fs, dir string, found scanned) ([]CheckpointInspection, error) {
	files := checkpointFiles{fs: fsys, dir: dir}
	paths, err := files.list()
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	var reports []CheckpointInspection
	for _, path := range paths {
		report := CheckpointInspection{Path: path}
		if report.Checkpoint, err = files.inspect(report.Path); err != nil {
			report.Refusal = err.Error()
		} else {
			report.Refusal = found.refusal(report.Checkpoint)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// inspect reads the checkpoint in the file at path, whose id need not be known.
func (f *checkpointFiles) inspect(path string) (Checkpoint, error) {
	b, _, err := f.read(path)
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := decodeCheckpoint(b)
	if err != nil {
		return Checkpoint{}, atPath(err, path)
	}
	if c.Upstream { // its id is the name of its file
		c.ID = CheckpointID{strings.TrimSuffix(filepath.Base(path), checkpointSuffix)}
	}
	if f.path(c.ID) != path {
		return Checkpoint{}, fmt.Errorf("%w: it is that of %q", ErrIDMismatch, c.ID)
	}
	return c, nil
}

// refusal says why the log cannot vouch for c, as far as the region does not matter.
// It is empty if the log can.
func (s scanned) refusal(c Checkpoint) string {
	if !c.Upstream && c.Lineage != s.header.lineage {
		return fmt.Sprintf("saved for the log %v", c.Lineage)
	}
	if !c.Started {
		return ""
	}
	hash, found := s.eventAt(c.Position)
	switch {
	case !found:
		return fmt.Sprintf("no event to be seen at sequence %d; the sound part ends before %d", c.Position, s.next)
	case !c.Upstream && hash != c.Event:
		return fmt.Sprintf("another event at sequence %d", c.Position)
	}
	return ""
}

// eventAt returns the hash of the event at a sequence, if readers may see it.
func (s scanned) eventAt(sequence uint64) (EventHash, bool) {
	view := visibility{hidden: s.hidden}
	at, found := slices.BinarySearchFunc(s.records, sequence, func(e *record, sequence uint64) int {
		return cmp.Compare(e.Sequence, sequence)
	})
	if !found || view.cancelled(sequence) {
		return EventHash{}, false
	}
	return s.records[at].Hash, true
}
