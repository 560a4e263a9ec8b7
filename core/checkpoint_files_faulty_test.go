package core

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/spf13/afero"
)

var errInjected = errors.New("injected")

// faultyFs logs every operation below root and fails the one numbered fail, from
// 1; zero fails none. A failed operation does nothing.
type faultyFs struct {
	afero.Fs
	root  string
	fail  int
	short bool // the failing operation is a write that stores all but one byte
	log   []string
}

func (f *faultyFs) operation(name, path string) error {
	path = strings.TrimPrefix(strings.TrimPrefix(path, f.root), "/")
	f.log = append(f.log, strings.TrimSpace(name+" "+path))
	if len(f.log) == f.fail && !f.short {
		return errInjected
	}
	return nil
}

func (f *faultyFs) fired() bool { return f.fail > 0 && len(f.log) >= f.fail }

func (f *faultyFs) Mkdir(path string, mode fs.FileMode) error {
	if err := f.operation("mkdir", path); err != nil {
		return err
	}
	return f.Fs.Mkdir(path, mode)
}

func (f *faultyFs) Open(path string) (afero.File, error) {
	if err := f.operation("open", path); err != nil {
		return nil, err
	}
	return f.wrap(f.Fs.Open(path))
}

func (f *faultyFs) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	if err := f.operation("create", path); err != nil {
		return nil, err
	}
	return f.wrap(f.Fs.OpenFile(path, flag, mode))
}

func (f *faultyFs) wrap(file afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	return &faultyFile{File: file, fs: f}, nil
}

func (f *faultyFs) Remove(path string) error {
	if err := f.operation("remove", path); err != nil {
		return err
	}
	return f.Fs.Remove(path)
}

func (f *faultyFs) Rename(from, to string) error {
	if err := f.operation("rename", from); err != nil {
		return err
	}
	return f.Fs.Rename(from, to)
}

func (f *faultyFs) LstatIfPossible(path string) (fs.FileInfo, bool, error) {
	if err := f.operation("lstat", path); err != nil {
		return nil, true, err
	}
	return f.Fs.(afero.Lstater).LstatIfPossible(path)
}

type faultyFile struct {
	afero.File
	fs *faultyFs
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.fs.operation("write", f.Name()); err != nil {
		return 0, err
	}
	if f.fs.fired() && f.fs.short {
		return f.File.Write(b[:len(b)-1])
	}
	return f.File.Write(b)
}

func (f *faultyFile) Read(b []byte) (int, error) {
	if err := f.fs.operation("read", f.Name()); err != nil {
		return 0, err
	}
	return f.File.Read(b)
}

func (f *faultyFile) Readdir(n int) ([]fs.FileInfo, error) {
	if err := f.fs.operation("readdir", f.Name()); err != nil {
		return nil, err
	}
	return f.File.Readdir(n)
}

func (f *faultyFile) Sync() error {
	if err := f.fs.operation("sync", f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}

// Close closes the file even if it reports a failure, as close(2) does.
func (f *faultyFile) Close() error {
	return errors.Join(f.File.Close(), f.fs.operation("close", f.Name()))
}
