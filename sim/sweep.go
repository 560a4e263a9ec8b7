package sim

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
)

const sweepRuns = 1000

// Sweep is many runs of one body, each by another seed. The zero value of every field but Body works.
type Sweep struct {
	// Body is the code under test. Each run calls it as the task "main" of a new Sim, and it starts the others. It must
	// build everything anew, and end the run by [Sim.Failf] where something must not be.
	Body func(*Sim)
	// Config is that of every run; its Source, Strategy and Trace are not used.
	Config Config
	// Seed is that of the first run; the others follow.
	Seed uint64
	// Runs is how many there are; zero is 1000.
	Runs uint64
	// Strategy is a name for [ParseStrategy], or "pct:DEPTH", which is PCT with as many steps as the longest run so far, or
	// "mix", which takes turns with random, pos, pct:2 and pct:3, or "exhaustive:BOUND", which explores as [Explore] does
	// without Reduce, for no more than Runs if that is set. Empty is "mix".
	Strategy string
	// Features are switched off at random in each run, as [Swarm] does.
	Features []string
	// Expect names labels that must be reached; see [Coverage.Expect].
	Expect []string
	// Saturation ends the sweep when the estimated probability that a further run shows a new schedule, and a new state if
	// the body tells any, is lower. Zero never does.
	Saturation float64
	// Progress, if not nil, is told after every run. The sweep ends when it returns false.
	Progress func(*Report) bool
}

// saturationMin is how many runs a sweep makes before it believes that it has stopped learning.
const saturationMin = 64

// Report is what a sweep came to. It ends at the first failure or mismatch.
type Report struct {
	Runs         uint64
	Inconclusive uint64 // runs that hit a bound
	LastBound    Reason // of these, the last
	StepsTop     uint64 // of the longest run
	Coverage     Coverage
	Schedules    Discovery // by [Sim.Shape]
	States       Discovery // by [Sim.State]
	Saturated    bool      // it ended as Saturation asked for

	Failure     *Failure
	Seed        uint64       // of the last run, hence of the failure
	Strategy    string       // of the last run, for ParseStrategy
	Mismatch    *Mismatch    // of two runs of that seed
	Escaped     string       // stacks of goroutines that were started behind the scheduler's back and are left
	Exploration *Exploration // of the strategy "exhaustive"
}

// Run carries out the sweep. The error is about its fields and matches [ErrStrategy] or [ErrConfig].
func (w Sweep) Run() (*Report, error) {
	w.Strategy = cmp.Or(w.Strategy, "mix")
	w.Config.Trace = nil
	r := &Report{}
	r.Coverage.Expect(w.Expect...)
	if err := w.Config.Validate(); err != nil {
		return nil, err
	}
	sweep := w.sample
	if bound, ok := strings.CutPrefix(w.Strategy, "exhaustive:"); ok {
		b, err := strconv.ParseUint(bound, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%w %q, want a bound as in exhaustive:2", ErrStrategy, w.Strategy)
		}
		sweep = func(r *Report) { w.exhaust(r, int(b)) }
	} else if _, err := ParseStrategy(w.turn(0, 1)); err != nil {
		return nil, err
	}
	r.Escaped = fenced(fences.Add(1), func() { sweep(r) })
	return r, nil
}

var fences atomic.Uint64

// turn is the name of the strategy of the i-th run.
func (w Sweep) turn(i, steps uint64) string {
	name := w.Strategy
	if name == "mix" {
		name = [...]string{"random", "pos", "pct:2", "pct:3"}[i%4]
	}
	if strings.HasPrefix(name, "pct:") && strings.Count(name, ":") == 1 {
		return name + ":" + strconv.FormatUint(steps, 10)
	}
	return name
}

// sample runs seed after seed.
func (w Sweep) sample(r *Report) {
	for i := range cmp.Or(w.Runs, sweepRuns) {
		r.Seed, r.Strategy = w.Seed+i, w.turn(i, max(r.StepsTop, 1))
		if i&(i-1) == 0 {
			if r.Mismatch = w.twice(r.Seed, r.Strategy); r.Mismatch != nil {
				return
			}
		}
		o := w.one(r, w.source(r.Seed, r.Strategy))
		if o.Signature() != "" {
			r.Mismatch = w.fail(r, o)
			return
		}
		if w.Progress != nil && !w.Progress(r) {
			return
		}
		if r.saturated(w.Saturation) {
			r.Saturated = true
			return
		}
	}
}

// source makes all decisions of the run of a seed.
func (w Sweep) source(seed uint64, strategy string) Source {
	src := Source(NewSeed(seed))
	strategist, err := ParseStrategy(strategy)
	if err != nil {
		panic(err) // Run has parsed it
	}
	src = Drive(src, strategist(src))
	if len(w.Features) > 0 {
		src = Swarm(src, w.Features...)
	}
	return src
}

// one carries out a run and takes it into the report.
func (w Sweep) one(r *Report, src Source) Outcome {
	c := w.Config
	c.Source, c.Strategy = src, nil
	s := New(c)
	s.Go("main", func() { w.Body(s) })
	o := s.Run()
	if o.Reason != GivenUp {
		r.add(s, o)
	}
	return o
}

func (r *Report) add(s *Sim, o Outcome) {
	r.Runs++
	r.StepsTop = max(r.StepsTop, o.Steps)
	if o.Inconclusive() {
		r.Inconclusive++
		r.LastBound = o.Reason
	}
	r.Coverage.Add(s)
	r.Schedules.Add(s.shape)
	for _, h := range s.stateList {
		r.States.Add(h)
	}
}

func (r *Report) saturated(below float64) bool {
	return r.Runs >= saturationMin && r.Schedules.Unseen() < below && (r.States.Samples() == 0 || r.States.Unseen() < below)
}

// twice checks that the run of a seed is the same two times.
func (w Sweep) twice(seed uint64, strategy string) *Mismatch {
	return Twice(func(trace *Trace) Outcome {
		c := w.Config
		c.Source, c.Strategy, c.Trace = w.source(seed, strategy), nil, trace
		return c.run(w.Body)
	})
}

// fail records the run that has just failed, which must come out the same.
func (w Sweep) fail(r *Report, o Outcome) *Mismatch {
	f := record(w.Runner(), w.source(r.Seed, r.Strategy))
	if f.Outcome.Digest != o.Digest {
		if m := w.twice(r.Seed, r.Strategy); m != nil {
			return m
		}
		return &Mismatch{Outcomes: [2]Outcome{o, f.Outcome}}
	}
	r.Failure = &f
	return nil
}

// exhaust explores.
func (w Sweep) exhaust(r *Report, bound int) {
	r.Strategy = w.Strategy
	e := Explore(func(src Source) Outcome { return w.one(r, src) }, ExploreConfig{
		Preemptions: bound,
		RunMax:      w.Runs,
		Each:        func(Outcome) bool { return w.Progress == nil || w.Progress(r) },
	})
	r.Exploration, r.Failure = &e, e.Failure
}

// Runner carries out single runs of the sweep, for [Shrink], [Explore] or a [Replay].
func (w Sweep) Runner() Runner { return Program(w.Config, w.Body) }
