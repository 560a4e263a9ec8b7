package trial

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// workspace is one worker's copy of the module and its temporary directory.
type workspace struct {
	root  string // of the module
	dir   string // the copy
	temp  string
	files map[string]stamp // as copied
}

// stamp tells whether a file was touched.
type stamp struct {
	size int64
	time int64
	mode fs.FileMode
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{info.Size(), info.ModTime().UnixNano(), info.Mode()}
}

// newWorkspace copies the module into a folder below base, without its history: a test
// that commits must not do so in the real one.
func newWorkspace(root, base string) (*workspace, error) {
	w := &workspace{root: root, dir: filepath.Join(base, "module"), temp: filepath.Join(base, "temp"), files: make(map[string]stamp)}
	if err := w.clear(); err != nil {
		return nil, err
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if entry.Name() == ".git" { // a folder, or a file that leads to one
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			w.files[name] = stamp{}
			return os.MkdirAll(filepath.Join(w.dir, name), 0o755)
		}
		return w.copy(name)
	})
	return w, err
}

// copy brings one file from the module, unless it is one that cannot be copied.
func (w *workspace) copy(name string) error {
	from, to := filepath.Join(w.root, name), filepath.Join(w.dir, name)
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		if err := os.Symlink(target, to); err != nil {
			return err
		}
	case info.Mode().IsRegular():
		text, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, text, info.Mode().Perm()); err != nil {
			return err
		}
	default:
		return nil
	}
	copied, err := os.Lstat(to)
	if err != nil {
		return err
	}
	w.files[name] = stampOf(copied)
	return nil
}

// restore undoes what a run did to the copy, and empties the temporary directory.
func (w *workspace) restore() error {
	seen := make(map[string]bool)
	err := filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(w.dir, path)
		if err != nil {
			return err
		}
		want, known := w.files[name]
		switch {
		case !known:
			if err := os.RemoveAll(path); err != nil || !entry.IsDir() {
				return err
			}
			return filepath.SkipDir
		case entry.IsDir():
			seen[name] = true
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		seen[name] = stampOf(info) == want
		if !seen[name] {
			return os.RemoveAll(path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.bring(seen); err != nil {
		return err
	}
	return w.clear()
}

// bring copies again what is not there any more.
func (w *workspace) bring(seen map[string]bool) error {
	var gone []string
	for name := range w.files {
		if !seen[name] {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone) // folders come before what is in them
	for _, name := range gone {
		if w.files[name] == (stamp{}) {
			if err := os.MkdirAll(filepath.Join(w.dir, name), 0o755); err != nil {
				return err
			}
			continue
		}
		if err := w.copy(name); err != nil {
			return err
		}
	}
	return nil
}

// clear empties the temporary directory.
func (w *workspace) clear() error {
	entries, err := os.ReadDir(w.temp)
	if err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(w.temp); err != nil {
		return err
	}
	return os.MkdirAll(w.temp, 0o755)
}
