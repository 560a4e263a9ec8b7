package core

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/spf13/afero"
)

// journal is the file that events become durable in. The store serialises the
// appends, and apart from them the syncs, so that appends go on during a sync.
type journal struct {
	rt      Runtime
	file    afero.File
	path    string
	lineage Lineage

	end  int64  // where the next frame goes; the appender's
	prev uint32 // CRC of the last frame; the appender's

	mu      sync.Mutex // guards what is below; never held across a yield point
	written mark
	durable mark
	failure error
}

// mark is a place in the journal: all frames below offset, which hold all
// sequences below next.
type mark struct {
	offset int64
	next   uint64
}

// append writes one frame at the end of the file and returns where it ends. The
// next sync includes it once confirm has been called with that offset. When the
// write fails the file is cut back, so that the next frame follows the last good
// one; if even that fails the journal is poisoned.
func (j *journal) append(f *frame) (int64, error) {
	if err := j.healthy(); err != nil {
		return 0, err
	}
	f.prev = j.prev
	f.synced = j.durableMark().offset
	b := f.encode(nil, j.lineage, j.end)
	n, err := j.file.WriteAt(b, j.end)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return 0, j.rollback(err)
	}
	j.end += int64(len(b))
	j.prev = f.crc
	return j.end, nil
}

// confirm says that the index knows every event below m, so that a sync that
// begins from now on may make them visible.
func (j *journal) confirm(m mark) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.written = m
}

func (j *journal) rollback(cause error) error {
	if err := j.file.Truncate(j.end); err != nil {
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
