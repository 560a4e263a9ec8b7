package core

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
)

// lateLinks is a filesystem in which every file becomes a link right after the look
// at it.
type lateLinks struct{ afero.Fs }

func (l lateLinks) LstatIfPossible(path string) (fs.FileInfo, bool, error) {
	info, err := l.Stat(path)
	return info, false, err
}

// A link that is put in place after the look at it is refused by the system.
func TestOpenRegularRefusesLateLinks(t *testing.T) {
	if openNoFollow == 0 {
		t.Skip("this system follows links whenever it opens a file")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "link")
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("not ours"), 0o600))
	must(t, os.Symlink("file", path))
	for _, flag := range []int{os.O_RDONLY, os.O_RDWR, os.O_RDWR | os.O_CREATE} {
		if f, err := openRegular(lateLinks{afero.NewOsFs()}, path, flag); err == nil {
			t.Errorf("openRegular with flag %#x followed a link to %s", flag, f.Name())
		}
	}
}

// A file that claims a size beyond its bound is refused before anything is
// allocated for it.
func TestReadWholeAllocatesWithinItsBound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sparse")
	must(t, os.WriteFile(path, []byte("x"), 0o600))
	must(t, os.Truncate(path, 1<<40))
	if b, err := readWhole(afero.NewOsFs(), path, 100); !errors.Is(err, ErrTooLarge) || b != nil {
		t.Errorf("readWhole of 1 TiB = %d bytes, %v, want %v", len(b), err, ErrTooLarge)
	}
	must(t, os.Truncate(path, 100))
	if b, err := readWhole(afero.NewOsFs(), path, 100); err != nil || len(b) != 100 || b[0] != 'x' {
		t.Errorf("readWhole at the bound = %q, %v, want 100 bytes", b, err)
	}
}

// A segment that claims to be larger than any may be is refused, with its place, and
// nothing is allocated for it.
func TestOpenRefusesAHugeSegment(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(context.Background(), afero.NewOsFs(), dir, Config{})
	must(t, err)
	must(t, s.Close())
	path := segmentAt(dir, 1).path
	must(t, os.Truncate(path, 1<<41))
	for _, readOnly := range []bool{false, true} {
		_, err := Open(context.Background(), afero.NewOsFs(), dir, Config{ReadOnly: readOnly})
		if at := new(JournalError); !errors.Is(err, ErrJournalCorrupt) || !errors.As(err, &at) || at.Path != path {
			t.Errorf("Open, read-only %v, of a segment of 2 TiB = %v, want %v of %s", readOnly, err, ErrJournalCorrupt, path)
		}
	}
}
