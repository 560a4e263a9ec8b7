package simfs

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// MkdirAll makes a directory and those above it, as single steps; one that exists
// is no error.
func (f *FS) MkdirAll(name string, perm os.FileMode) error {
	fi, err := f.Stat(name)
	switch {
	case err == nil && fi.IsDir():
		return nil
	case err == nil:
		return &fs.PathError{Op: "mkdir", Path: name, Err: syscall.ENOTDIR}
	case errors.Is(err, ErrCrashed):
		return err
	}
	if above := parent(name); above != "" {
		if err := f.MkdirAll(above, perm); err != nil {
			return err
		}
	}
	err = f.Mkdir(name, perm)
	if err == nil || errors.Is(err, ErrCrashed) {
		return err
	}
	if fi, _, err2 := f.LstatIfPossible(name); err2 == nil && fi.IsDir() {
		return nil
	}
	return err
}

// parent is the name of the directory above, empty at the top.
func parent(name string) string {
	name = strings.TrimRight(name, "/")
	return name[:max(strings.LastIndexByte(name, '/'), 0)]
}

// RemoveAll removes a file, or a directory with all in it, as single steps and by
// ascending names; what is missing is no error. It follows no link. It removes all that it can and
// returns the first error.
func (f *FS) RemoveAll(name string) error {
	switch {
	case name == "":
		return nil
	case name == "." || strings.HasSuffix(name, "/."):
		return &fs.PathError{Op: "RemoveAll", Path: name, Err: syscall.EINVAL}
	}
	if trimmed := strings.TrimRight(name, "/"); trimmed != "" {
		name = trimmed
	}
	return f.removeTree(name)
}

func (f *FS) removeTree(name string) error {
	err := f.Remove(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if base(name) == ".." || !errors.Is(err, syscall.ENOTEMPTY) && !errors.Is(err, syscall.EBUSY) {
		return err // no directory to empty
	}
	children, first := f.children(name)
	for _, child := range children {
		if err := f.removeTree(strings.TrimRight(name, "/") + "/" + child); err != nil && first == nil {
			first = err
		}
	}
	err = f.Remove(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return cmp.Or(first, err)
}

func (f *FS) children(name string) ([]string, error) {
	d, err := f.OpenFile(name, os.O_RDONLY|openNoFollow, 0)
	if err != nil {
		return nil, err
	}
	found, err := d.Readdirnames(-1)
	return found, errors.Join(err, d.Close())
}
