package trial

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/batpak/batpak-sim/mutation/operator"
)

// Config says what is put on trial. Its zero value is the package in the current
// directory with all operators.
type Config struct {
	Dir       string   // where the patterns hold; empty is the current directory
	Patterns  []string // of packages; none is "."
	Tags      string   // build tags, separated by commas
	Operators []string // names; none is all
	Files     []string // patterns, as of path.Match, of paths from the module's root; none is all
	Killers   []string // patterns of further packages whose tests may kill
	Seeds     int      // of Program, which may kill too; 0 for none
	Program   string   // package of a program that takes --seed N and exits with 1 if the seed fails, 3 if it spins
	Diff      string   // only mutants on lines that differ from this revision of git
	Sample    int      // only so many mutants; 0 is all
	Seed      uint64   // which ones
	Named     []Named  // if there are any, these are tried and no others
	Ledger    string   // file of accepted survivors; empty is none
	Cache     string   // file of earlier verdicts; empty is none
	Workers   int      // 0 is one a processor
	Short     bool     // tests are told to be short, with -test.short
	Narrow    bool     // survivors are not put to the whole suite
	Matrix    bool     // every test that kills is found, not the first
	Progress  func(Progress)
}

// Progress is how far a trial has come.
type Progress struct {
	Phase string // what is being done
	Done  int    // mutants
	Total int
	Alive int           // of those done
	Took  time.Duration // of the judging
}

func (c Config) tagFlags() []string {
	if c.Tags == "" {
		return nil
	}
	return []string{"-tags=" + c.Tags}
}

// trial is one in progress.
type trial struct {
	config   Config
	dir      string // for what is built
	module   *module
	shared   *shared
	suites   []*suite
	killers  map[string]bool // packages whose suites try all mutants
	verdicts []Verdict
	written  map[string]overlay // files of the named mutants that no operator proposes, by ID
	listings listings
	done     chan Verdict
}

// Run carries out a trial.
func Run(ctx context.Context, c Config) (Report, error) {
	began := time.Now()
	if len(c.Patterns) == 0 {
		c.Patterns = []string{"."}
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	dir, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	t := &trial{config: c, dir: dir, listings: listings{code: make(map[string]string)}}
	report, err := t.carryOut(ctx)
	report.Took = time.Since(began)
	return report, err
}

func (t *trial) carryOut(ctx context.Context) (Report, error) {
	t.tell("reading", 0)
	ledger, err := readLedger(t.config.Ledger)
	if err != nil {
		return Report{}, err
	}
	if t.module, err = load(ctx, t.config); err != nil {
		return Report{}, err
	}
	all, err := t.choose(ctx)
	if err != nil {
		return Report{}, err
	}
	if err := t.prepare(ctx); err != nil {
		return Report{}, err
	}
	ledger.accept(t.verdicts)
	report := Report{Module: t.module.path, Root: t.module.root, Verdicts: t.verdicts, costs: make(map[string]time.Duration)}
	report.Stale = ledger.stale(all, t.verdicts)
	for _, s := range t.suites {
		report.Suites = append(report.Suites, SuiteReport{s.path, len(s.tests), s.whole.took})
		for _, x := range s.tests {
			report.costs[s.title(x.name)] = x.cost.took
		}
	}
	return report, nil
}

// choose finds the mutants and keeps the ones that were asked for. It returns all,
// by package and ID.
func (t *trial) choose(ctx context.Context) (map[string]map[string]bool, error) {
	operators, err := operator.Select(t.config.Operators)
	if err != nil {
		return nil, err
	}
	var found []operator.Mutant
	all := make(map[string]map[string]bool)
	for _, p := range t.module.packages {
		all[p.Path] = make(map[string]bool)
		for _, m := range operator.Find(p, operator.All()) {
			all[p.Path][m.ID] = true
			if slices.ContainsFunc(operators, func(o operator.Operator) bool { return o.Name == m.Operator }) {
				found = append(found, m)
			}
		}
	}
	if len(t.config.Named) > 0 {
		t.verdicts, err = t.named(found)
		return all, err
	}
	if found, err = inFiles(t.module.root, t.config.Files, found); err != nil {
		return nil, err
	}
	if found, err = changed(ctx, t.module.root, t.config.Diff, found); err != nil {
		return nil, err
	}
	t.verdicts = make([]Verdict, 0, len(found))
	for _, m := range Sample(found, func(m operator.Mutant) string { return m.ID }, t.config.Sample, t.config.Seed) {
		t.verdicts = append(t.verdicts, Verdict{Mutant: m})
	}
	return all, ignore(t.module, t.verdicts)
}

// prepare builds and measures, and then judges.
func (t *trial) prepare(ctx context.Context) error {
	cache, err := t.openCache(ctx)
	if err != nil {
		return err
	}
	cache.recall(t.verdicts)
	open := t.open()
	if len(open) == 0 {
		return nil
	}
	t.tell("building", 0)
	t.shared = &shared{module: t.module, mutants: make([]operator.Mutant, len(t.verdicts)), apart: make([]bool, len(t.verdicts))}
	for i, v := range t.verdicts {
		t.shared.mutants[i] = v.Mutant
		if over := t.written[v.ID]; over != nil {
			t.shared.mutants[i], t.shared.apart[i] = tight(v.Mutant), len(over) > 1
		}
	}
	if err := t.shared.compile(ctx, t.config, t.dir); err != nil {
		return err
	}
	pool, err := newPool(t.module.root, t.dir, t.config.Workers)
	if err != nil {
		return err
	}
	if err := t.compileSuites(ctx); err != nil {
		return err
	}
	for _, s := range t.suites {
		t.tell("measuring "+s.path, 0)
		if s.binary == "" {
			continue
		}
		if err := s.measure(ctx, pool); err != nil {
			return err
		}
	}
	err = t.judgeAll(ctx, pool, open)
	return errors.Join(err, cache.remember(t.verdicts)) // an interrupted trial can be taken up again
}

// open are the verdicts that are still to be found.
func (t *trial) open() []int {
	var open []int
	for i, v := range t.verdicts {
		if v.Status == "" {
			open = append(open, i)
		}
	}
	return open
}

func (t *trial) judgeAll(ctx context.Context, pool *pool, open []int) error {
	slices.SortStableFunc(open, func(a, b int) int { return compareBool(t.shared.apart[a], t.shared.apart[b]) })
	t.done = make(chan Verdict, len(open))
	told := make(chan struct{})
	go func() {
		defer close(told)
		p, began := Progress{Phase: "judging", Total: len(open)}, time.Now()
		t.config.Progress(p)
		for v := range t.done {
			p.Done, p.Took = p.Done+1, time.Since(began)
			if v.Alive() {
				p.Alive++
			}
			t.config.Progress(p)
		}
	}()
	err := pool.each(ctx, len(open), func(ctx context.Context, w *workspace, i int) error {
		err := t.judge(ctx, w, open[i])
		if err != nil {
			t.verdicts[open[i]].Status = "" // it may be half of one
		}
		t.done <- t.verdicts[open[i]]
		return err
	})
	close(t.done)
	<-told
	return err
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (t *trial) tell(phase string, done int) {
	t.config.Progress(Progress{Phase: phase, Done: done, Total: len(t.verdicts)})
}
