package trial

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// overlay is files that take the place of the module's at build time.
type overlay map[string]string // text by absolute path

// copied is where write puts the i-th file; compilers name that path in errors.
func copied(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("%d.go", i)) }

// paths returns the files that are replaced, in the order in which write numbers them.
func (o overlay) paths() []string { return slices.Sorted(maps.Keys(o)) }

// write puts the overlay into dir and returns the file that the go command reads.
func (o overlay) write(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	list := struct{ Replace map[string]string }{make(map[string]string)}
	for i, path := range o.paths() {
		to := copied(dir, i)
		if err := os.WriteFile(to, []byte(o[path]), 0o600); err != nil {
			return "", err
		}
		list.Replace[path] = to
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, b, 0o600)
}
