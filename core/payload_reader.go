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
	b := make([]byte, size)
	for _, s := range list {
		part := b[:s.to-s.from]
		b = b[len(part):]
		if err := p.fill(part, s); err != nil {
			return nil, err
		}
		for i := s.first; i <= s.last; i++ {
			var err error
			if entries[i].Payload, err = s.payload(part, records[i].payload); err != nil {
				return nil, fmt.Errorf("payload of sequence %d: %w", records[i].Sequence, err)
			}
		}
	}
	return entries, nil
}

// fill reads the bytes of a stretch.
func (p *payloadReader) fill(b []byte, s stretch) error {
	file, err := p.take(s.segment)
	if errors.Is(err, fs.ErrNotExist) {
		if log, err := loadBase(p.fs, filepath.Dir(s.segment.path)); err == nil && s.segment.number < log.number {
			return ErrDropped
		}
		return &JournalError{Path: s.segment.path, Err: ErrJournalCorrupt, Reason: "the segment is missing"}
	}
	if err != nil {
		return fmt.Errorf("read payloads: %w", err)
	}
	at := s.from - s.segment.base
	n, err := readFullAt(file, b, at)
	switch {
	case err == nil:
		p.give(s.segment, file)
		return nil
	case errors.Is(err, io.EOF):
		err = &JournalError{Path: s.segment.path, Offset: at + int64(n), Err: ErrJournalCorrupt, Reason: fmt.Sprintf("the file ends, %d bytes before a payload does", len(b)-n)}
	default:
		err = fmt.Errorf("read payloads of %s at offset %d: %w", s.segment.path, at, err)
	}
	return errors.Join(err, file.Close())
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
func (p *payloadReader) take(s segment) (afero.File, error) {
	if file := p.takeIdle(s.number); file != nil {
		return file, nil
	}
	return openRegular(p.fs, s.path, os.O_RDONLY)
}

func (p *payloadReader) takeIdle(number uint64) afero.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.idle, func(o openSegment) bool { return o.number == number })
	if at < 0 {
		return nil
	}
	file := p.idle[at].file
	p.idle = slices.Delete(p.idle, at, at+1)
	return file
}

// give takes an open segment back for the next reader.
func (p *payloadReader) give(s segment, file afero.File) {
	if surplus := p.keep(openSegment{s.number, file}); surplus != nil {
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
