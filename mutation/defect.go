package mutation

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Defect is a fault of the engine as an edit of its source.
type Defect struct {
	Name    string
	Summary string // what the engine does wrong, in one line
	Clause  string // of the weakness or past bug of the Rust engine that it stands for; empty = it is ours

	File string // slash-separated, from the module's root
	Old  string // stands in File exactly once
	New  string
	Also []Edit // further edits that belong to it
}

// Edit replaces one text of a file, which stands there exactly once.
type Edit struct {
	File string
	Old  string
	New  string
}

func (d Defect) edits() []Edit { return append([]Edit{{d.File, d.Old, d.New}}, d.Also...) }

// Find returns the defect of that name.
func Find(name string) (Defect, error) {
	var names []string
	for _, d := range Defects() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return Defect{}, fmt.Errorf("unknown defect %q, legal are %s", name, strings.Join(names, ", "))
}

// ErrStale is matched where the source has moved on and a defect's edit no longer
// fits: the edit has to follow.
var ErrStale = errors.New("mutation: defect does not fit the source")

// Apply returns the files that the defect changes, by their path from root, with
// the defect in them. The tree is not touched.
func (d Defect) Apply(root string) (map[string]string, error) {
	changed := make(map[string]string)
	for _, e := range d.edits() {
		source, ok := changed[e.File]
		if !ok {
			b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
			if err != nil {
				return nil, fmt.Errorf("defect %s: %w", d.Name, err)
			}
			source = string(b)
		}
		if n := strings.Count(source, e.Old); n != 1 {
			return nil, fmt.Errorf("%w: %s: its text stands %d times in %s, not once", ErrStale, d.Name, n, e.File)
		}
		changed[e.File] = strings.Replace(source, e.Old, e.New, 1)
	}
	return changed, nil
}
