package core

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/afero"
)

// segmentSnapshot is all that recovery learns from a segment that is full: so that
// Open need not read it. It is only ever a cache, in a file of its own beside the
// segment: without it, or in any doubt, the segment is read.
//
// It is believed if it is whole (its CRC-32C) and of this segment: the segment has
// the size and begins with the very header that the snapshot names, the segments
// before it lead up to that header, and the segment after it follows the last frame
// that the snapshot names. Headers and frames carry the CRC of the frame before
// them, so that a log that took another way does not fit.
//
// What it trades: the frames of the segment are not looked at when the log is opened.
// Damage in them is found when a payload is read, by its CRC-32C, and by Verify, which
// reads everything. Until then readers get the rest of each event from the snapshot, as it was
// written; no event can be missing.
type segmentSnapshot struct {
	sealedSegment
	records []*record
	keyed   []keyed // of records; those that had left the window when this was made are not there
}

// sealedSegment is what a full segment says, but for its events.
type sealedSegment struct {
	header segmentHeader
	size   int64
	prev   uint32     // CRC of its last frame, or of its header
	fences fenceState // at its end; of hidden, what it added
}

const (
	snapshotPrefix = "snapshot-"
	snapshotSuffix = ".bps"
)

// snapshotPath is where the snapshot of s stands.
func (s segment) snapshotPath() string {
	name := fmt.Sprintf("%s%0*x%s", snapshotPrefix, segmentDigits, s.number, snapshotSuffix)
	return filepath.Join(filepath.Dir(s.path), name)
}

// pairSnapshots tells segments which of them have snapshots, and returns the paths of
// those that nobody looks at: only a full segment, which others follow, has one.
func pairSnapshots(segments []segment, snapshots map[string]bool) (rest []string) {
	for i := range len(segments) - 1 {
		path := segments[i].snapshotPath()
		segments[i].snapshot = snapshots[path]
		delete(snapshots, path)
	}
	return slices.Sorted(maps.Keys(snapshots))
}

// seal ends the segment that was read.
func (s *scanned) seal() {
	s.sealed = append(s.sealed, sealedSegment{
		header: s.header, size: s.end - s.header.base, prev: s.prev, fences: s.fences.seal(),
	})
}

// recall takes in the segment that follows what was read, if its snapshot speaks for
// it. An error means that the snapshot is whole and of this segment and yet does not
// follow: without snapshots the log must tell.
func (s *scanned) recall(fsys afero.Fs, file segment) (bool, error) {
	if !file.snapshot {
		return false, nil
	}
	snapshot, err := readSnapshot(fsys, file)
	if err != nil {
		s.refused = append(s.refused, fmt.Errorf("snapshot %s: %w", file.snapshotPath(), err))
		return false, nil
	}
	s.recalled++
	if err := s.follow(snapshot, file); err != nil {
		return false, fmt.Errorf("snapshot %s: %w", file.snapshotPath(), err)
	}
	return true, nil
}

// follow takes in what a snapshot says. An error means that it does not follow what
// was read, of which then a part is spoilt.
func (s *scanned) follow(snapshot *segmentSnapshot, file segment) error {
	if err := s.begin(snapshot.header, file); err != nil {
		return err
	}
	if err := s.chain.follow(snapshot.records); err != nil {
		return err
	}
	if snapshot.fences.token < s.fences.token {
		return fmt.Errorf("fence token %d, after %d", snapshot.fences.token, s.fences.token)
	}
	snapshot.fences = snapshot.fences.since(s.first)
	s.records = append(s.records, snapshot.records...)
	s.fences.follow(snapshot.fences)
	s.next = snapshot.next()
	s.keyed = inWindow(append(s.keyed, snapshot.keyed...), s.window, s.next)
	s.keysFrom = max(s.keysFrom, snapshot.keysFrom())
	s.end = snapshot.end()
	s.prev = snapshot.prev
	return nil
}

// end is the log offset where s ends.
func (s sealedSegment) end() int64 { return s.header.base + s.size }

// next is the first sequence after the segment's events.
func (p *segmentSnapshot) next() uint64 {
	if last := len(p.records) - 1; last >= 0 {
		return p.records[last].Sequence + 1
	}
	return p.header.next
}

// keysFrom is the sequence from which on all events with a key are in keyed.
func (p *segmentSnapshot) keysFrom() uint64 {
	first := p.next()
	if len(p.keyed) > 0 {
		first = p.keyed[0].sequence
	}
	from := uint64(0)
	for _, r := range p.records {
		if r.Key != "" && r.Sequence < first {
			from = r.Sequence + 1
		}
	}
	return from
}

// knowsKeys reports whether keyed holds what the window needs.
func (s *scanned) knowsKeys() bool {
	return s.keysFrom == 0 || s.next >= s.window && s.keysFrom <= s.next-s.window
}

// follow takes in events whose hashes were verified before, if their clocks go on where
// the chains are.
func (c chain) follow(records []*record) error {
	for _, r := range records {
		key := clockKey{r.Coordinate.Entity(), r.Lane}
		if want := c[key].clock; r.Clock != want {
			return fmt.Errorf("clock %d of %s on lane %d, want %d", r.Clock, key.entity, key.lane, want)
		}
		c[key] = link{clock: r.Clock + 1, hash: r.Hash}
	}
	return nil
}

// readSnapshot returns the snapshot of a segment, if it is whole and the segment is
// still the one that it was taken of.
func readSnapshot(fsys afero.Fs, file segment) (*segmentSnapshot, error) {
	f, err := openRegular(fsys, file.snapshotPath(), os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	snapshot, err := decodeSnapshot(f, info.Size())
	if err != nil {
		return nil, err
	}
	return snapshot, snapshot.isOf(fsys, file)
}

// isOf returns nil if the segment has the size and the header that p names.
func (p *segmentSnapshot) isOf(fsys afero.Fs, file segment) error {
	f, err := openRegular(fsys, file.path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != p.size {
		return fmt.Errorf("of a segment of %d bytes, it has %d", p.size, info.Size())
	}
	var b [segmentHeaderSize]byte
	if _, err := io.ReadFull(f, b[:]); err != nil {
		return err
	}
	if want, _ := p.header.encode(); b != [segmentHeaderSize]byte(want) {
		return fmt.Errorf("of a segment with header % x, it has % x", want, b)
	}
	return nil
}
