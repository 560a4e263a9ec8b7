package core

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/spf13/afero"
)

// payloadReader reads payloads from the segments. Any number of tasks may read at
// once; none waits for another, or for whoever appends.
type payloadReader struct {
	fs       afero.Fs
	segments func() []segment // ascending, all that there are

	mu     sync.Mutex // guards what is below; never held across a file operation
	first  uint64     // segments of lower numbers are dropped
	idle   []openSegment
	closed bool
}

// openSegment is a segment that is open for one reader: a filesystem's files need not
// bear several at once, and those of afero.MemMapFs do not.
type openSegment struct {
	number uint64
	file   afero.File
	room   []byte // for a stretch
}

// idleSegments is how many open files are kept for the next reader.
const idleSegments = 16

func newPayloadReader(fsys afero.Fs, segments func() []segment) *payloadReader {
	return &payloadReader{fs: fsys, segments: segments}
}

// read returns the entries of records, with payloads that share one array. It fails
// with a *JournalError where the disk no longer holds what was durable.
func (p *payloadReader) read(records []*record) ([]Entry, error) {
	entries := make([]Entry, len(records))
	for i, r := range records {
		entries[i] = r.entry(nil)
	}
	segments := p.segments()
	if len(records) > 0 && records[0].payload.offset < segments[0].base {
		return nil, ErrDropped
	}
	list, size := stretches(records, segments)
	room := make([]byte, size)
	for len(list) > 0 {
		here := sameSegment(list)
		var err error
		if room, err = p.readSegment(here, records, entries, room); err != nil {
			return nil, err
		}
		list = list[len(here):]
	}
	return entries, nil
}

// readSegment gives entries the payloads of the stretches, which are of one segment. It
// puts them into room and returns what is left of that.
func (p *payloadReader) readSegment(list []stretch, records []*record, entries []Entry, room []byte) ([]byte, error) {
	open, err := p.take(list[0].segment)
	if err != nil {
		return nil, p.missing(list[0].segment, err)
	}
	for _, s := range list {
		if room, err = open.read(s, records, entries, room); err != nil {
			return nil, errors.Join(err, open.file.Close())
		}
	}
	p.give(open)
	return room, nil
}

// missing says why a segment cannot be opened.
func (p *payloadReader) missing(s *segment, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read payloads: %w", err)
	}
	if log, err := loadBase(p.fs, filepath.Dir(s.path)); err == nil && s.number < log.number {
		return ErrDropped
	}
	return &JournalError{Path: s.path, Err: ErrJournalCorrupt, Reason: "the segment is missing"}
}

// read gives entries the payloads of one stretch, as readSegment does. A payload alone
// is read to where it stays. Several are read with what lies between them, which is not
// kept, and copied there.
func (o *openSegment) read(s stretch, records []*record, entries []Entry, room []byte) ([]byte, error) {
	b := room[:min(s.to-s.from, int64(len(room)))]
	if s.first < s.last {
		o.room = slices.Grow(o.room[:0], int(s.to-s.from))[:s.to-s.from]
		b = o.room
	}
	if err := o.fill(b, s); err != nil {
		return nil, err
	}
	for i := s.first; i <= s.last; i++ {
		content, err := s.payload(b, records[i].payload)
		if err != nil {
			return nil, fmt.Errorf("payload of sequence %d: %w", records[i].Sequence, err)
		}
		if n := copy(room, content); n > 0 {
			entries[i].Payload, room = room[:n:n], room[n:]
		}
	}
	return room, nil
}

// fill reads the bytes of a stretch.
func (o *openSegment) fill(b []byte, s stretch) error {
	at := s.from - s.segment.base
	n, err := readFullAt(o.file, b, at)
	switch {
	case errors.Is(err, io.EOF):
		return &JournalError{Path: s.segment.path, Offset: at + int64(n), Err: ErrJournalCorrupt, Reason: fmt.Sprintf("the file ends, %d bytes before a payload does", len(b)-n)}
	case err != nil:
		return fmt.Errorf("read payloads of %s at offset %d: %w", s.segment.path, at, err)
	}
	return nil
}

// readFullAt reads until b is full. A read that brings fewer bytes, whatever it says
// about that, is followed by another: io.EOF means that one has brought none.
func readFullAt(r io.ReaderAt, b []byte, at int64) (int, error) {
	for n := 0; n < len(b); {
		got, err := r.ReadAt(b[n:], at+int64(n))
		n += got
		if got > 0 && (err == nil || errors.Is(err, io.EOF)) {
			continue
		}
		if err == nil {
			err = io.ErrNoProgress
		}
		if n < len(b) {
			return n, err
		}
	}
	return len(b), nil
}

// take returns a segment that is open for the caller alone.
func (p *payloadReader) take(s *segment) (openSegment, error) {
	if open, found := p.takeIdle(s.number); found {
		return open, nil
	}
	file, err := openRegular(p.fs, s.path, os.O_RDONLY)
	return openSegment{number: s.number, file: file}, err
}

func (p *payloadReader) takeIdle(number uint64) (openSegment, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.idle, func(o openSegment) bool { return o.number == number })
	if at < 0 {
		return openSegment{}, false
	}
	open := p.idle[at]
	p.idle = slices.Delete(p.idle, at, at+1)
	return open, true
}

// give takes an open segment back for the next reader.
func (p *payloadReader) give(o openSegment) {
	if surplus := p.keep(o); surplus != nil {
		_ = surplus.Close() // it was only read
	}
}

// keep adds to the idle ones and returns the file that must be closed for it, if any.
func (p *payloadReader) keep(o openSegment) afero.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || o.number < p.first {
		return o.file
	}
	p.idle = append(p.idle, o)
	if len(p.idle) <= idleSegments {
		return nil
	}
	oldest := p.idle[0].file
	p.idle = slices.Delete(p.idle, 0, 1)
	return oldest
}

// forget closes the idle ones of the segments of numbers below that one, and has those
// that are in use closed after it.
func (p *payloadReader) forget(number uint64) {
	p.mu.Lock()
	var surplus []openSegment
	p.first = number
	p.idle = slices.DeleteFunc(p.idle, func(o openSegment) bool {
		if o.number >= number {
			return false
		}
		surplus = append(surplus, o)
		return true
	})
	p.mu.Unlock()
	for _, o := range surplus {
		_ = o.file.Close() // it was only read
	}
}

// close closes what is idle, and has what is not closed after use.
func (p *payloadReader) close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var err error
	for _, o := range idle {
		err = errors.Join(err, o.file.Close())
	}
	return err
}
