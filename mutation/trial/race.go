package trial

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
)

// operatorRacing is the operator whose mutants the race detector alone may see.
const operatorRacing = "remove-lock"

// raceFactor is how many times longer a run may take under the race detector.
const raceFactor = 10

// raced is a suite's binary built with the race detector, once a mutant needs it.
type raced struct {
	once   sync.Once
	binary string // empty if there is none: no tests, or no race detector here
	err    error
}

// race puts a survivor that leaves out a lock to the tests that reach it once more,
// under the race detector. Tests that race without the mutant kill nothing.
func (t *trial) race(ctx context.Context, w *workspace, v *Verdict, benches []bench) (bool, error) {
	if v.Operator != operatorRacing || v.Apart {
		return false, nil
	}
	for _, b := range benches {
		if b.seeds > 0 || len(b.chosen) == 0 {
			continue // a simulation has one task at a time
		}
		binary, err := t.raceBinary(ctx, b.suite)
		if err != nil {
			return false, err
		}
		if binary == "" {
			continue
		}
		b.binary = binary
		tests, limit := selection{only: namesOf(b.chosen)}, sumOf(b.chosen).limit()
		limit.took *= raceFactor
		limit.memory = 0 // the detector reserves address space that it never uses
		dead, err := t.attempt(ctx, w, v, b, tests, limit)
		if err != nil || !dead {
			return false, err
		}
		plain, err := b.run(ctx, w, binary, 0, tests, limit)
		if err != nil {
			return false, err
		}
		if !plain.bad() {
			v.Race = true
			return true, nil
		}
		v.Status, v.Killer, v.Took = Survived, "", 0
	}
	return false, nil
}

// raceBinary builds the shared binary of a suite with the race detector.
func (t *trial) raceBinary(ctx context.Context, s *suite) (string, error) {
	s.raced.once.Do(func() {
		path := filepath.Join(t.dir, "race-"+filepath.Base(s.binary))
		var failed *buildError
		s.raced.binary, s.raced.err = t.module.compileTests(ctx, t.config, t.shared.list, s.path, path, "-race")
		if errors.As(s.raced.err, &failed) {
			s.raced.err = nil // this system has no race detector, or no C compiler
		}
	})
	return s.raced.binary, s.raced.err
}
