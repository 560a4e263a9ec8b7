package simfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/spf13/afero"
)

// Copy copies what src holds at root, and below, to the same path in dst: directories,
// regular files, symbolic links, with their modes and modification times; not owners,
// and a file with several names becomes several files. The directories above root are
// made when they are missing. A directory that dst has already is merged into, and
// gets the mode and time of the other; anything else that is in the way is an error,
// and no file is overwritten. The two must not overlap.
//
// Links need an afero.Symlinker on both sides; a src that is none shows the files
// that they lead to, and those are copied. They keep their targets, except in an
// afero.BasePathFs, which rewrites them: there they still lead to the same place in
// the copy. A file that cannot be copied gives an *UnsupportedError. Every error names
// the path. What was copied before it stays.
func Copy(dst, src afero.Fs, root string) error {
	c := copier{dst: dst, src: src, chunk: make([]byte, chunkSize)}
	root = path.Clean(root)
	if above := path.Dir(root); above != root {
		if err := dst.MkdirAll(above, 0o755); err != nil {
			return wrapCopy(root, err)
		}
	}
	return c.copy(root)
}

// UnsupportedError is what Copy and Load give for a file that one of the two
// filesystems has no way to show or to make: a device, a socket, a named pipe, a
// symbolic link.
type UnsupportedError struct {
	Path string
	Mode fs.FileMode // with its type
	Err  error       // why
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("simfs: copy of %s, mode %s: %v", e.Path, e.Mode, e.Err)
}

func (e *UnsupportedError) Unwrap() error { return e.Err }

// errSpecial says why Copy refuses devices, sockets and pipes.
var errSpecial = errors.New("neither a directory nor a regular file nor a symbolic link")

// copier is a Copy under way.
type copier struct {
	dst, src afero.Fs
	chunk    []byte
}

// copy copies what is at name, and below.
func (c *copier) copy(name string) error {
	info, err := lstat(c.src, name)
	if err != nil {
		return wrapCopy(name, err)
	}
	switch info.Mode().Type() {
	case 0:
		return wrapCopy(name, c.file(name, info))
	case fs.ModeDir:
		return c.dir(name, info)
	case fs.ModeSymlink:
		return c.link(name, info)
	}
	return &UnsupportedError{Path: name, Mode: info.Mode(), Err: errSpecial}
}

// dir gives a directory its attributes last: what is put into it changes its time,
// and its mode may forbid putting anything into it.
func (c *copier) dir(name string, info os.FileInfo) error {
	if err := c.mkdir(name); err != nil {
		return wrapCopy(name, err)
	}
	names, err := readNames(c.src, name)
	if err != nil {
		return wrapCopy(name, err)
	}
	for _, n := range names {
		if err := c.copy(path.Join(name, n)); err != nil {
			return err
		}
	}
	return wrapCopy(name, c.setAttr(name, info))
}

// mkdir makes a directory, unless it is there.
func (c *copier) mkdir(name string) error {
	err := c.dst.Mkdir(name, 0o700)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if info, e := lstat(c.dst, name); e != nil || !info.IsDir() {
		return err
	}
	return nil
}

func (c *copier) file(name string, info os.FileInfo) error {
	from, err := c.src.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := c.dst.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(to, from, c.chunk)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	return c.setAttr(name, info)
}

func (c *copier) setAttr(name string, info os.FileInfo) error {
	if err := c.dst.Chmod(name, info.Mode()&permBits); err != nil {
		return err
	}
	return c.dst.Chtimes(name, info.ModTime(), info.ModTime())
}

func (c *copier) link(name string, info os.FileInfo) error {
	target, err := readlink(c.src, name)
	if err == nil {
		if _, ok := c.dst.(*afero.BasePathFs); ok && !path.IsAbs(target) {
			target = path.Join(path.Dir(name), target) // it takes every target for a path from its base
		}
		err = symlink(c.dst, target, name)
	}
	if errors.Is(err, afero.ErrNoReadlink) || errors.Is(err, afero.ErrNoSymlink) {
		return &UnsupportedError{Path: name, Mode: info.Mode(), Err: err}
	}
	return wrapCopy(name, err)
}

func wrapCopy(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("simfs: copy of %s: %w", name, err)
}
