package trial

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// operatorRacing is the operator whose mutants the race detector alone may see.
const operatorRacing = "remove-lock"

// raceFactor is how many times longer a run may take under the race detector.
const raceFactor = 10

// raced is a suite built with the race detector, once a mutant needs it.
type raced struct {
	once   sync.Once
	binary string          // empty if there is none: no tests, or no race detector here
	fails  map[string]bool // tests that fail in it without a mutant
	err    error
}

// race puts a survivor that leaves out a lock to the tests that reach it once more,
// under the race detector.
func (t *trial) race(ctx context.Context, w *workspace, v *Verdict, benches []bench) error {
	if v.Operator != operatorRacing || v.Apart {
		return nil
	}
	for _, b := range benches {
		if b.seeds > 0 || len(b.chosen) == 0 {
			continue // a simulation has one task at a time
		}
		b.raced.once.Do(func() { b.raced.err = t.prepareRace(ctx, w, b.suite) })
		if b.raced.err != nil {
			return b.raced.err
		}
		if b.binary = b.raced.binary; b.binary == "" {
			continue
		}
		tests := slices.DeleteFunc(slices.Clone(b.chosen), func(x test) bool { return b.raced.fails[x.name] })
		dead, err := t.attempt(ctx, w, v, b, selection{only: namesOf(tests)}, raceLimit(sumOf(tests).limit()))
		if v.Race = dead; err != nil || dead {
			return err
		}
	}
	return nil
}

// raceLimit is the bound of a run under the race detector, which reserves address space
// that it never uses.
func raceLimit(b bound) bound {
	return bound{cost{b.took * raceFactor, b.steps}, 0}
}

// prepareRace builds the shared binary of a suite with the race detector, and finds the
// tests that fail in it.
func (t *trial) prepareRace(ctx context.Context, w *workspace, s *suite) error {
	path := filepath.Join(t.dir, "race-"+filepath.Base(s.binary))
	binary, err := t.module.compileTests(ctx, t.config, t.shared.list, s.path, path, "-race")
	var failed *buildError
	if errors.As(err, &failed) {
		return nil // this system has no race detector, or no C compiler
	}
	if err != nil || binary == "" {
		return err
	}
	args := append([]string{"-test.v", "-test.paniconexit0", "-test.timeout=0"}, s.flags...)
	o, err := w.execute(ctx, s.dir, raceLimit(baseline), nil, binary, args...)
	if err != nil {
		return err
	}
	s.raced.fails = failures(o.output)
	if !o.bad() || len(s.raced.fails) > 0 {
		s.raced.binary = binary
	}
	return nil
}

// failures returns the tests that the verbose output of a test binary says failed.
func failures(output string) map[string]bool {
	all := make(map[string]bool)
	for line := range strings.Lines(output) {
		if rest, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			name, _, _ := strings.Cut(rest, " ")
			all[name] = true
		}
	}
	return all
}
