package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// corpus are the scripts that were saved for the test of a name, in the folder of its package.
type corpus struct{ test string }

type savedScript struct {
	Script
	path string
}

func (c corpus) folder() string {
	parts := strings.Split(c.test, "/")
	for i, p := range parts {
		parts[i] = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`<>:"\|?*`, r) || r < ' ' || r > '~' {
				return '_'
			}
			return r
		}, p)
	}
	return filepath.Join(append([]string{"testdata", "sim"}, parts...)...)
}

// load reads all scripts, ordered by name.
func (c corpus) load() ([]savedScript, error) {
	files, err := os.ReadDir(c.folder())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []savedScript
	for _, f := range files {
		if f.IsDir() || filepath.Ext(f.Name()) != ".sim" {
			continue
		}
		s := savedScript{path: filepath.Join(c.folder(), f.Name())}
		text, err := os.ReadFile(s.path)
		if err != nil {
			return nil, err
		}
		if err := s.UnmarshalText(text); err != nil {
			return nil, fmt.Errorf("%s: %w", s.path, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// save writes a script, over one of the same signature, and returns its path.
func (c corpus) save(s Script) (string, error) {
	name := fmt.Sprintf("%016x.sim", fnvString(fnvOffset, s.Signature))
	return filepath.Join(c.folder(), name), writeFiles(c.folder(), map[string]string{name: s.String()})
}

func writeFiles(folder string, files map[string]string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(files[name]), 0o666); err != nil {
			return err
		}
	}
	return nil
}
