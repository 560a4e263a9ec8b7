//go:build linux

package simfs_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"
)

// rooted makes what is below a directory look like a whole filesystem, targets of
// links too. Unlike afero.BasePathFs it leaves names as they are: slashes at the
// end, dots and all.
type rooted struct {
	afero.Fs
	root string
}

// osFS is the filesystem of the machine below a new directory.
func osFS(t testing.TB) rooted {
	t.Helper()
	return rooted{afero.NewOsFs(), t.TempDir()}
}

func (r rooted) at(name string) string {
	switch {
	case name == "":
		return ""
	case name[0] == '/':
		return r.root + name
	}
	return r.root + "/" + name
}

func (r rooted) Create(n string) (afero.File, error) { return r.Fs.Create(r.at(n)) }
func (r rooted) Open(n string) (afero.File, error)   { return r.Fs.Open(r.at(n)) }
func (r rooted) OpenFile(n string, flag int, perm fs.FileMode) (afero.File, error) {
	return r.Fs.OpenFile(r.at(n), flag, perm)
}
func (r rooted) Mkdir(n string, perm fs.FileMode) error    { return r.Fs.Mkdir(r.at(n), perm) }
func (r rooted) MkdirAll(n string, perm fs.FileMode) error { return r.Fs.MkdirAll(r.at(n), perm) }
func (r rooted) Remove(n string) error                     { return r.Fs.Remove(r.at(n)) }
func (r rooted) RemoveAll(n string) error                  { return r.Fs.RemoveAll(r.at(n)) }
func (r rooted) Rename(o, n string) error                  { return r.Fs.Rename(r.at(o), r.at(n)) }
func (r rooted) Stat(n string) (fs.FileInfo, error)        { return r.Fs.Stat(r.at(n)) }
func (r rooted) Chmod(n string, mode fs.FileMode) error    { return r.Fs.Chmod(r.at(n), mode) }
func (r rooted) Chown(n string, uid, gid int) error        { return r.Fs.Chown(r.at(n), uid, gid) }
func (r rooted) Chtimes(n string, a, m time.Time) error    { return r.Fs.Chtimes(r.at(n), a, m) }

func (r rooted) LstatIfPossible(n string) (fs.FileInfo, bool, error) {
	return r.Fs.(afero.Lstater).LstatIfPossible(r.at(n))
}

func (r rooted) SymlinkIfPossible(target, n string) error {
	if strings.HasPrefix(target, "/") {
		target = r.root + target
	}
	return r.Fs.(afero.Linker).SymlinkIfPossible(target, r.at(n))
}

func (r rooted) ReadlinkIfPossible(n string) (string, error) {
	target, err := r.Fs.(afero.LinkReader).ReadlinkIfPossible(r.at(n))
	return strings.TrimPrefix(target, r.root), err
}

// say is what programs can tell from an error: its type, its text, in which the
// root counts as the top, and the classes of errors.Is.
func (r rooted) say(err error) string {
	if err == nil {
		return "ok"
	}
	text := err.Error()
	if r.root != "" {
		text = strings.ReplaceAll(text, r.root, "")
	}
	for _, pkg := range []string{"os: ", "simfs: "} {
		text = strings.TrimPrefix(text, pkg)
	}
	switch err.(type) {
	case *fs.PathError:
		text = "path: " + text
	case *os.LinkError:
		text = "link: " + text
	}
	for _, class := range errorClasses {
		if errors.Is(err, class.err) {
			text += " (" + class.name + ")"
		}
	}
	return text
}

var errorClasses = []struct {
	name string
	err  error
}{{"exist", fs.ErrExist}, {"not exist", fs.ErrNotExist}, {"permission", fs.ErrPermission}, {"closed", fs.ErrClosed}}

// cause is the innermost of an error, where the os package lets a system call of
// its own shine through.
func cause(err error) string {
	var number syscall.Errno
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &number):
		return number.Error()
	case errors.Is(err, io.EOF):
		return "EOF"
	case errors.Is(err, fs.ErrClosed):
		return "closed"
	}
	return "other"
}
