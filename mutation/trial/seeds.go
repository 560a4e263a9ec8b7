package trial

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// file is the name of the suite's binary.
func (s *suite) file() string {
	if s.seeds > 0 {
		return path.Base(s.path)
	}
	return path.Base(s.path) + ".test"
}

// compile builds the suite's binary; empty if there is nothing to build.
func (s *suite) compile(ctx context.Context, m *module, c Config, list, binary string) (string, error) {
	if s.seeds == 0 {
		return m.compileTests(ctx, c, list, s.path, binary)
	}
	args := append([]string{"build", "-overlay", list, "-o", binary}, c.tagFlags()...)
	return binary, m.command(ctx, append(args, s.path)...)
}

// What a program of seeds exits with.
const (
	codeViolation = 1 // an oracle found something
	codeBound     = 3 // the run did not end within its steps
)

// runSeeds runs the program with each of the seeds, until one fails. A seed fails if
// an oracle finds a violation or the program crashes: a harness error is no kill. It
// hangs if it uses up its steps, which it does on every machine alike.
func (s *suite) runSeeds(ctx context.Context, w *workspace, binary string, mutant int, names []string, limit bound, env []string) (outcome, error) {
	var sum outcome
	env = append(env, switched(mutant, limit)...)
	for _, name := range names {
		o, err := w.execute(ctx, "", limit, env, binary, "--seed", strings.TrimPrefix(name, "seed"))
		if err != nil {
			return o, err
		}
		crashed := strings.Contains(o.output, "\ngoroutine ") && (strings.Contains(o.output, "panic: ") || strings.Contains(o.output, "fatal error: "))
		o.hung = o.hung || o.code == codeBound
		o.failed = o.failed && (o.code == codeViolation || crashed)
		sum.took += o.took
		if o.bad() {
			o.took, o.output = sum.took, "--- FAIL: "+name+"\n"
			return o, nil
		}
	}
	return sum, nil
}

// measureSeeds is measure for a suite of seeds.
func (s *suite) measureSeeds(ctx context.Context, pool *pool) error {
	s.tests = make([]test, s.seeds)
	err := pool.each(ctx, s.seeds, func(ctx context.Context, w *workspace, i int) error {
		name := "seed" + strconv.Itoa(i+1)
		measured, err := s.measureOne(ctx, w, name)
		if err == nil && measured.reached == nil {
			return fmt.Errorf("%s of %s fails without any mutant", name, s.path)
		}
		s.tests[i] = measured
		return err
	})
	slices.SortStableFunc(s.tests, func(a, b test) int { return cmp.Compare(a.cost.took, b.cost.took) })
	return err
}
