//go:build unix

package core

import "syscall"

// openNoFollow is the flag with which a file is not opened through a symbolic link.
const openNoFollow = syscall.O_NOFOLLOW
