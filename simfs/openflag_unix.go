//go:build unix

package simfs

import "syscall"

// The open flags that the os package leaves to the system.
const (
	openNoFollow  = syscall.O_NOFOLLOW
	openDirectory = syscall.O_DIRECTORY
)
