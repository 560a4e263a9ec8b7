package core

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/afero"
)

// syncDir makes the entries of dir durable: open, sync the handle, close.
func syncDir(fsys afero.Fs, dir string) error {
	d, err := fsys.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}

// makeDirDurable creates dir with its missing parents, mode 0700, and makes the
// names of all of them durable. It syncs existing parents too, because a
// predecessor may have died between making a directory and syncing its parent;
// a parent above that this user may not read is not ours and is passed over.
func makeDirDurable(fsys afero.Fs, dir string) error {
	if err := fsys.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create directory: %w", err)
	}
	for parent := filepath.Dir(dir); dir != parent; dir, parent = parent, filepath.Dir(parent) {
		if err := syncDir(fsys, parent); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// replaceFile puts a file with that content, itself durable, at path: written under
// the name temp, synced, renamed. While it fails, path is as before. The name is
// durable once its directory is synced, which is left to the caller.
func replaceFile(fsys afero.Fs, temp, path string, content []byte) error {
	return replaceFileBy(fsys, temp, path, func(w io.Writer) error {
		n, err := w.Write(content)
		if err == nil && n < len(content) {
			err = io.ErrShortWrite
		}
		return err
	})
}

// replaceFileBy is replaceFile with content that write writes piece by piece.
func replaceFileBy(fsys afero.Fs, temp, path string, write func(io.Writer) error) error {
	err := writeTemp(fsys, temp, write)
	if err == nil {
		if err = fsys.Rename(temp, path); err != nil {
			err = fmt.Errorf("rename temporary file: %w", err)
		}
	}
	if err != nil {
		_ = fsys.Remove(temp) // what stays is removed at the next open
	}
	return err
}

// tempSuffix ends the temporary names of replaceFile. Whoever finds one at open
// removes it.
const tempSuffix = ".tmp"

func writeTemp(fsys afero.Fs, temp string, write func(io.Writer) error) error {
	if err := ignoreMissing(fsys.Remove(temp)); err != nil {
		return fmt.Errorf("remove stale temporary file: %w", err)
	}
	f, err := fsys.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create temporary file: %w", err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write temporary file: %w", err)
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
