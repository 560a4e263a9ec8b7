package simfs

import (
	"os"
	"slices"

	"github.com/spf13/afero"
)

// What follows asks filesystems of any kind, and takes them for what they say that
// they can do.

// lstat describes a file without following a link, where the filesystem can.
func lstat(f afero.Fs, name string) (os.FileInfo, error) {
	if l, ok := f.(afero.Lstater); ok {
		info, _, err := l.LstatIfPossible(name)
		return info, err
	}
	return f.Stat(name)
}

// readlink returns the target of a link, or an error that is afero.ErrNoReadlink.
func readlink(f afero.Fs, name string) (string, error) {
	if l, ok := f.(afero.LinkReader); ok {
		return l.ReadlinkIfPossible(name)
	}
	return "", &os.PathError{Op: "readlink", Path: name, Err: afero.ErrNoReadlink}
}

// symlink makes a link, or returns an error that is afero.ErrNoSymlink.
func symlink(f afero.Fs, target, name string) error {
	if l, ok := f.(afero.Linker); ok {
		return l.SymlinkIfPossible(target, name)
	}
	return &os.LinkError{Op: "symlink", Old: target, New: name, Err: afero.ErrNoSymlink}
}

// readNames lists a directory, ascending.
func readNames(f afero.Fs, dir string) ([]string, error) {
	d, err := f.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}
