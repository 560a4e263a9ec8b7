package coretest

import (
	"errors"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/spf13/afero"
)

var errDiskFull = errors.New("disk full")

// fullDisk creates no file while it is full.
type fullDisk struct {
	afero.Fs
	full atomic.Bool
}

func (d *fullDisk) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	if flag&os.O_CREATE != 0 && d.full.Load() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errDiskFull}
	}
	return d.Fs.OpenFile(path, flag, mode)
}
