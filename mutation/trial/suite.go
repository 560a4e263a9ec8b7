package trial

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/mutation/schemata"
)

// A run may take LimitFloor and LimitFactor times as long as its tests took without a
// mutant, and so it may with StepsFloor for the guards that it passes.
const (
	LimitFactor = 10
	LimitFloor  = 2 * time.Second
	StepsFloor  = 1 << 20
)

// baselineMax bounds the unmutated run of a suite.
const baselineMax = 10 * time.Minute

// suite is a test binary and what was measured of it.
type suite struct {
	path   string // of the package
	dir    string // its folder from the module's root
	binary string // empty if the package has no tests
	flags  []string
	seeds  int    // it is a program that takes seeds, and this many are tried; 0 for tests
	tests  []test // quickest first; without those that fail alone
	count  int    // of all tests
	whole  cost   // of all tests in one run
	raced  raced
}

// test is one test of a suite.
type test struct {
	name    string
	cost    cost
	reached map[int]bool // numbers of guards
}

// cost is what tests need without a mutant.
type cost struct {
	took  time.Duration
	steps uint64 // guards passed, at most
}

func (c cost) plus(d cost) cost { return cost{c.took + d.took, c.steps + d.steps} }

// bound is what a process may use up.
type bound struct {
	cost
	memory int // KiB of address space, 0 for no bound
}

// limit is what tests of that cost may use up with a mutant.
func (c cost) limit() bound {
	return bound{cost{LimitFloor + LimitFactor*c.took, StepsFloor + LimitFactor*c.steps}, memoryMax}
}

var baseline = bound{cost{took: baselineMax}, memoryMax}

// all is the selection of every test.
var all = selection{}

// selection says which tests of a suite are run: those of the names, or all but those.
type selection struct {
	only   []string
	except []string
}

func (s selection) flags() []string {
	switch {
	case s.only != nil:
		return []string{"-test.run=" + exactly(s.only)}
	case s.except != nil:
		return []string{"-test.skip=" + exactly(s.except)}
	}
	return nil
}

// run executes tests of the suite with a mutant on.
func (s *suite) run(ctx context.Context, w *workspace, binary string, mutant int, tests selection, limit bound, env ...string) (outcome, error) {
	if s.seeds > 0 {
		return s.runSeeds(ctx, w, binary, mutant, tests.only, limit, env)
	}
	args := []string{"-test.v", "-test.failfast", "-test.paniconexit0", "-test.timeout=0"}
	env = append(env, switched(mutant, limit)...)
	return w.execute(ctx, s.dir, limit, env, binary, slices.Concat(args, tests.flags(), s.flags)...)
}

// switched is the environment that turns a mutant on.
func switched(mutant int, limit bound) []string {
	return []string{fmt.Sprintf("%s=%d", schemata.EnvMutant, mutant), fmt.Sprintf("%s=%d", schemata.EnvSteps, limit.steps)}
}

func exactly(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = regexp.QuoteMeta(n)
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}

// measure runs the suite without a mutant, which must pass, and then each test alone.
func (s *suite) measure(ctx context.Context, pool *pool) error {
	if s.seeds > 0 {
		return s.measureSeeds(ctx, pool)
	}
	w := pool.spaces[0]
	whole, record, err := s.recorded(ctx, w, all)
	if err != nil {
		return err
	}
	if whole.bad() {
		return fmt.Errorf("the tests of %s fail without any mutant, in %s:\n%s", s.path, culprit(whole.output), lastLines(whole.output, 30))
	}
	s.whole = cost{whole.took, record.Steps}
	names, err := s.list(ctx, w)
	if err != nil {
		return err
	}
	s.tests, s.count = make([]test, len(names)), len(names)
	err = pool.each(ctx, len(names), func(ctx context.Context, w *workspace, i int) error {
		measured, err := s.measureOne(ctx, w, names[i])
		s.tests[i] = measured
		return err
	})
	// a test that fails alone lives on what others leave behind: it is run with all only
	s.tests = slices.DeleteFunc(s.tests, func(t test) bool { return t.reached == nil })
	slices.SortStableFunc(s.tests, func(a, b test) int {
		return cmp.Or(cmp.Compare(a.cost.took, b.cost.took), strings.Compare(a.name, b.name))
	})
	return err
}

func (s *suite) measureOne(ctx context.Context, w *workspace, name string) (test, error) {
	o, record, err := s.recorded(ctx, w, selection{only: []string{name}})
	if err != nil || o.bad() {
		return test{}, err
	}
	return test{name, cost{o.took, record.Steps}, record.Reached}, nil
}

// recorded runs tests without a mutant.
func (s *suite) recorded(ctx context.Context, w *workspace, tests selection) (outcome, schemata.Record, error) {
	path := filepath.Join(filepath.Dir(w.dir), "record")
	if err := os.RemoveAll(path); err != nil {
		return outcome{}, schemata.Record{}, err
	}
	o, err := s.run(ctx, w, s.binary, 0, tests, baseline, schemata.EnvRecord+"="+path)
	if err != nil {
		return o, schemata.Record{}, err
	}
	marks, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		err = nil // it came to no guard
	}
	return o, schemata.ReadRecord(marks), err
}

// list returns the names of what the binary can run.
func (s *suite) list(ctx context.Context, w *workspace) ([]string, error) {
	o, err := w.execute(ctx, s.dir, baseline, nil, s.binary, "-test.list=^(Test|Example|Fuzz)")
	if err != nil {
		return nil, err
	}
	if o.bad() {
		return nil, fmt.Errorf("list the tests of %s: %s", s.path, lastLines(o.output, 5))
	}
	var names []string
	for line := range strings.Lines(o.output) {
		name := strings.TrimSpace(line)
		if strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Example") || strings.HasPrefix(name, "Fuzz") {
			names = append(names, name)
		}
	}
	return names, nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// batches cuts tests into groups that run in one process each, the first ones quick:
// all tests of a suite take so long in sum.
func batches(tests []test, sum cost) [][]test {
	const first, part, growth = 50 * time.Millisecond, 100, 8
	budget := max(first, sum.took/part)
	var groups [][]test
	took := time.Duration(0)
	for _, t := range tests {
		if len(groups) == 0 || took+t.cost.took > budget {
			if len(groups) > 0 {
				budget *= growth
			}
			groups, took = append(groups, nil), 0
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], t)
		took += t.cost.took
	}
	return groups
}

func namesOf(tests []test) []string {
	names := make([]string, len(tests))
	for i, t := range tests {
		names[i] = t.name
	}
	return names
}

func sumOf(tests []test) cost {
	var sum cost
	for _, t := range tests {
		sum = sum.plus(t.cost)
	}
	return sum
}
