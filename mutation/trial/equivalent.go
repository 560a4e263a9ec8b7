package trial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/batpak/batpak-sim/mutation/operator"
)

// listings are the object code of packages without a mutant, each made once.
type listings struct {
	mu   sync.Mutex
	code map[string]string
}

// equivalent reports whether the compiler makes the same code of the mutant as of
// the source.
func (t *trial) equivalent(ctx context.Context, w *workspace, m operator.Mutant) (bool, error) {
	t.listings.mu.Lock()
	plain, ok := t.listings.code[m.Package]
	if !ok {
		var err error
		if plain, err = t.listing(ctx, m.Package, ""); err != nil {
			t.listings.mu.Unlock()
			return false, err
		}
		t.listings.code[m.Package] = plain
	}
	t.listings.mu.Unlock()
	over, err := t.overlay(m)
	if err != nil {
		return false, err
	}
	list, err := over.write(filepath.Join(filepath.Dir(w.dir), "equivalent"))
	if err != nil {
		return false, err
	}
	mutated, err := t.listing(ctx, m.Package, list)
	var failed *buildError
	if errors.As(err, &failed) {
		return false, nil // it compiles behind its guard only, where the source is too
	}
	return mutated == plain, err
}

// where is what a listing tells of lines.
var where = regexp.MustCompile(`\([^()]*\.go:\d+\)`)

// listing returns the machine code of a package without the lines it is from.
func (t *trial) listing(ctx context.Context, path, list string) (string, error) {
	args := append([]string{"build", "-gcflags=-S -dwarf=false"}, t.config.tagFlags()...)
	if list != "" {
		args = append(args, "-overlay", list)
	}
	out, err := t.module.output(ctx, append(args, "-o", os.DevNull, path)...)
	if err != nil {
		return "", err
	}
	_, code, _ := strings.Cut(out, "\n") // behind the package's name
	return where.ReplaceAllString(code, ""), nil
}
