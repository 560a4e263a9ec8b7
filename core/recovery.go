package core

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"

	"github.com/spf13/afero"
)

// Recovery says what Open found in the journal and what it did about it.
type Recovery struct {
	Created bool   // there was no journal: a new lineage began
	Events  uint64 // events found, hidden ones included
	Hidden  uint64 // of these, events of a fence that was cancelled or never committed
	Cut     int64  // bytes of a torn tail that were cut off
}

// scanned is what the journal holds.
type scanned struct {
	lineage Lineage
	entries []*Entry
	hidden  []SeqRange
	pending []SeqRange // of the last fence, while no outcome was read
	next    uint64     // the first sequence after all entries
	token   uint64     // the first fence token that was never used
	end     int64      // where the last good frame ends
	synced  int64      // below it all was durable when some good frame was written
	prev    uint32     // CRC of the last good frame
}

// openJournal opens the journal in dir, creating dir and journal if they are
// missing, reads it, cuts its torn tail, and makes what is left durable.
func openJournal(rt Runtime, fsys afero.Fs, dir string) (*journal, scanned, Recovery, error) {
	path := filepath.Join(dir, journalName)
	content, created, err := readOrCreate(rt, fsys, path)
	if err != nil {
		return nil, scanned{}, Recovery{}, err
	}
	found, err := scanJournal(content, path)
	if err != nil {
		return nil, scanned{}, Recovery{}, err
	}
	rt.Yield(PointRecoverScanned)
	file, err := openFile(fsys, path)
	if err != nil {
		return nil, scanned{}, Recovery{}, err
	}
	if err := settle(file, content, found); err != nil {
		return nil, scanned{}, Recovery{}, errors.Join(err, file.Close())
	}
	if err := syncDir(fsys, dir); err != nil {
		return nil, scanned{}, Recovery{}, errors.Join(err, file.Close())
	}
	rt.Yield(PointRecoverSynced)
	durable := mark{found.end, found.next}
	j := &journal{
		rt: rt, file: file, path: path, lineage: found.lineage,
		end: found.end, prev: found.prev, written: durable, durable: durable,
	}
	return j, found, Recovery{Created: created, Events: uint64(len(found.entries)), Hidden: countHidden(found), Cut: int64(len(content)) - found.end}, nil
}

const journalName = "journal.bpj"

// readOrCreate returns the journal's bytes. It creates a journal only where none
// is, and only after the names of all directories above it are durable.
func readOrCreate(rt Runtime, fsys afero.Fs, path string) ([]byte, bool, error) {
	if err := ignoreMissing(fsys.Remove(path + tempSuffix)); err != nil {
		return nil, false, err
	}
	content, err := readWhole(fsys, path, math.MaxInt)
	if !errors.Is(err, fs.ErrNotExist) {
		return content, false, err
	}
	if err := makeDirDurable(fsys, filepath.Dir(path)); err != nil {
		return nil, false, err
	}
	content = encodeJournalHeader(rt.Identity())
	if err := replaceFile(fsys, path+tempSuffix, path, content); err != nil {
		return nil, false, fmt.Errorf("create journal: %w", err)
	}
	return content, true, nil
}

// settle cuts the torn tail and makes durable what is left. What no frame
// testifies to have been durable it writes again before the sync: after the death
// of the process alone it may be in the page cache only, and if a sync had failed
// the kernel would take it for clean and sync nothing.
func settle(file afero.File, content []byte, found scanned) error {
	if found.end < int64(len(content)) {
		if err := file.Truncate(found.end); err != nil {
			return err
		}
	}
	if doubtful := content[found.synced:found.end]; len(doubtful) > 0 {
		n, err := file.WriteAt(doubtful, found.synced)
		if err != nil {
			return err
		}
		if n < len(doubtful) {
			return io.ErrShortWrite
		}
	}
	return file.Sync()
}

func countHidden(s scanned) uint64 {
	view := visibility{hidden: s.hidden}
	n := uint64(0)
	for _, e := range s.entries {
		if view.cancelled(e.Sequence) {
			n++
		}
	}
	return n
}

// scanJournal reads all frames up to the first that is not valid there. What
// follows is a torn tail, never durable and so never acknowledged, unless a later
// frame testifies that this place was durable when it was written: then durable
// data is lost and the journal is refused.
func scanJournal(b []byte, path string) (scanned, error) {
	lineage, crc, err := decodeJournalHeader(b, path)
	if err != nil {
		return scanned{}, err
	}
	s := scanned{lineage: lineage, token: 1, end: journalHeaderSize, synced: journalHeaderSize, prev: crc}
	for s.end < int64(len(b)) {
		f, size, err := decodeFrame(b[s.end:], lineage, s.end)
		if err == nil && f.prev != s.prev {
			err = fmt.Errorf("follows a frame with CRC-32C %08x, here that is %08x", f.prev, s.prev)
		}
		if err != nil {
			if witness, ok := durableBeyond(b, lineage, s.end); ok {
				return scanned{}, &JournalError{Path: path, Offset: s.end, Err: ErrJournalCorrupt,
					Reason: fmt.Sprintf("%v; the frame at offset %d was written after this one was durable", err, witness)}
			}
			break
		}
		if err := s.take(&f); err != nil {
			return scanned{}, &JournalError{Path: path, Offset: s.end, Err: ErrJournalCorrupt, Reason: err.Error()}
		}
		s.end += int64(size)
		s.prev = f.crc
	}
	s.hidden = normalizeRanges(append(s.hidden, s.pending...))
	return s, nil
}

// take adds one valid frame. An error means that a frame is whole and yet cannot
// be: nothing this engine wrote.
func (s *scanned) take(f *frame) error {
	if f.first < s.next {
		return fmt.Errorf("frame begins at sequence %d, after %d", f.first, s.next)
	}
	if f.synced < s.synced || f.synced > s.end {
		return fmt.Errorf("frame testifies that %d bytes were durable, after %d, at offset %d", f.synced, s.synced, s.end)
	}
	s.synced = f.synced
	if f.fence >= s.token {
		s.hidden = append(s.hidden, s.pending...)
		s.pending = nil
		s.token = f.fence + 1
	}
	switch f.kind {
	case frameEvents:
		return s.takeEvents(f)
	case frameFenceCommit:
		s.pending = nil
	case frameFenceCancel:
	default:
		return fmt.Errorf("frame of kind %d", f.kind)
	}
	return nil
}

func (s *scanned) takeEvents(f *frame) error {
	entries, err := f.entries()
	if err != nil {
		return err
	}
	s.entries = append(s.entries, entries...)
	s.next = f.first + uint64(f.count)
	if f.fence != 0 {
		s.pending = append(s.pending, SeqRange{Start: f.first, End: s.next})
	}
	return nil
}

// durableBeyond looks for a valid frame after offset that was written when offset
// was already durable, and returns where it stands.
func durableBeyond(b []byte, lineage Lineage, offset int64) (int64, bool) {
	for at := offset + 1; ; at++ {
		next := bytes.Index(b[at:], frameMagic[:])
		if next < 0 {
			return 0, false
		}
		at += int64(next)
		if f, _, err := decodeFrame(b[at:], lineage, at); err == nil && f.synced > offset {
			return at, true
		}
	}
}
