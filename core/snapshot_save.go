package core

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/spf13/afero"
)

// keepSnapshots has the snapshots written that the next Open would miss: of the
// segments that became full in this life, or were read although they were full.
// That is done when the log is closed, and not when a segment becomes full, so that
// no append waits for it. It fails only if ctx ends.
func (s *Store) keepSnapshots(ctx context.Context) error {
	if len(s.journal.sealed) == 0 {
		return nil
	}
	if s.saving == nil && ctx.Done() == nil {
		s.saveSnapshots()
		return nil
	}
	if s.saving == nil {
		s.saving = s.rt.Go("snapshot", s.saveSnapshots)
	}
	return s.saving.Join(ctx)
}

// saveSnapshots writes snapshots until one fails, which costs the next Open time and
// nothing else.
func (s *Store) saveSnapshots() {
	segments := s.journal.list()
	for _, sealed := range s.journal.sealed {
		at := slices.IndexFunc(segments, func(f segment) bool { return f.number == sealed.header.number })
		if at < 0 {
			continue // it was dropped
		}
		if err := saveSnapshot(s.fs, segments[at], s.snapshotOf(sealed)); err != nil {
			s.telemetry.log(slog.LevelWarn, "snapshot not written", slog.String("dir", s.dir), errAttr(err))
			return
		}
	}
	if err := syncDir(s.fs, s.dir); err != nil {
		s.telemetry.log(slog.LevelWarn, "snapshots may be lost", slog.String("dir", s.dir), errAttr(err))
	}
}

// snapshotOf returns the snapshot of a segment of the journal.
func (s *Store) snapshotOf(sealed sealedSegment) *segmentSnapshot {
	p := &segmentSnapshot{sealedSegment: sealed}
	records := since(s.index.Load().entries(), sealed.header.next)
	count, _ := slices.BinarySearchFunc(records, sealed.end(), func(r *record, end int64) int {
		if r.payload.offset <= end { // an empty payload may stand at the end
			return -1
		}
		return 1
	})
	p.records = records[:count]
	p.keyed = s.keys.between(sealed.header.next, p.next())
	return p
}

// saveSnapshot puts the snapshot of a segment in its place. Its name is durable once
// the directory is synced, which is left to the caller.
func saveSnapshot(fsys afero.Fs, file segment, p *segmentSnapshot) error {
	path := file.snapshotPath()
	if err := replaceFileBy(fsys, path+tempSuffix, path, p.encode); err != nil {
		return fmt.Errorf("save snapshot of segment %d: %w", file.number, err)
	}
	return nil
}
