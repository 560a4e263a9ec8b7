package core

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/afero"
)

// ErrLocked: another store, of this process or another, has the log open.
var ErrLocked = errors.New("batpak: log in use")

// LockedError names who has the log open.
type LockedError struct {
	Path   string // of the lock file
	Holder Holder // zero where it could not be told
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("%v: %s is held by %v; close that store, or end that process", ErrLocked, e.Path, e.Holder)
}

func (e *LockedError) Unwrap() error { return ErrLocked }

// Holder is who holds the lock of a log.
type Holder struct {
	PID   int
	Host  string
	Since time.Time // by the holder's clock
}

func (h Holder) String() string {
	if h == (Holder{}) {
		return "a store that has not said who it is"
	}
	return fmt.Sprintf("process %d on %s since %s", h.PID, h.Host, h.Since.Format(time.RFC3339))
}

// lockName is the file in the log's directory that is locked. It is never removed:
// who waits for the lock of a removed file waits for nothing that others see.
const lockName = "lock"

// lockBytesMax bounds the lock file, which says who holds it.
const lockBytesMax = 4 << 10

// lock keeps other stores away from a log. The system drops the lock of a process
// that dies, however it dies. The zero value keeps nobody away.
type lock struct{ free func() error }

func (l lock) release() error {
	if l.free == nil {
		return nil
	}
	return l.free()
}

// acquireLock locks the log in dir, which exists, or fails with a *LockedError.
//
// Files that have a descriptor are locked by the system, against other processes
// and other stores of this one. For filesystems without, a list of this process
// stands in, if the runtime is the machine's own. A simulation starts its processes
// one at a time, and when it kills one nothing would take that off the list.
func acquireLock(rt Runtime, fsys afero.Fs, dir string) (lock, error) {
	path := filepath.Join(dir, lockName)
	me := Holder{Since: rt.Now().UTC().Truncate(time.Second)}
	locks, err := locksFiles(fsys, dir)
	switch {
	case err != nil:
		return lock{}, err
	case locks:
		return lockFile(fsys, path, me.here())
	case production(rt):
		return openHere.lock(fsys, path, me.here())
	}
	return lock{}, nil
}

// locksFiles reports whether the system can lock the files of dir.
func locksFiles(fsys afero.Fs, dir string) (bool, error) {
	d, err := fsys.Open(dir)
	if err != nil {
		return false, fmt.Errorf("lock: %w", err)
	}
	_, ok := descriptor(d)
	return ok && systemLocks, d.Close()
}

// descriptor returns the system's descriptor of f, if it has one.
func descriptor(f afero.File) (uintptr, bool) {
	switch f := f.(type) {
	case interface{ Fd() uintptr }:
		return f.Fd(), true
	case *afero.BasePathFile:
		return descriptor(f.File)
	}
	return 0, false
}

func lockFile(fsys afero.Fs, path string, me Holder) (lock, error) {
	f, err := openRegular(fsys, path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return lock{}, fmt.Errorf("lock: %w", err)
	}
	fd, _ := descriptor(f)
	taken, err := tryLock(fd)
	switch {
	case err != nil:
		err = &os.PathError{Op: "lock", Path: path, Err: err}
	case !taken:
		err = &LockedError{Path: path, Holder: readHolder(f)}
	}
	if err != nil {
		return lock{}, errors.Join(err, f.Close())
	}
	// The lock holds even if a full disk takes no name: then its holder is unknown.
	_ = f.Truncate(0)
	_, _ = f.WriteAt(me.encode(), 0)
	return lock{free: func() error {
		_ = f.Truncate(0)
		return f.Close()
	}}, nil
}

func (h Holder) encode() []byte {
	return fmt.Appendf(nil, "pid %d\nhost %q\nsince %s\n", h.PID, h.Host, h.Since.Format(time.RFC3339))
}

// readHolder returns what the lock file says, or nobody if it says nothing sound.
func readHolder(f afero.File) Holder {
	b, err := readSized(f, lockBytesMax)
	if err != nil {
		return Holder{}
	}
	return decodeHolder(b)
}

// decodeHolder reads what encode wrote, and nothing else.
func decodeHolder(b []byte) Holder {
	var h Holder
	var since string
	if _, err := fmt.Sscanf(string(b), "pid %d\nhost %q\nsince %s\n", &h.PID, &h.Host, &since); err != nil {
		return Holder{}
	}
	var err error
	if h.Since, err = time.Parse(time.RFC3339, since); err != nil || !bytes.Equal(h.encode(), b) {
		return Holder{}
	}
	return h
}
