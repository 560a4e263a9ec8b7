package simfs

import (
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/spf13/afero"
)

// CrashTest finds the crash that a program does not survive: it runs the program once,
// takes what a crash at each moment may leave, and lets the program recover from every
// such image, or from as many as the budget allows.
//
// Everything is deterministic if the program is: the same test finds the same image.
type CrashTest struct {
	// Config is of the disk under the program: its profile, the rules that strike
	// the workload. Hook, Observe and OnCrash are called during the workload alone.
	Config Config

	// Setup makes what is there before; nil = nothing. All of it is made durable.
	Setup func(fs afero.Fs) error

	// Workload is the program. It takes down what it promises to its user. It need
	// not close what it has open. An error other than ErrCrashed ends the test.
	Workload func(fs afero.Fs, acks *Acks) error

	// Check is the recovery and the judge: it is given what a crash has left and
	// what was promised before it, may write, sync and promise, and objects by an
	// error or a panic. It is called once for each image.
	Check func(fs afero.Fs, acks *Acks) error

	// Budget bounds the images that are checked; zero = BudgetDefault. Where there
	// are more, half of the budget goes to those nearest to all and to nothing lost,
	// the other half to samples.
	Budget int

	// EveryOp crashes before every operation. Otherwise crashes come before those
	// that sync and at the end, which leaves no image out: between two syncs what
	// may be left only grows. Set it for a Check that objects to what was not yet
	// begun.
	EveryOp bool

	Depth int         // crashes in the check of an image, after which Check runs again; zero = none
	Only  []StateID   // check only that image; with Depth, that of a crash in its check, and so on
	Stop  func() bool // polled before each image; true ends the search. nil = never
}

// Acks is what a program has promised its user so far. It may be used by many
// goroutines at once.
type Acks struct {
	mu   sync.Mutex
	list []string
}

// Add takes a promise down.
func (a *Acks) Add(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, what)
}

// All returns the promises, the first first.
func (a *Acks) All() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.list[:len(a.list):len(a.list)]
}

// BudgetDefault is the number of images that a CrashTest checks at most.
const BudgetDefault = 100_000

// CrashReport is what a CrashTest came to.
type CrashReport struct {
	Points     int      // moments at which it crashed, those in checks included
	States     *big.Int // of all these crashes
	Checked    int      // images
	Duplicates int      // states left out because an image like theirs was checked
	Complete   bool     // no state was left out for another reason
	Unfired    []Fault  // rules that never struck the workload
	Failure    *CrashFailure
}

func (r CrashReport) String() string {
	extent := "all"
	if !r.Complete {
		extent = "not all"
	}
	verdict := "no objection"
	if r.Failure != nil {
		verdict = "an objection"
	}
	return fmt.Sprintf("%s: %d images checked, %d duplicates, %s of %s states at %d crash points",
		verdict, r.Checked, r.Duplicates, extent, r.States, r.Points)
}

// Run carries out the test. The error is about the test itself: a wrong configuration,
// a setup or a workload that fails, an image that there is not.
func (c CrashTest) Run() (CrashReport, error) {
	if c.Workload == nil || c.Check == nil {
		return CrashReport{}, errors.New("simfs: a CrashTest needs a Workload and a Check")
	}
	if c.Depth < 0 || c.Budget < 0 || len(c.Only) > c.Depth+1 {
		return CrashReport{}, fmt.Errorf("simfs: Depth %d and Budget %d must not be negative, and Only names at most Depth + 1 images, not %d", c.Depth, c.Budget, len(c.Only))
	}
	life, err := c.work()
	if err != nil {
		return CrashReport{}, err
	}
	s := newCrashSearch(&c)
	s.report.Unfired = life.unfired
	err = s.explore(life.points, s.budget, nil)
	return s.report, err
}

// Test carries out the test and fails t with the story of the first objection, or if
// a rule of Config.Faults never struck.
func (c CrashTest) Test(t TB) CrashReport {
	t.Helper()
	report, err := c.Run()
	if err != nil {
		t.Errorf("%v", err)
		return report
	}
	for _, rule := range report.Unfired {
		t.Errorf("simfs: rule %q never fired: %s", rule.Rule, rule.idle())
	}
	if report.Failure != nil {
		t.Errorf("%s", report.Failure)
	}
	return report
}

// life is a workload, or a check, as it was watched.
type life struct {
	acks    Acks
	mu      sync.Mutex // guards what follows
	points  []*crashPoint
	records []Record
	unfired []Fault
}

// crashPoint is a moment at which the machine may stop.
type crashPoint struct {
	before Op // zero = after all operations
	space  *Space
	acked  []string
	done   []Record // operations until then
}

// work runs setup and workload.
func (c *CrashTest) work() (*life, error) {
	setup := c.Config
	setup.Faults, setup.Hook, setup.Observe, setup.OnCrash = nil, nil, nil, nil
	f, err := New(setup)
	if err != nil {
		return nil, err
	}
	if c.Setup != nil {
		if err := c.Setup(f); err != nil {
			return nil, fmt.Errorf("simfs: setup of a CrashTest: %w", err)
		}
	}
	f.SyncAll()
	l := &life{}
	if err := f.Reconfigure(l.watch(f, c.Config, c.EveryOp)); err != nil {
		return nil, err
	}
	if err := c.Workload(f, &l.acks); err != nil && !errors.Is(err, ErrCrashed) {
		return nil, fmt.Errorf("simfs: workload of a CrashTest: %w", err)
	}
	if f.restarted() {
		return nil, errors.New("simfs: workload of a CrashTest: it restarted the disk, and what that returned is watched by nobody; leave the program without closing it instead")
	}
	l.point(f, Op{})
	l.unfired = f.Unfired()
	return l, nil
}

// watch returns the configuration with the life's own callbacks before those in it.
func (l *life) watch(f *FS, cfg Config, every bool) Config {
	hook, observe := cfg.Hook, cfg.Observe
	cfg.Hook = func(op Op) {
		if every || op.Syncs {
			l.point(f, op)
		}
		if hook != nil {
			hook(op)
		}
	}
	cfg.Observe = func(r Record) {
		l.mu.Lock()
		l.records = append(l.records, r)
		l.mu.Unlock()
		if observe != nil {
			observe(r)
		}
	}
	return cfg
}

// point takes the moment before an operation down.
func (l *life) point(f *FS, before Op) {
	space := f.Space()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.points = append(l.points, &crashPoint{
		before: before, space: space,
		acked: l.acks.All(), done: l.records[:len(l.records):len(l.records)],
	})
}
