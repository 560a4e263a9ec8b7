package sim

import (
	"errors"
	"fmt"
	"time"
)

const (
	stepMaxDefault = 1 << 20
	timeMaxDefault = 24 * time.Hour
)

// Config fixes a run. The zero value works: seed 0, random walk, digest only.
type Config struct {
	// Source answers [Sim.Draw] and feeds the default strategy; nil is NewSeed(0).
	Source Source
	// Strategy chooses which task goes next; nil is the Source if that is a Strategy too, or else RandomWalk(Source).
	Strategy Strategy
	// StepMax bounds the steps of the run; zero is 1<<20.
	StepMax uint64
	// TimeMax bounds virtual time; zero is 24 hours.
	TimeMax time.Duration
	// MemoryMax bounds the bytes that the run accounts for: 8192 for each task that has not ended, 128 for each event that
	// Trace keeps, and what code tells by [Sim.Hold]. Zero sets no bound.
	MemoryMax uint64
	// Epoch is the wall clock at virtual time zero; zero is 2000-01-01 UTC.
	Epoch time.Time
	// Trace receives the events; nil is a new one that keeps only their digest. A trace serves one Sim.
	Trace *Trace
}

// Validate reports everything that is wrong with c, or nil. Its errors match [ErrConfig].
func (c Config) Validate() error {
	var faults []error
	if c.TimeMax < 0 {
		faults = append(faults, fmt.Errorf("%w: TimeMax is %v, want zero or more", ErrConfig, c.TimeMax))
	}
	if c.Trace != nil && c.Trace.sim != nil {
		faults = append(faults, fmt.Errorf("%w: Trace already serves another Sim", ErrConfig))
	}
	return errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	if c.Source == nil {
		c.Source = NewSeed(0)
	}
	if c.Strategy == nil {
		c.Strategy = strategyOf(c.Source)
	}
	if c.StepMax == 0 {
		c.StepMax = stepMaxDefault
	}
	if c.TimeMax == 0 {
		c.TimeMax = timeMaxDefault
	}
	if c.Epoch.IsZero() {
		c.Epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if c.Trace == nil {
		c.Trace = NewTrace(TraceConfig{})
	}
	return c
}

// Sim is one simulated run: its tasks, clock, locks and trace. No method may be called from a goroutine that is
// neither the one that built and runs the Sim nor one of its tasks.
type Sim struct {
	cfg   Config
	phase phase
	root  *Process

	tasks     []*Task // all, by id
	processes names
	living    int // tasks not ended
	held      int64

	current *Task    // whose code is running; nil in the scheduler and outside the run
	last    *Task    // chosen at the last step
	chosen  *Task    // handed by a task that parks to the loop
	dying   *Process // killed by a task of its own, which has parked; the loop reaps it

	runnable  []*Task // by id; the running task is among them
	choice    Choice
	steps     uint64
	switches  uint64
	points    points
	coverage  Coverage
	shape     uint64 // hash of the switches
	states    map[uint64]struct{}
	stateList []uint64   // the same, in the order of their coming
	touched   *footprint // what the running stretch has touched; nil if nobody asks
	idlers    waiters    // wait for the end of all other tasks

	contexts  names
	deadlines []*simContext // that have not ended, by deadline and then by age
	bound     []*Task       // wait with a context

	now    time.Duration
	timers timers
	armed  uint64 // timers armed so far: the order in which those of one instant fire

	reason  Reason // zero while the run goes on
	waiting []Wait
	panic   *PanicInfo

	violation *Violation
	misuse    string // by the strategy; Run panics with it
}

type phase int

const (
	built phase = iota
	running
	unwinding
	over
)

// New returns a Sim that has not started. It panics if cfg is not valid; see [Config.Validate].
func New(cfg Config) *Sim {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	s := &Sim{cfg: cfg.withDefaults()}
	s.cfg.Trace.sim = s
	s.root = &Process{sim: s, alive: true}
	return s
}

// Run runs until every task has ended or the run cannot or must not go on, unwinds the tasks that are left, and
// tells what happened. No goroutine is left afterwards. It may be called once.
//
// If a task calls [runtime.Goexit] (testing.T.FailNow does), Run unwinds the other tasks and then exits the calling
// goroutine likewise.
func (s *Sim) Run() Outcome {
	if s.phase != built {
		panic("sim: Run called twice")
	}
	s.phase = running
	defer s.finish() // when a task called Goexit or an observer panicked
	for t := s.dispatch(); t != nil; {
		t = s.resume(t)
	}
	s.finish()
	if s.misuse != "" {
		panic(s.misuse)
	}
	return s.outcome()
}

// finish unwinds what is left. Calling it again does nothing.
func (s *Sim) finish() {
	if s.phase != running {
		return
	}
	s.phase = unwinding
	if t := s.current; t != nil && t.fate != "" {
		s.end(t)
	}
	s.current = nil
	s.waiting = s.stands()
	s.reap(s.tasks)
	s.phase = over
	s.cfg.Trace.Emit(KindOver, "", s.reason.String(), s.steps, s.switches)
}

// Process returns a new process. A name that was used before gets the suffix #2, #3 and so on.
func (s *Sim) Process(name string) *Process {
	s.touch(touchesAll, "", true)
	return &Process{sim: s, name: s.processes.unique(name), alive: true}
}

// Go starts a task in the process of the running task, or in the root process, which nobody can kill, when no task
// is running.
func (s *Sim) Go(name string, body func()) *Task {
	if s.current != nil {
		return s.current.process.Go(name, body)
	}
	return s.root.Go(name, body)
}

// Yield is a named place where the task may be switched; it counts how often each was passed. It does nothing
// outside a task and in one that unwinds.
func (s *Sim) Yield(point string) {
	if t := s.acting(); t != nil {
		s.points.hit(t, point)
		s.pause(t, SiteYield, point)
	}
}

// Draw implements [Source] by Config.Source, for the code under test.
func (s *Sim) Draw(label string, n uint64) uint64 { return s.cfg.Source.Draw(label, n) }

// JoinAll parks the caller until every other task has ended, but for those that wait here too. In a task that unwinds it
// returns at once. Outside a task it panics unless all tasks have ended.
func (s *Sim) JoinAll() {
	t := s.acting()
	switch alone := s.living <= len(s.idlers.tasks)+1; {
	case t == nil && s.living > 0:
		s.balk("JoinAll", "")
	case t != nil && alone:
		s.readyAll(&s.idlers)
		s.pause(t, SiteJoin, "")
	case t != nil:
		s.idlers.add(t)
		s.block(t, SiteJoin, "")
	}
}

// Points returns the yield points that were passed, by name.
func (s *Sim) Points() []Point { return s.points.sorted() }

// Steps is the number of scheduling choices made so far.
func (s *Sim) Steps() uint64 { return s.steps }

// Switches is the number of steps that went on with another task than the step before.
func (s *Sim) Switches() uint64 { return s.switches }

// Shape is a hash of the switches so far, each of a task and of what it does next: two runs with the same shape ran the
// same tasks in the same order.
func (s *Sim) Shape() uint64 { return s.shape }

// Trace is the trace of the run, to emit events or to read it.
func (s *Sim) Trace() *Trace { return s.cfg.Trace }

// TaskName is the name of the running task, or empty outside any task.
func (s *Sim) TaskName() string {
	if s.current == nil {
		return ""
	}
	return s.current.name
}
