package core

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/spf13/afero"
)

// Dropped says what DropBefore did.
type Dropped struct {
	First    uint64 // the log holds no event below this sequence, and all from it on
	Segments int    // whole files that were dropped
	Bytes    int64  // that they held

	// Held is what kept events that should go, the lowest if there are several; nil
	// if nothing did. A segment that holds an event which stays is kept whole, without
	// a hold.
	Held *Hold
}

// DropBefore drops the oldest segments, as far as all their events have sequences
// below the one given, to free the disk and memory they take. The events that stay
// keep their sequences, clocks and hashes. Dropped for good, they are read by nobody:
// who begins to read begins at the first event that is left, and the keys of those
// that are gone are forgotten.
//
// Nothing that somebody waits for is dropped, and Held says who does: an open cursor
// or worker, which has what it was handed last; a checkpoint, which keeps the event it
// stands on and all after it, so that one that nobody uses any more must go first, by
// RemoveCheckpoint; an event that is not visible yet; a key within Config.KeyWindow.
// The last segment always stays.
//
// After an error events may be gone from the store and not from the disk: the next
// DropBefore finishes that, and a store that is opened before may show them again.
// ErrTooLarge says that more entities have had events than a base has room for, some ten
// million. A crash leaves the log as it was or as it was to be.
//
// When ctx ends before the drop has begun, its error is all there is. After that it is
// ErrUnconfirmed, and the drop goes on: the next DropBefore waits for it, and so does
// Shutdown.
func (s *Store) DropBefore(ctx context.Context, sequence uint64) (Dropped, error) {
	if err := s.dropping.Lock(ctx); err != nil {
		return Dropped{}, err
	}
	if err := ctx.Err(); err != nil {
		s.dropping.Unlock()
		return Dropped{}, err
	}
	var dropped Dropped
	left, err := apart(ctx, s.rt, "drop", func() (err error) {
		defer s.dropping.Unlock()
		dropped, err = s.dropBefore(sequence)
		return err
	})
	switch {
	case left != nil:
		return Dropped{}, fmt.Errorf("drop before sequence %d: %w: %w", sequence, ErrUnconfirmed, err)
	case err != nil:
		return dropped, fmt.Errorf("drop before sequence %d: %w", sequence, err)
	}
	return dropped, nil
}

func (s *Store) dropBefore(sequence uint64) (Dropped, error) {
	if s.readOnly {
		return Dropped{}, ErrReadOnly
	}
	if err := s.droppable(); err != nil {
		return Dropped{}, err
	}
	segments := s.journal.list()
	first, hold, err := s.decide(segments, sequence)
	if err != nil {
		return Dropped{}, err
	}
	dropped := Dropped{First: segments[first].first, Segments: first, Bytes: segments[first].base - segments[0].base, Held: hold}
	if first > 0 {
		s.rt.Yield(PointDropDecided)
		if err := s.rebase(segments[first]); err != nil {
			return Dropped{First: dropped.First, Held: hold}, err
		}
	}
	if err := removeBelow(s.fs, s.dir, segments[first].number); err != nil {
		return dropped, err
	}
	if first > 0 {
		s.telemetry.log(slog.LevelInfo, "segments dropped", slog.String("dir", s.dir),
			slog.Int("segments", dropped.Segments), slog.Int64("bytes", dropped.Bytes), slog.Uint64("first", dropped.First))
	}
	return dropped, nil
}

func (s *Store) droppable() error {
	if s.isClosed() {
		return ErrClosed
	}
	return s.journal.healthy()
}

// decide returns the index of the first of segments that stays, and what held others
// that should go. From now on nothing before it is shown.
func (s *Store) decide(segments []segment, sequence uint64) (int, *Hold, error) {
	s.holds.watch()
	hold, err := s.lowestHold()
	if err != nil {
		return 0, nil, err
	}
	stays := 0
	hold = s.holds.settle(sequence, hold, func(limit uint64) uint64 {
		stays = stayingOf(segments, limit)
		return segments[stays].first
	})
	if hold.Sequence >= sequence {
		return stays, nil, nil
	}
	return stays, &hold, nil
}

// stayingOf returns the index of the first segment that stays if events below limit go.
func stayingOf(segments []segment, limit uint64) int {
	later := slices.IndexFunc(segments[1:], func(s segment) bool { return s.first > limit })
	if later < 0 {
		return len(segments) - 1
	}
	return later
}

// lowestHold returns the lowest hold of all but the open cursors.
func (s *Store) lowestHold() (Hold, error) {
	lowest := Hold{s.gate.snapshot().visible, "what is not visible yet"}
	if err := s.writing.Lock(context.Background()); err != nil {
		return Hold{}, err
	}
	key, keyed := s.keys.oldest()
	s.writing.Unlock()
	if keyed {
		lowest = lowest.lower(Hold{key, "the window of idempotency keys"})
	}
	return s.checkpoints.hold(s.lineage, lowest)
}

// hold returns lowest, or the hold of the lowest checkpoint if that is below. One that
// cannot be read holds everything: its consumer may be put right yet. What was read, or
// was not there any more, is durable on return: no crash brings back a checkpoint that
// stands on an event which goes.
func (f *checkpointFiles) hold(lineage Lineage, lowest Hold) (Hold, error) {
	paths, err := f.list()
	if err != nil {
		return Hold{}, err
	}
	for _, path := range paths {
		c, err := f.inspect(path)
		h := Hold{By: fmt.Sprintf("checkpoint %q", c.ID)}
		switch {
		case err != nil:
			h.By = fmt.Sprintf("checkpoint %s, which cannot be read (%v),", filepath.Base(path), err)
		case !c.Upstream && c.Lineage != lineage: // of another log, and refused by this one
			continue
		case c.Started:
			h.Sequence = c.Position
		}
		lowest = lowest.lower(h)
	}
	if err := syncDir(f.fs, f.cursors()); ignoreMissing(err) != nil {
		return Hold{}, err
	}
	return lowest, nil
}

// rebase has the log begin with that segment, durably, and lets go of what is before.
func (s *Store) rebase(first segment) error {
	before, err := loadBase(s.fs, s.dir)
	if err != nil {
		return err
	}
	entries := s.index.Load().entries()
	gone := entries[:len(entries)-len(since(entries, first.first))]
	b := base{
		lineage: s.lineage, number: first.number, offset: first.base, next: first.first,
		token: first.token, prev: first.prev, links: before.after(gone),
	}
	if err := b.save(s.fs, s.dir); err != nil {
		return err
	}
	s.rt.Yield(PointDropDurable)
	left := s.index.Load().from(first.first)
	if err := s.writing.Lock(context.Background()); err != nil {
		return err
	}
	defer s.writing.Unlock()
	left.follow(since(s.index.Load().entries(), first.first))
	s.index.Store(left)
	s.gate.forget(first.first)
	s.journal.forget(first.number)
	s.payloads.forget(first.number)
	return nil
}

// removeBelow removes the segments of numbers below that one, which a durable base says
// are dropped. A crash may bring some back: the next open removes them.
func removeBelow(fsys afero.Fs, dir string, number uint64) error {
	segments, _, err := listSegments(fsys, dir)
	if err != nil {
		return err
	}
	for _, s := range segments {
		if s.number >= number {
			return nil
		}
		if err := fsys.Remove(s.path); err != nil {
			return fmt.Errorf("remove dropped segment: %w", err)
		}
		if s.snapshot {
			_ = fsys.Remove(s.snapshotPath()) // the next open does, if this does not
		}
	}
	return nil
}
