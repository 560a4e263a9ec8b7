package core

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/spf13/afero"
)

// journal is the files that events become durable in: segments, of which the last
// grows. The store serialises the appends, and apart from them the syncs, so that
// appends go on during a sync. Places in it are log offsets.
type journal struct {
	rt           Runtime
	fs           afero.Fs
	dir          string
	segmentBytes int64

	// The last segment, and where the next frame goes. They belong to the appender;
	// who begins a segment holds off the syncs too.
	file   afero.File
	header segmentHeader
	end    int64
	prev   uint32 // CRC of the last frame
	fences fenceState
	room   []byte // empty: of the last frame, for the next

	sealed []sealedSegment // those that have no snapshot yet; they belong to the appender too

	mu       sync.Mutex // guards what is below; never held across a yield point
	segments []segment  // what is in its array never changes
	written  mark
	durable  mark
	failure  error
}

// mark is a place in the journal: all frames below the log offset, which hold all
// sequences below next.
type mark struct {
	offset int64
	next   uint64
}

// append writes one frame at the end of the last segment and returns where it ends. The
// next sync includes it once confirm has been called with that offset. When the
// write fails the file is cut back, so that the next frame follows the last good
// one; if even that fails the journal is poisoned.
func (j *journal) append(f *frame) (int64, error) {
	if err := j.healthy(); err != nil {
		return 0, err
	}
	f.prev = j.prev
	f.synced = j.durableMark().offset
	b := f.encode(j.room, j.header.lineage, j.end)
	j.room = reusable(b)
	n, err := j.file.WriteAt(b, j.end-j.header.base)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return 0, j.rollback(err)
	}
	j.end += int64(len(b))
	j.prev = f.crc
	j.fences.take(f)
	return j.end, nil
}

// fits reports whether a frame with a body of that size belongs into this segment. A
// segment that has no frame yet takes any.
func (j *journal) fits(body int) bool {
	size := j.end - j.header.base
	return size == segmentHeaderSize || size+frameHeaderSize+int64(body) <= j.segmentBytes
}

// rotate begins a new segment, once the whole of this one is durable. When that
// cannot be, this one stays the last, or the journal is poisoned.
func (j *journal) rotate(next uint64) error {
	// Also where all is durable: a crash must not bring back what a rollback cut off.
	if err := j.flush(); err != nil {
		return err
	}
	header := segmentHeader{lineage: j.header.lineage, number: j.header.number + 1, base: j.end, next: next, prev: j.prev}
	crc, err := createSegment(j.fs, j.dir, header)
	if err != nil {
		return err
	}
	j.rt.Yield(PointSegmentCreated)
	if err := syncDir(j.fs, j.dir); err != nil {
		return j.poison(err) // the name is there, and may be gone after a crash
	}
	begins := segmentAt(j.dir, header.number)
	begins.base, begins.first, begins.token, begins.prev = header.base, next, j.fences.token, header.prev
	file, err := openFile(j.fs, begins.path)
	if err != nil {
		return j.poison(err)
	}
	_ = j.file.Close() // all of it is durable
	j.sealed = append(j.sealed, sealedSegment{header: j.header, size: j.end - j.header.base, prev: j.prev, fences: j.fences.seal()})
	j.file, j.header = file, header
	j.end, j.prev = header.base+segmentHeaderSize, crc
	j.add(begins)
	begun := mark{j.end, next}
	j.confirm(begun)
	j.setDurable(begun)
	return nil
}

func (j *journal) add(s segment) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.segments = append(j.segments, s)
}

// forget lets go of the segments of numbers below that one.
func (j *journal) forget(number uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := slices.IndexFunc(j.segments, func(s segment) bool { return s.number >= number })
	j.segments = slices.Clone(j.segments[first:])
}

// list returns the segments, ascending.
func (j *journal) list() []segment {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.segments
}

// confirm says that the index knows every event below m, so that a sync that
// begins from now on may make them visible.
func (j *journal) confirm(m mark) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.written = m
}

func (j *journal) rollback(cause error) error {
	if err := j.file.Truncate(j.end - j.header.base); err != nil {
		return j.poison(errors.Join(cause, err))
	}
	return cause
}

// sync makes everything below target durable, and all else that was confirmed
// before it began: one sync serves all who waited. A sync that fails poisons the
// journal for good: the kernel may have dropped the pages, so that a second one
// would succeed and mean nothing.
func (j *journal) sync(target int64) error {
	if j.durableMark().offset >= target {
		return nil
	}
	return j.flush()
}

func (j *journal) flush() error {
	if err := j.healthy(); err != nil {
		return err
	}
	captured := j.writtenMark()
	j.rt.Yield(PointSyncCaptured)
	if err := j.file.Sync(); err != nil {
		return j.poison(err)
	}
	j.rt.Yield(PointSyncDone)
	j.setDurable(captured)
	return nil
}

func (j *journal) setDurable(m mark) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.durable = m
}

func (j *journal) durableMark() mark {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.durable
}

func (j *journal) writtenMark() mark {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.written
}

// healthy returns the failure that poisoned the journal, if one did.
func (j *journal) healthy() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failure
}

func (j *journal) poison(cause error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failure == nil {
		j.failure = fmt.Errorf("%w: %w", ErrPoisoned, cause)
	}
	return j.failure
}

func (j *journal) close() error { return j.file.Close() }

// openFile opens the journal for reading and writing. It never creates it.
func openFile(fsys afero.Fs, path string) (afero.File, error) {
	return openRegular(fsys, path, os.O_RDWR)
}
