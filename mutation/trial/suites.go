package trial

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// compileSuites builds the test binaries: of each package under trial, and of the
// further ones that may kill.
func (t *trial) compileSuites(ctx context.Context) error {
	further, err := t.further(ctx)
	if err != nil {
		return err
	}
	t.killers = make(map[string]bool)
	var paths []string
	for _, p := range t.module.packages {
		paths = append(paths, p.Path)
	}
	for _, path := range further {
		t.killers[path] = true
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		s := &suite{path: path, dir: t.module.dir(path)}
		if s.flags, err = t.fixedSeed(ctx, path); err != nil {
			return err
		}
		if t.config.Short {
			s.flags = append(s.flags, "-test.short")
		}
		t.suites = append(t.suites, s)
	}
	if t.config.Seeds > 0 {
		t.killers[t.config.Program] = true
		t.suites = append(t.suites, &suite{path: t.config.Program, seeds: t.config.Seeds})
	}
	for i, s := range t.suites {
		t.tell("building the tests of "+s.path, 0)
		if s.binary, err = s.compile(ctx, t.module, t.config, t.shared.list, filepath.Join(t.dir, fmt.Sprintf("%d-%s", i, s.file()))); err != nil {
			return fmt.Errorf("build the tests of %s: %w", s.path, err)
		}
	}
	return nil
}

// further returns the packages of the module that the killers' patterns name.
func (t *trial) further(ctx context.Context) ([]string, error) {
	if len(t.config.Killers) == 0 {
		return nil, nil
	}
	out, err := t.module.output(ctx, append(append([]string{"list"}, t.config.tagFlags()...), t.config.Killers...)...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", strings.Join(t.config.Killers, " "), err)
	}
	paths := strings.Fields(out)
	for _, path := range paths {
		if path != t.module.path && !strings.HasPrefix(path, t.module.path+"/") {
			return nil, fmt.Errorf("killers %s is not of module %s, legal are its packages", path, t.module.path)
		}
	}
	return paths, nil
}

// fixedSeed returns the flags that make properties of a suite draw the same each time.
func (t *trial) fixedSeed(ctx context.Context, path string) ([]string, error) {
	out, err := t.module.output(ctx, append(append([]string{"list", "-test", "-deps"}, t.config.tagFlags()...), path)...)
	if err != nil {
		return nil, err
	}
	if slices.Contains(strings.Fields(out), "pgregory.net/rapid") {
		return []string{"-rapid.seed=1", "-rapid.nofailfile"}, nil
	}
	return nil, nil
}

// suitesOf returns the suites that may kill mutants of a package.
func (t *trial) suitesOf(path string) []*suite {
	var all []*suite
	for _, s := range t.suites {
		if s.path == path || t.killers[s.path] {
			all = append(all, s)
		}
	}
	return all
}
