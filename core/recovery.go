package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/spf13/afero"
)

// Recovery says what Open found in the journal and what it did about it.
type Recovery struct {
	Created bool   // there was no journal: a new lineage began
	Events  uint64 // events found, hidden ones included
	Hidden  uint64 // of these, events of a fence that was cancelled or never committed
	Cut     int64  // bytes of a torn tail that were cut off the last segment

	// Snapshots counts the segments that were not read, because their snapshots say
	// what is in them.
	Snapshots int
}

// scanned is what the journal holds.
type scanned struct {
	header   segmentHeader // of the last segment
	segments []segment
	records  []*record
	keyed    []keyed // ascending by sequence; all that are in the window, and a few more
	window   uint64  // of keys
	known    coordinates
	chain    chain
	fences   fenceState
	hidden   []SeqRange // once the log has ended: what fences left hidden
	first    uint64     // all below it was dropped
	next     uint64     // the first sequence after all that were handed out
	end      int64      // log offset where the last good frame ends
	synced   int64      // below it all was durable when some good frame was written
	prev     uint32     // CRC of the last good frame, or of a header that nothing follows

	sealed   []sealedSegment // those that were read, and are not the last
	recalled int             // how many were not read, because their snapshots speak for them
	keysFrom uint64          // events with a key that are older may be missing in keyed
	refused  []error         // why snapshots were not believed
}

// newScan is the scan of a log up to its base, for a window of keys of that size.
func newScan(b base, window uint64) scanned {
	return scanned{
		window: window, known: make(coordinates),
		header: segmentHeader{lineage: b.lineage, number: max(b.number, 1) - 1},
		chain:  b.chain(), fences: fenceState{token: max(b.token, 1)},
		first: b.next, next: b.next, end: b.offset, prev: b.prev,
	}
}

// openJournal opens the journal in dir, creating dir and journal if they are
// missing, reads it, cuts its torn tail, and makes what is left durable. Of the
// events with a key it returns those of the newest keyWindow sequences at least.
func openJournal(ctx context.Context, rt Runtime, fsys afero.Fs, dir string, segmentBytes int64, keyWindow uint64) (*journal, scanned, Recovery, error) {
	fail := func(err error) (*journal, scanned, Recovery, error) { return nil, scanned{}, Recovery{}, err }
	log, created, err := listOrCreate(rt, fsys, dir)
	if err != nil {
		return fail(err)
	}
	found, tail, err := log.scan(ctx, fsys, wholeLog, keyWindow)
	if err != nil {
		return fail(err)
	}
	rt.Yield(PointRecoverScanned)
	file, err := openFile(fsys, log.last().path)
	if err != nil {
		return fail(err)
	}
	base := found.header.base
	if err := settle(file, tail, found.synced-base, found.end-base); err != nil {
		return fail(errors.Join(err, file.Close()))
	}
	if err := syncDir(fsys, dir); err != nil {
		return fail(errors.Join(err, file.Close()))
	}
	rt.Yield(PointRecoverSynced)
	durable := mark{found.end, found.next}
	j := &journal{
		rt: rt, fs: fsys, dir: dir, segmentBytes: segmentBytes, segments: found.segments,
		file: file, header: found.header, fences: found.fences, sealed: found.sealed,
		end: found.end, prev: found.prev, written: durable, durable: durable,
	}
	recovery := Recovery{
		Created: created, Events: uint64(len(found.records)), Hidden: countHidden(found),
		Cut: base + int64(len(tail)) - found.end, Snapshots: found.recalled,
	}
	return j, found, recovery, nil
}

// listOrCreate returns the files of the journal. It creates a journal only where none
// is, and only after the names of all directories above it are durable. What is before the
// base it removes once that is durable, which it need not be although it is there: who
// wrote it may have died, or failed, before its sync.
func listOrCreate(rt Runtime, fsys afero.Fs, dir string) (logFiles, bool, error) {
	log, err := listLog(fsys, dir)
	if err != nil {
		return logFiles{}, false, err
	}
	if len(log.leftovers) > 0 {
		if err := syncDir(fsys, dir); err != nil {
			return logFiles{}, false, err
		}
	}
	for _, path := range log.leftovers {
		if err := fsys.Remove(path); err != nil {
			return logFiles{}, false, fmt.Errorf("remove leftover: %w", err)
		}
	}
	if len(log.segments) > 0 {
		return log, false, nil
	}
	if err := makeDirDurable(fsys, dir); err != nil {
		return logFiles{}, false, err
	}
	first := segmentHeader{lineage: rt.Identity(), number: 1}
	if _, err := createSegment(fsys, dir, first); err != nil {
		return logFiles{}, false, err
	}
	return logFiles{segments: []segment{segmentAt(dir, first.number)}}, true, nil
}

// scan returns what the log, which has a segment, holds below an offset in the last of
// them, with the bytes of that. It reads the others only where a snapshot does not
// speak for them, and all of them again, without any snapshot, when what it gets is
// refused or lacks keys. It fails with ctx's error where that ends between two segments.
func (l logFiles) scan(ctx context.Context, fsys afero.Fs, end int64, keyWindow uint64) (scanned, []byte, error) {
	s, content, err := l.scanTo(ctx, fsys, end, keyWindow, true)
	if s.recalled > 0 && (err != nil || !s.knowsKeys()) {
		refused := s.refused
		if err != nil {
			refused = append(refused, err)
		}
		s, content, err = l.scanTo(ctx, fsys, end, keyWindow, false)
		s.refused = refused
	}
	if err != nil {
		return scanned{}, nil, err
	}
	return s.resolved(), content, nil
}

// wholeLog is an offset that no log has.
const wholeLog = math.MaxInt64

func (l logFiles) scanTo(ctx context.Context, fsys afero.Fs, end int64, keyWindow uint64, recall bool) (s scanned, content []byte, err error) {
	s = newScan(l.base, keyWindow)
	for _, segment := range l.segments[:len(l.segments)-1] {
		if err := ctx.Err(); err != nil {
			return s, nil, err
		}
		recalled := false
		if recall {
			recalled, err = s.recall(fsys, segment)
		}
		if !recalled && err == nil {
			_, err = s.read(fsys, segment, false)
		}
		if err != nil {
			return s, nil, err
		}
	}
	if content, err = s.load(fsys, l.last()); err != nil {
		return s, nil, err
	}
	content = content[:min(end-s.end, int64(len(content)))]
	return s, content, s.segment(content, l.last(), true)
}

// read takes in the segment that follows what was read, and returns its bytes.
func (s *scanned) read(fsys afero.Fs, file segment, last bool) ([]byte, error) {
	content, err := s.load(fsys, file)
	if err == nil {
		err = s.segment(content, file, last)
	}
	if err == nil && !last {
		s.seal()
	}
	return content, err
}

// load returns the bytes of the segment that follows what was read.
func (s *scanned) load(fsys afero.Fs, file segment) ([]byte, error) {
	if want := s.header.number + 1; file.number != want {
		return nil, &JournalError{Path: file.path, Err: ErrJournalCorrupt, Reason: fmt.Sprintf("segment %d is missing before it", want)}
	}
	return file.content(fsys)
}

// resolved is the scan at the end of the log: a fence without an outcome is hidden.
func (s scanned) resolved() scanned {
	s.hidden = s.fences.resolved()
	return s
}

// settle cuts the torn tail of the last segment, whose bytes are content, and makes
// durable what is left, up to end. What nothing testifies to have been durable it
// writes again before the sync: after the death of the process alone it may be in
// the page cache only, and if a sync had failed the kernel would take it for clean
// and sync nothing.
func settle(file afero.File, content []byte, synced, end int64) error {
	if end < int64(len(content)) {
		if err := file.Truncate(end); err != nil {
			return err
		}
	}
	if doubtful := content[synced:end]; len(doubtful) > 0 {
		n, err := file.WriteAt(doubtful, synced)
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
	for _, e := range s.records {
		if view.cancelled(e.Sequence) {
			n++
		}
	}
	return n
}

// segment reads the frames of one segment, up to the first that is not valid there.
// In the last segment what follows is a torn tail, never durable and so never
// acknowledged, unless a later frame testifies that this place was durable when it
// was written: then durable data is lost and the journal is refused. The segments
// before it were durable to their ends when the next was made.
func (s *scanned) segment(b []byte, file segment, last bool) error {
	header, crc, err := decodeSegmentHeader(b, file.path)
	if err != nil {
		return err
	}
	if err := s.begin(header, file); err != nil {
		return &JournalError{Path: file.path, Err: ErrJournalCorrupt, Reason: err.Error()}
	}
	s.prev = crc
	for at := int64(segmentHeaderSize); at < int64(len(b)); at = s.end - header.base {
		refuse := func(reason string) error {
			return &JournalError{Path: file.path, Offset: at, Err: ErrJournalCorrupt, Reason: reason}
		}
		f, size, err := decodeFrame(b[at:], header.lineage, s.end)
		if err == nil && f.prev != s.prev {
			err = fmt.Errorf("follows a frame with CRC-32C %08x, here that is %08x", f.prev, s.prev)
		}
		if err != nil {
			if !last {
				return refuse(fmt.Sprintf("%v; this segment was durable when the next was made", err))
			}
			if witness, ok := durableBeyond(b, header, at); ok {
				return refuse(fmt.Sprintf("%v; the frame at offset %d was written after this one was durable", err, witness))
			}
			break
		}
		if err := s.take(&f); err != nil {
			return refuse(err.Error())
		}
		s.end += int64(size)
		s.prev = f.crc
	}
	return nil
}

// begin takes in the header of the next segment, and with it that all before was
// durable. An error means that it does not follow what was read.
func (s *scanned) begin(h segmentHeader, file segment) error {
	switch {
	case h.number != file.number:
		return fmt.Errorf("header of segment %d", h.number)
	case s.header.number > 0 && h.lineage != s.header.lineage:
		return fmt.Errorf("lineage %v, the log has %v", h.lineage, s.header.lineage)
	case h.base != s.end:
		return fmt.Errorf("begins at log offset %d, the segment before it ends at %d", h.base, s.end)
	case h.prev != s.prev:
		return fmt.Errorf("follows a frame with CRC-32C %08x, here that is %08x", h.prev, s.prev)
	case h.next < s.next:
		return fmt.Errorf("begins at sequence %d, after %d", h.next, s.next)
	}
	file.base, file.first, file.token, file.prev = h.base, h.next, s.fences.token, h.prev
	s.segments = append(s.segments, file)
	s.header, s.next = h, h.next
	s.end += segmentHeaderSize
	s.synced = s.end
	return nil
}

// take adds one valid frame. An error means that a frame is whole and yet cannot
// be: nothing this engine wrote.
func (s *scanned) take(f *frame) error {
	if err := f.fault(); err != nil {
		return err
	}
	if f.first < s.next {
		return fmt.Errorf("frame begins at sequence %d, after %d", f.first, s.next)
	}
	if f.synced < s.synced || f.synced > s.end {
		return fmt.Errorf("frame testifies that %d bytes were durable, after %d, at offset %d", f.synced, s.synced, s.end)
	}
	if f.fence != noFence && f.fence < s.fences.token-1 {
		return fmt.Errorf("frame of fence %d, after fence %d", f.fence, s.fences.token-1)
	}
	s.synced = f.synced
	s.fences.take(f)
	switch f.kind {
	case frameEvents:
		return s.takeEvents(f)
	case frameFenceCommit, frameFenceCancel:
		return nil
	}
	return fmt.Errorf("frame of kind %d", f.kind)
}

func (s *scanned) takeEvents(f *frame) error {
	entries, payloads, err := f.entries(s.known)
	if err != nil {
		return err
	}
	for i, e := range entries {
		if err := s.chain.verify(e, s.header.lineage); err != nil {
			return fmt.Errorf("event %d of %d: %w", i+1, f.count, err)
		}
	}
	s.records = append(s.records, recordsOf(entries, payloads, s.end)...)
	s.next = f.first + uint64(f.count)
	s.keyed = inWindow(append(s.keyed, keyedOf(entries, 0)...), s.window, s.next)
	return nil
}

// durableBeyond looks in a segment for a valid frame after the offset at that was
// written when at was already durable, and returns where it stands.
func durableBeyond(b []byte, header segmentHeader, at int64) (int64, bool) {
	for next := at + 1; ; next++ {
		found := bytes.Index(b[next:], frameMagic[:])
		if found < 0 {
			return 0, false
		}
		next += int64(found)
		if f, _, err := decodeFrame(b[next:], header.lineage, header.base+next); err == nil && f.synced > header.base+at {
			return next, true
		}
	}
}
