package core

import (
	"errors"

	"golang.org/x/sys/windows"
)

const systemLocks = true

// lockedByte is the offset of the one byte that is locked. Locked bytes cannot be
// read by others, who must read who holds the lock.
const lockedByte = 1 << 30

// tryLock locks an open file for as long as it stays open, and reports whether
// nobody else had.
func tryLock(fd uintptr) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(fd), flags, 0, 1, 0, &windows.Overlapped{Offset: lockedByte})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
