package scenarios

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// SweepConfig fixes a sweep: every seed of a range through every scenario of a
// list. The zero value is seed 0 through all scenarios.
type SweepConfig struct {
	Scenarios        []string // by name, each once; empty = all
	From, To         uint64   // the seeds, both included
	Faults           Faults   // of every run, as in Config
	Steps            int      // of every run, as in Config
	Strategy         Strategy // of every run, as in Config
	Without          []string // of every run, as in Config
	Keep             int      // of every run, as in Config
	Workers          int      // runs carried out at a time; zero = GOMAXPROCS
	CheckDeterminism bool     // carry out every run twice: see Result.Checked

	// Saturation ends the sweep when the estimated probability that a further run
	// behaves in a new way is lower: see Result.Behaviour. Zero never does.
	Saturation float64

	// Before is what an earlier sweep of these seeds and scenarios came to before it
	// ended. The runs that it has are not carried out again. nil = nothing.
	Before *Summary `json:"-"`

	// Watch, if not nil, is told after every run what the sweep has come to so far. It
	// must not keep what it is given.
	Watch func(Summary) `json:"-"`
}

// ErrBudget is the cause of a context that ends a sweep as it was meant to, and not as
// an interruption.
var ErrBudget = errors.New("scenarios: the budget is used up")

// saturationMin is how many runs a sweep makes before it believes that it has stopped
// learning.
const saturationMin = 1000

// windowPerWorker bounds the results that wait for an earlier run to end.
const windowPerWorker = 64

// Sweep carries out the runs of config and hands every Result to each, which is
// called by the caller's goroutine, ordered by seed and then by scenario, whatever
// the number of workers. What it holds does not grow with the number of runs.
//
// When ctx is done no further run begins. The Summary then covers what has ended,
// all of which each has seen, and the error is the cause of ctx. Any other error
// is about config, and nothing was run. A panic of the harness in a run becomes a
// Result with the verdict HarnessError.
func Sweep(ctx context.Context, config SweepConfig, each func(Result)) (Summary, error) {
	return sweep(ctx, config, Run, each)
}

// runFunc is Run, or what a test puts in its place.
type runFunc func(Config) (Result, error)

func sweep(ctx context.Context, config SweepConfig, run runFunc, each func(Result)) (Summary, error) {
	config, err := config.withDefaults()
	if err != nil {
		return Summary{}, err
	}
	summary := newSummary(config)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ordered := make(chan (<-chan Result), windowPerWorker*config.Workers)
	go config.dispatch(ctx, run, ordered)
	for pending := range ordered {
		r := <-pending
		if summary.saturated() {
			continue // begun before it was known; without it the same sweep ends alike on any machine
		}
		summary.add(r)
		each(r)
		if config.Watch != nil {
			config.Watch(summary)
		}
		if summary.saturated() {
			stop(errSaturated)
		}
	}
	if summary.Runs == summary.Planned {
		return summary, nil
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errSaturated):
		summary.Ended = EndedSaturated
	case errors.Is(cause, ErrBudget):
		summary.Ended = EndedBudget
	default:
		return summary, cause
	}
	return summary, nil
}

var errSaturated = errors.New("saturated")

func (c SweepConfig) withDefaults() (SweepConfig, error) {
	var problems []error
	if len(c.Scenarios) == 0 {
		c.Scenarios = Names()
	}
	for i, name := range c.Scenarios {
		if slices.Contains(c.Scenarios[:i], name) {
			problems = append(problems, fmt.Errorf("scenario %q is given twice", name))
		}
		resolved, _, err := Config{Scenario: name, Faults: c.Faults, Steps: c.Steps, Strategy: c.Strategy, Without: c.Without}.withDefaults()
		if err != nil {
			return c, err
		}
		c.Faults, c.Steps, c.Strategy = resolved.Faults, resolved.Steps, resolved.Strategy
	}
	if c.From > c.To {
		problems = append(problems, fmt.Errorf("seeds %d..%d, the first must not be above the last", c.From, c.To))
	}
	if c.Saturation < 0 || c.Saturation >= 1 {
		problems = append(problems, fmt.Errorf("saturation %v, legal are 0 and more, below 1", c.Saturation))
	}
	problems = append(problems, c.fits(c.Before))
	if c.Workers < 0 {
		problems = append(problems, fmt.Errorf("%d workers, legal are 1 and more, and 0 for GOMAXPROCS", c.Workers))
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	return c, errors.Join(problems...)
}

// fits reports why a sweep cannot go on from what came of an earlier one, if so.
func (c SweepConfig) fits(before *Summary) error {
	if before == nil {
		return nil
	}
	b := before.Config
	if !slices.Equal(b.Scenarios, c.Scenarios) || b.From != c.From || b.Faults != c.Faults || b.Steps != c.Steps ||
		b.Strategy != c.Strategy || !slices.Equal(b.Without, c.Without) || b.CheckDeterminism != c.CheckDeterminism || before.Runs > c.planned() {
		return fmt.Errorf("the sweep to go on from is another: seeds from %d of %v, faults %s, %d steps, strategy %s, without %v, %d runs done",
			b.From, b.Scenarios, b.Faults, b.Steps, b.Strategy, b.Without, before.Runs)
	}
	return nil
}

// planned is the number of runs of a sweep, or math.MaxUint64 if there are more.
func (c SweepConfig) planned() uint64 {
	n := uint64(len(c.Scenarios))
	high, low := bits.Mul64(c.To-c.From, n)
	low, carry := bits.Add64(low, n, 0)
	if high+carry > 0 {
		return math.MaxUint64
	}
	return low
}

// runs are the configurations of a sweep's runs in the order of its results.
func (c SweepConfig) runs() iter.Seq[Config] {
	return func(yield func(Config) bool) {
		done, among := uint64(0), uint64(len(c.Scenarios))
		if c.Before != nil {
			done = c.Before.Runs
		}
		if done == c.planned() {
			return
		}
		first := c.Scenarios[done%among:]
		for seed := c.From + done/among; ; seed++ {
			names := c.Scenarios
			if first != nil {
				names, first = first, nil
			}
			for _, name := range names {
				if !yield(c.run(name, seed)) {
					return
				}
			}
			if seed == c.To {
				return
			}
		}
	}
}

func (c SweepConfig) run(scenario string, seed uint64) Config {
	return Config{Scenario: scenario, Seed: seed, Faults: c.Faults, Steps: c.Steps, Strategy: c.Strategy, Without: c.Without, Keep: c.Keep}
}

// job is a run that awaits a worker, and where the worker leaves its result.
type job struct {
	config Config
	result chan Result
}

// dispatch hands the runs to the workers, and to ordered the place of each one's
// result. It closes ordered when the last worker has ended.
func (c SweepConfig) dispatch(ctx context.Context, run runFunc, ordered chan<- <-chan Result) {
	defer close(ordered)
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range c.Workers {
		workers.Go(func() { c.work(run, jobs) })
	}
	for config := range c.runs() {
		if ctx.Err() != nil {
			break
		}
		j := job{config, make(chan Result, 1)}
		ordered <- j.result // blocks while the window is full
		jobs <- j
	}
	close(jobs)
	workers.Wait()
}

func (c SweepConfig) work(run runFunc, jobs <-chan job) {
	for j := range jobs {
		if c.CheckDeterminism {
			j.result <- twice(run, j.config)
		} else {
			j.result <- guarded(run, j.config)
		}
	}
}
