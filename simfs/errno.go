package simfs

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// errnos are the error numbers that filesystems return, by name.
var errnos = []struct {
	name  string
	errno syscall.Errno
}{
	{"EACCES", syscall.EACCES}, {"EAGAIN", syscall.EAGAIN}, {"EBADF", syscall.EBADF}, {"EBUSY", syscall.EBUSY},
	{"EDEADLK", syscall.EDEADLK}, {"EDQUOT", syscall.EDQUOT}, {"EEXIST", syscall.EEXIST}, {"EFAULT", syscall.EFAULT},
	{"EFBIG", syscall.EFBIG}, {"EINTR", syscall.EINTR}, {"EINVAL", syscall.EINVAL}, {"EIO", syscall.EIO},
	{"EISDIR", syscall.EISDIR}, {"ELOOP", syscall.ELOOP}, {"EMFILE", syscall.EMFILE}, {"EMLINK", syscall.EMLINK},
	{"ENAMETOOLONG", syscall.ENAMETOOLONG}, {"ENFILE", syscall.ENFILE}, {"ENODEV", syscall.ENODEV},
	{"ENOENT", syscall.ENOENT}, {"ENOLCK", syscall.ENOLCK}, {"ENOMEM", syscall.ENOMEM}, {"ENOSPC", syscall.ENOSPC},
	{"ENOSYS", syscall.ENOSYS}, {"ENOTDIR", syscall.ENOTDIR}, {"ENOTEMPTY", syscall.ENOTEMPTY},
	{"ENOTSUP", syscall.ENOTSUP}, {"ENXIO", syscall.ENXIO}, {"EOVERFLOW", syscall.EOVERFLOW}, {"EPERM", syscall.EPERM},
	{"EPIPE", syscall.EPIPE}, {"EROFS", syscall.EROFS}, {"ESTALE", syscall.ESTALE}, {"ETIMEDOUT", syscall.ETIMEDOUT},
	{"ETXTBSY", syscall.ETXTBSY}, {"EXDEV", syscall.EXDEV},
}

// errnoMax is the largest number that a Linux kernel returns as an error.
const errnoMax = 4095

// errnoName is the name, or errno(77) for a number that has none here.
func errnoName(e syscall.Errno) string {
	for _, known := range errnos {
		if known.errno == e {
			return known.name
		}
	}
	return fmt.Sprintf("errno(%d)", uint64(e))
}

// errnoNamed is the inverse of errnoName.
func errnoNamed(name string) (syscall.Errno, bool) {
	for _, known := range errnos {
		if known.name == name {
			return known.errno, true
		}
	}
	number, ok := strings.CutPrefix(name, "errno(")
	number, closed := strings.CutSuffix(number, ")")
	n, err := strconv.ParseUint(number, 10, 64)
	return syscall.Errno(n), ok && closed && err == nil && n > 0 && n <= errnoMax
}
