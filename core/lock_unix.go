//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package core

import (
	"errors"

	"golang.org/x/sys/unix"
)

const systemLocks = true

// tryLock locks an open file for as long as it stays open, and reports whether
// nobody else had.
func tryLock(fd uintptr) (bool, error) {
	for {
		err := unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, err
		}
	}
}
