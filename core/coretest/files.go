package coretest

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// used leaves a closed log with events and a checkpoint behind, and returns the
// paths of its files.
func (f *fixture) used() []string {
	f.Helper()
	s := f.open()
	f.append(s, "a", "b")
	f.commitAfter(s, core.Region{}, 1)
	f.need(s.Close())
	files, _ := f.tree()
	if len(files) < 2 {
		f.Fatalf("files of the log = %v, want a journal and a checkpoint at least", files)
	}
	return files
}

// tree returns the paths of all files and of all directories of the log.
func (f *fixture) tree() (files, dirs []string) {
	f.Helper()
	f.need(afero.Walk(f.FS, f.Dir, func(path string, info fs.FileInfo, err error) error {
		if err == nil && info.IsDir() {
			dirs = append(dirs, path)
		} else if err == nil {
			files = append(files, path)
		}
		return err
	}))
	return files, dirs
}

// Only the user whose log it is may read its files and enter its directories.
func filesModes(f *fixture) {
	if runtime.GOOS == "windows" {
		return // which has other means
	}
	f.used()
	files, dirs := f.tree()
	check := func(paths []string, want fs.FileMode) {
		for _, path := range paths {
			info, err := f.FS.Stat(path)
			f.need(err)
			same(f, "mode of "+path, info.Mode().Perm(), want)
		}
	}
	check(files, 0o600)
	check(dirs, 0o700)
}

// H-4: a symbolic link in the place of a file of the log is refused, whether it leads to
// the file itself, to another one, or nowhere; and nothing is written through it.
func filesLinks(f *fixture) {
	linker, ok := f.FS.(afero.Symlinker)
	if !ok {
		return
	}
	for _, path := range f.used() {
		aside := f.Dir + ".aside"
		f.need(f.FS.Rename(path, aside))
		sound := f.read(aside)
		for _, target := range []string{aside, f.Dir + ".nowhere"} {
			f.need(linker.SymlinkIfPossible(target, path))
			if err := f.useDurably(); !errors.Is(err, core.ErrNotRegular) && !errors.Is(err, core.ErrCheckpointCorrupt) {
				f.Errorf("with a link in the place of %s the log says %v, want %v", path, err, core.ErrNotRegular)
			}
			same(f, "the file behind the link", f.read(aside), sound)
			_, err := f.FS.Stat(f.Dir + ".nowhere")
			f.fails("Stat of what a dangling link names", err, fs.ErrNotExist)
			f.need(f.FS.Remove(path))
		}
		f.need(f.FS.Rename(aside, path))
	}
	f.need(f.useDurably())
}

// useDurably opens the log, appends, and moves the checkpoint.
func (f *fixture) useDurably() error {
	s, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
	if err != nil {
		return err
	}
	_, err = s.Append(ctx, f.event("c"))
	c, cursorErr := s.Cursor(ctx, core.Region{}, f.durably())
	if cursorErr == nil {
		_, pollErr := c.PollBatch(ctx, 1)
		cursorErr = errors.Join(pollErr, c.Commit(ctx), c.Close())
	}
	return errors.Join(err, cursorErr, s.Close())
}

// A link under a temporary name is replaced, not followed.
func filesTemporaryLinks(f *fixture) {
	linker, ok := f.FS.(afero.Symlinker)
	if !ok {
		return
	}
	victim := f.Dir + ".victim"
	f.write(victim, []byte("not ours"))
	var temps []string
	recording := &creations{Fs: f.FS}
	s := f.openAt(recording, f.Dir, core.AckDurable)
	f.append(s, "a")
	f.commitAfter(s, core.Region{}, 1)
	f.need(s.Close())
	for _, path := range recording.paths {
		if strings.HasSuffix(path, ".tmp") {
			temps = append(temps, path)
		}
	}
	if len(temps) < 2 {
		f.Fatalf("temporary files = %v, want those of the journal and of a checkpoint", temps)
	}
	f.need(f.FS.RemoveAll(f.Dir))
	for _, path := range temps {
		f.need(f.FS.MkdirAll(filepath.Dir(path), 0o700))
		f.need(linker.SymlinkIfPossible(victim, path))
	}
	f.need(f.useDurably())
	same(f, "the file behind the links", string(f.read(victim)), "not ours")
}

// creations notes the paths of the files that are created.
type creations struct {
	afero.Fs
	paths []string
}

func (c *creations) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	c.paths = append(c.paths, path)
	return c.Fs.OpenFile(path, flag, mode)
}
