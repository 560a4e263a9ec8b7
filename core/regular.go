package core

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/afero"
)

// ErrNotRegular: where a file of the log belongs stands something else, such as a
// symbolic link, a directory or a pipe. It is not followed, read or replaced.
var ErrNotRegular = errors.New("batpak: not a regular file")

// openRegular opens the file at path, with mode 0600 if flag has it created. What is
// no regular file is refused with ErrNotRegular: a link may lead to a file of
// anybody's, and a pipe has its reader wait for ever.
//
// A link that is put there after the look at it is refused by the system, where
// that knows O_NOFOLLOW; elsewhere it is followed. A filesystem that is no
// afero.Lstater is taken to have no links.
func openRegular(fsys afero.Fs, path string, flag int) (afero.File, error) {
	info, err := lstat(fsys, path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, notRegular(path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	f, err := fsys.OpenFile(path, flag|openNoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	info, err = f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func notRegular(path string) error {
	return &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
}

// lstat describes what stands at path itself, where the filesystem can tell.
func lstat(fsys afero.Fs, path string) (fs.FileInfo, error) {
	if l, ok := fsys.(afero.Lstater); ok {
		info, _, err := l.LstatIfPossible(path)
		return info, err
	}
	return fsys.Stat(path)
}

// readWhole reads the file at path, at most sizeMax bytes of it. It trusts no
// single read: a file that yields fewer bytes than its size is an error, not a
// shorter file.
func readWhole(fsys afero.Fs, path string, sizeMax int64) ([]byte, error) {
	f, err := openRegular(fsys, path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	b, err := readSized(f, sizeMax)
	return b, errors.Join(err, f.Close())
}

// readSized allocates no more than sizeMax bytes, whatever size the file claims.
func readSized(f afero.File, sizeMax int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > sizeMax {
		return nil, &fs.PathError{Op: "read", Path: f.Name(), Err: fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, info.Size(), sizeMax)}
	}
	b := make([]byte, info.Size())
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, &fs.PathError{Op: "read", Path: f.Name(), Err: err}
	}
	return b, nil
}
