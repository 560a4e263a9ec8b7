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

// A run may take LimitFloor and LimitFactor times as long as its tests took without a mutant.
const (
	LimitFactor = 10
	LimitFloor  = 2 * time.Second
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
	took   time.Duration
}

// test is one test of a suite.
type test struct {
	name    string
	took    time.Duration
	reached map[int]bool // numbers of guards
}

// limit is the time that tests which took so long may take with a mutant.
func limit(took time.Duration) time.Duration { return LimitFloor + LimitFactor*took }

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
func (s *suite) run(ctx context.Context, w *workspace, binary string, mutant int, tests selection, limit time.Duration, env ...string) (outcome, error) {
	if s.seeds > 0 {
		return s.runSeeds(ctx, w, binary, mutant, tests.only, limit, env)
	}
	args := []string{"-test.v", "-test.failfast", "-test.paniconexit0", "-test.timeout=0"}
	env = append(env, fmt.Sprintf("%s=%d", schemata.EnvMutant, mutant))
	return w.execute(ctx, s.dir, limit, env, binary, slices.Concat(args, tests.flags(), s.flags)...)
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
	whole, err := s.run(ctx, w, s.binary, 0, all, baselineMax)
	if err != nil {
		return err
	}
	if whole.bad() {
		return fmt.Errorf("the tests of %s fail without any mutant, in %s:\n%s", s.path, culprit(whole.output), lastLines(whole.output, 30))
	}
	s.took = whole.took
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
	slices.SortStableFunc(s.tests, func(a, b test) int { return cmp.Or(cmp.Compare(a.took, b.took), strings.Compare(a.name, b.name)) })
	return err
}

func (s *suite) measureOne(ctx context.Context, w *workspace, name string) (test, error) {
	record := filepath.Join(filepath.Dir(w.dir), "reached")
	if err := os.RemoveAll(record); err != nil {
		return test{}, err
	}
	o, err := s.run(ctx, w, s.binary, 0, selection{only: []string{name}}, baselineMax, schemata.EnvReached+"="+record)
	if err != nil || o.bad() {
		return test{}, err
	}
	marks, err := os.ReadFile(record)
	if err != nil && !os.IsNotExist(err) {
		return test{}, err
	}
	t := test{name: name, took: o.took, reached: make(map[int]bool)}
	for number, mark := range marks {
		if mark != 0 {
			t.reached[number] = true
		}
	}
	return t, nil
}

// list returns the names of what the binary can run.
func (s *suite) list(ctx context.Context, w *workspace) ([]string, error) {
	o, err := w.execute(ctx, s.dir, baselineMax, nil, s.binary, "-test.list=^(Test|Example|Fuzz)")
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

// batches cuts tests into groups that run in one process each, the first ones quick.
func batches(tests []test) [][]test {
	const first, growth = 50 * time.Millisecond, 8
	var groups [][]test
	budget, sum := first, time.Duration(0)
	for _, t := range tests {
		if len(groups) == 0 || sum+t.took > budget {
			if len(groups) > 0 {
				budget *= growth
			}
			groups, sum = append(groups, nil), 0
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], t)
		sum += t.took
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

func sumOf(tests []test) time.Duration {
	var sum time.Duration
	for _, t := range tests {
		sum += t.took
	}
	return sum
}
