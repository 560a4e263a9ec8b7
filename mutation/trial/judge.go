package trial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// bench is a suite as one mutant meets it: a binary, the number that turns the mutant
// on, and which of the tests to run.
type bench struct {
	*suite
	binary string
	number int
	chosen []test
}

// judge finds out what becomes of one mutant.
func (t *trial) judge(ctx context.Context, w *workspace, i int) error {
	v := &t.verdicts[i]
	benches, err := t.benches(ctx, w, i)
	var invalid *buildError
	if errors.As(err, &invalid) {
		v.Status, v.Reason = Invalid, firstError(invalid.output)
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.run(ctx, w, v, benches); err != nil {
		return err
	}
	if t.config.Matrix && v.Dead() {
		return t.matrix(ctx, w, v, benches)
	}
	return nil
}

// benches prepares the suites for a mutant: those of the shared build, or of one of its own.
func (t *trial) benches(ctx context.Context, w *workspace, i int) ([]bench, error) {
	var all []bench
	v := &t.verdicts[i]
	v.Apart = t.shared.apart[i]
	list := ""
	for _, s := range t.suitesOf(v.Package) {
		if s.binary == "" {
			continue
		}
		if !v.Apart {
			all = append(all, bench{s, s.binary, t.shared.number[i], s.reaching(t.shared.guard[i])})
			continue
		}
		if list == "" {
			over, err := t.overlay(v.Mutant)
			if err != nil {
				return nil, err
			}
			if list, err = over.write(filepath.Join(filepath.Dir(w.dir), "apart")); err != nil {
				return nil, err
			}
		}
		binary := filepath.Join(filepath.Dir(w.dir), "apart", s.file())
		if err := os.RemoveAll(binary); err != nil {
			return nil, err
		}
		if _, err := s.compile(ctx, t.module, t.config, list, binary); err != nil {
			return nil, err
		}
		all = append(all, bench{s, binary, 0, s.tests})
	}
	return all, nil
}

// reaching returns the tests that come to a guard.
func (s *suite) reaching(guard int) []test {
	var all []test
	for _, t := range s.tests {
		if t.reached[guard] {
			all = append(all, t)
		}
	}
	return all
}

// run puts the mutant to the tests that reach it, and then to the others.
func (t *trial) run(ctx context.Context, w *workspace, v *Verdict, benches []bench) error {
	for _, b := range benches {
		for _, x := range b.chosen {
			v.Reached = append(v.Reached, b.title(x.name))
		}
	}
	if len(v.Reached) == 0 {
		v.Status = Unreached
		return nil
	}
	for _, b := range benches {
		for _, batch := range batches(b.chosen, sumOf(b.tests)) {
			dead, err := t.attempt(ctx, w, v, b, selection{only: namesOf(batch)}, sumOf(batch).limit())
			if err != nil || dead {
				return err
			}
		}
	}
	v.Status = Survived
	if err := t.race(ctx, w, v, benches); err != nil || v.Race {
		return err
	}
	same, err := t.equivalent(ctx, w, v.Mutant)
	if err != nil {
		return err
	}
	if same {
		v.Status = Equivalent
		return nil
	}
	return t.rest(ctx, w, v, benches)
}

// rest puts a survivor to the other tests: that they do not reach it was measured one
// test at a time, and some run with others only.
func (t *trial) rest(ctx context.Context, w *workspace, v *Verdict, benches []bench) error {
	if t.config.Narrow {
		return nil
	}
	for _, b := range benches {
		if b.seeds > 0 || len(b.chosen) == b.count {
			continue // each seed is a process of its own anyway
		}
		dead, err := t.attempt(ctx, w, v, b, selection{except: namesOf(b.chosen)}, b.whole.limit())
		if err != nil || dead {
			return err
		}
	}
	return nil
}

// attempt runs tests with the mutant on. It is dead if they fail, and fail again.
func (t *trial) attempt(ctx context.Context, w *workspace, v *Verdict, b bench, tests selection, limit bound) (bool, error) {
	first, err := b.run(ctx, w, b.binary, b.number, tests, limit)
	if err != nil || !first.bad() {
		return false, err
	}
	killer := culprit(first.output)
	if first.late {
		if limit, err = b.slower(ctx, w, tests, limit); err != nil {
			return false, err
		}
	}
	second, err := b.run(ctx, w, b.binary, b.number, tests, limit)
	if err != nil {
		return false, err
	}
	if !second.bad() {
		v.Flaky = true
		return false, nil
	}
	v.Status, v.Took, v.Killer = Killed, first.took, b.title(killer)
	if first.hung && second.hung {
		v.Status = Hung
	}
	return true, nil
}

// slower is the limit of a run that was out of time, after the tests ran without the
// mutant once more: the machine may have more to do than when they were measured.
func (b bench) slower(ctx context.Context, w *workspace, tests selection, limit bound) (bound, error) {
	plain := b.binary
	if b.number == 0 {
		plain = b.suite.binary // the mutant is all that its own has
	}
	now, err := b.run(ctx, w, plain, 0, tests, bound{baseline.cost, limit.memory})
	limit.took = max(limit.took, cost{took: now.took}.limit().took)
	return limit, err
}

// matrix runs every test that reaches a dead mutant alone, to see which kill it.
func (t *trial) matrix(ctx context.Context, w *workspace, v *Verdict, benches []bench) error {
	for _, b := range benches {
		for _, x := range b.chosen {
			o, err := b.run(ctx, w, b.binary, b.number, selection{only: []string{x.name}}, x.cost.limit())
			if err != nil {
				return err
			}
			if o.bad() {
				v.Kills = append(v.Kills, b.title(x.name))
			}
		}
	}
	return nil
}

// title is how a test of the suite is called in verdicts.
func (s *suite) title(name string) string {
	if name == "" {
		return s.path
	}
	return s.path + "." + name
}

// firstError is the first line of the go command's output that says something.
func firstError(output string) string {
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return "it does not build"
}
