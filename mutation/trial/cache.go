package trial

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// cache is the verdicts of earlier trials. Those of a package hold while no file of
// the module is different in the folders that its tests are built from.
type cache struct {
	path   string
	states map[string]string // of packages, as they are now
	kept   map[string]remembered
}

type remembered struct {
	State   string
	Verdict Verdict
}

func (t *trial) openCache(ctx context.Context) (*cache, error) {
	c := &cache{path: t.config.Cache, states: make(map[string]string), kept: make(map[string]remembered)}
	if c.path == "" {
		return c, nil
	}
	for _, p := range t.module.packages {
		state, err := t.state(ctx, p.Path)
		if err != nil {
			return nil, err
		}
		c.states[p.Path] = state
	}
	b, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the cache: %w", err)
	}
	if err := json.Unmarshal(b, &c.kept); err != nil {
		return nil, fmt.Errorf("read the cache %s: %w, legal is to remove it", c.path, err)
	}
	return c, nil
}

// state is a hash over all that the verdicts of a package depend on.
func (t *trial) state(ctx context.Context, path string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), t.config.Tags, t.config.Killers, t.config.Seeds, t.config.Program, t.config.Short, t.config.Narrow, t.config.Matrix)
	patterns := append([]string{path}, t.config.Killers...)
	if t.config.Seeds > 0 {
		patterns = append(patterns, t.config.Program)
	}
	args := append([]string{"list", "-test", "-deps", "-f", "{{if not .Standard}}{{with .Module}}{{.Path}} {{.Version}}{{end}}\t{{.Dir}}{{end}}"}, t.config.tagFlags()...)
	out, err := t.module.output(ctx, append(args, patterns...)...)
	if err != nil {
		return "", err
	}
	rows := strings.Split(strings.TrimSpace(out), "\n")
	slices.Sort(rows)
	for _, row := range slices.Compact(rows) {
		module, dir, _ := strings.Cut(row, "\t")
		fmt.Fprintln(h, module)
		if dir != "" && strings.HasSuffix(module, " ") { // it has no version: it is the module at hand
			if err := hashFolder(h, t.module.root, dir); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashFolder adds all files of a package's folder and of those below, which it may
// embed or its tests may read.
func hashFolder(h io.Writer, root, dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" && entry.IsDir() {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(text))
		return nil
	})
}

// recall fills in the verdicts that still hold.
func (c *cache) recall(verdicts []Verdict) {
	for i := range verdicts {
		kept, ok := c.kept[verdicts[i].ID]
		if !ok || verdicts[i].Status != "" || kept.State != c.states[verdicts[i].Package] {
			continue
		}
		named := verdicts[i]
		verdicts[i] = kept.Verdict
		verdicts[i].Mutant, verdicts[i].Name, verdicts[i].Purpose, verdicts[i].Cached = named.Mutant, named.Name, named.Purpose, true
	}
}

// remember writes the verdicts down. Flaky ones are judged again.
func (c *cache) remember(verdicts []Verdict) error {
	if c.path == "" {
		return nil
	}
	for _, v := range verdicts {
		if !v.Flaky && v.Status != Ignored && v.Status != "" {
			v.Cached = false
			c.kept[v.ID] = remembered{c.states[v.Package], v}
		}
	}
	return c.write()
}

func (c *cache) write() error {
	f, err := os.CreateTemp(filepath.Dir(c.path), ".mutation-cache-")
	if err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriter(f)
	err = errors.Join(json.NewEncoder(w).Encode(c.kept), w.Flush(), f.Close())
	if err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	return os.Rename(f.Name(), c.path)
}
