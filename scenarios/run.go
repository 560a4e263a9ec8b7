package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Config fixes a run. With the build it fixes it wholly: the same Config gives the
// same Result, digest included.
type Config struct {
	Scenario string     // its name; must be set
	Seed     uint64     // of Source
	Faults   Faults     // empty = FaultsLight
	Steps    int        // operations of each producer in each incarnation; zero = StepsDefault
	Source   sim.Source // makes every decision; nil = sim.NewSeed(Seed), by Strategy
	Strategy Strategy   // by which the seed decides, if Source is nil; empty = StrategyWalk
	Without  []string   // Parts that the run does without, by name; empty = none
	Keep     int        // events of the trace kept, the last ones; zero = none, sim.KeepAll = all

	stepMax uint64 // of the scheduler; zero = its default
}

const (
	StepsDefault = 12

	// StepsMax bounds Config.Steps: beyond it a run could hit the scheduler's bound.
	StepsMax = 1000
)

func (c Config) withDefaults() (Config, Scenario, error) {
	scenario, err := Find(c.Scenario)
	if c.Steps < 0 || c.Steps > StepsMax {
		err = errors.Join(err, fmt.Errorf("%d steps, legal are 1 to %d, and 0 for the default", c.Steps, StepsMax))
	}
	faults, unknown := ParseFaults(string(c.Faults))
	strategy, stray := ParseStrategy(string(c.Strategy))
	if err := errors.Join(err, unknown, stray, without(c.Without).validate()); err != nil {
		return c, Scenario{}, err
	}
	c.Faults, c.Strategy = faults, strategy
	if c.Steps == 0 {
		c.Steps = StepsDefault
	}
	if c.Source == nil {
		c.Source = c.Strategy.drive(sim.NewSeed(c.Seed))
	}
	return c, scenario, nil
}

// Result is what a run came to.
type Result struct {
	Scenario  string            `json:"scenario"`
	Seed      uint64            `json:"seed"`
	FaultMode Faults            `json:"fault_mode"`
	Steps     int               `json:"steps"`
	Strategy  Strategy          `json:"strategy,omitempty"` // empty = there was no choice, as in a closed workload
	Without   []string          `json:"without,omitempty"`
	Verdict   Verdict           `json:"verdict"`
	Violation *Violation        `json:"violation,omitempty"`
	Reason    string            `json:"reason,omitempty"` // why it is neither a pass nor a violation
	Outcome   Outcome           `json:"outcome"`
	Digest    Digest            `json:"digest"`
	Counters  Counters          `json:"counters"`
	Faults    map[string]uint64 `json:"faults"` // struck, by effect
	Armed     map[string]uint64 `json:"-"`      // planned, by effect: each may strike or not
	Points    map[string]uint64 `json:"points"` // yield points passed, by name
	Schedule  uint64            `json:"schedule_steps"`
	Switches  uint64            `json:"switches"`
	Virtual   time.Duration     `json:"virtual_ns"`
	Tail      []string          `json:"tail,omitempty"`                // the last events before the violation
	Checked   bool              `json:"determinism_checked,omitempty"` // run twice and compared
	Trace     []sim.Event       `json:"-"`
	Cuts      []Cut             `json:"-"` // the disk at every power cut, if the whole trace is kept
	Stack     string            `json:"-"` // of the panic, if one ended the run; not the same in every run
}

// Outcome is the class of what the last recovery came to. There are no others. What each
// may hold is exact, for the oracles compare contents: all that was durable, and of
// the rest a prefix for each life. Only where a sync of the log was dropped, or a bit of it
// has rotted, may durable events be gone, or the log refused.
type Outcome string

const (
	// Committed means that the log was recovered with events in it. A run of one life, which
	// recovers nothing, is of this class if it has appended anything.
	Committed Outcome = "committed-prefix"

	RolledBack Outcome = "rolled-back" // it was recovered and is empty
	Refused    Outcome = "refused"     // it was refused with a typed error
	Unended    Outcome = "unended"     // the run did not get so far
)

// Outcomes lists the outcomes.
func Outcomes() []Outcome { return []Outcome{Committed, RolledBack, Refused, Unended} }

// Drained tells that the log was recovered and everyone was handed everything.
func (o Outcome) Drained() bool { return o == Committed || o == RolledBack }

// recoveredWith is the outcome of a recovery that found so many events.
func recoveredWith(events int) Outcome {
	if events == 0 {
		return RolledBack
	}
	return Committed
}

// Digest is the 64-bit digest of a trace; it prints as 16 hexadecimal digits.
type Digest uint64

func (d Digest) String() string { return fmt.Sprintf("%016x", uint64(d)) }

// MarshalText returns the digits: JSON numbers do not hold 64 bits everywhere.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads them back.
func (d *Digest) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 16, 64)
	if err != nil {
		return fmt.Errorf("legal are 16 hexadecimal digits")
	}
	*d = Digest(n)
	return nil
}

// Run carries out one run. The error is about the Config only.
func Run(config Config) (Result, error) {
	result, _, err := carryOut(config)
	return result, err
}

// carryOut is Run, and tells what the scheduler says of the run as well.
func carryOut(config Config) (Result, sim.Outcome, error) {
	config, scenario, err := config.withDefaults()
	if err != nil {
		return Result{}, sim.Outcome{}, err
	}
	w := newWorld(config, scenario)
	w.sim.Go("driver", w.run)
	outcome := w.sim.Run()
	return w.result(outcome), outcome, nil
}

func newWorld(config Config, scenario Scenario) *world {
	src := config.Source
	trace := sim.NewTrace(sim.TraceConfig{Keep: config.Keep})
	w := &world{
		config:  config,
		src:     src,
		sim:     sim.New(sim.Config{Source: src, Trace: trace, StepMax: config.stepMax}),
		history: newHistory(config.Without),
		shape:   scenario.draw(src, config.Steps),
		faults:  make(map[string]uint64),
		armed:   make(map[string]uint64),
		outbox:  make(map[string][]*op),
	}
	if w.shape.closed == nil && w.shape.impatient == 0 && !w.shape.stalls { // who is held up returns late
		w.shape.impatient = drawImpatience(src)
	}
	w.runtime = worldRuntime{simRuntime{w.sim, src}, w}
	if n, ok := src.(interface{ book() *notebook }); ok {
		n.book().trace = trace
	}
	plan := simfs.Config{
		Profile: w.shape.profile,
		Unit:    w.shape.unit,
		Choose:  src.Draw,
		Now:     w.sim.Wall,
		Sleep:   w.sim.Sleep,
		Hook:    w.before,
		Observe: w.observe,
		OnCrash: func(simfs.Op) { w.kill() },
	}
	without(config.Without).crashes(&plan, src)
	disk, err := simfs.New(plan)
	if err != nil {
		panic(err) // the configuration is ours
	}
	w.disk, w.choose = disk, plan.Choose
	return w
}

// fsNames are the names of the disk's operations, as yield points and events, by kind. They are made once: a run
// passes thousands.
var fsNames = func() (names [32]string) { // a simfs.OpSet holds no more
	for k := range names {
		names[k] = "fs/" + simfs.OpKind(k).String()
	}
	return names
}()

// before is called before each file operation.
func (w *world) before(op simfs.Op) {
	if w.watch != nil {
		w.watch.moment(w.disk)
	}
	w.sim.Yield(fsNames[op.Kind])
}

// observe takes one file operation into the trace, and its fault into the history.
func (w *world) observe(r simfs.Record) {
	detail := ""
	if r.Err != nil {
		detail = r.Err.Error()
	}
	if w.watch != nil {
		w.watch.changed(w.disk, r)
	}
	w.sim.Trace().Emit(fsNames[r.Kind], r.Path, detail, uint64(r.Off), uint64(r.Len), uint64(r.N))
	if r.Delay > 0 {
		w.faults[simfs.Delay.String()]++
	}
	if r.Fault == 0 {
		return
	}
	w.faults[r.Fault.String()]++
	switch r.Fault {
	case simfs.DropSync, simfs.DeferSync, simfs.Rot, simfs.Misdirect:
		w.record(Event{Kind: EventLied, Op: r.Path})
	case simfs.Fail, simfs.FailAfter, simfs.ShortWrite, simfs.ShortRead, simfs.FailSync, simfs.Full:
		w.record(Event{Kind: EventStruck})
	}
}

// numberless is a panic's text without what differs from place to place.
func numberless(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, text)
}

// result judges a run that has ended.
func (w *world) result(o sim.Outcome) Result {
	r := Result{
		Scenario: w.config.Scenario, Seed: w.config.Seed, FaultMode: w.config.Faults, Steps: w.config.Steps,
		Strategy: w.config.Strategy, Without: w.config.Without, Verdict: Pass, Outcome: w.outcome, Digest: Digest(o.Digest), Counters: w.counters, Faults: w.faults, Armed: w.armed,
		Points: make(map[string]uint64), Schedule: o.Steps, Switches: o.Switches, Virtual: o.Time,
		Trace: w.sim.Trace().Events(), Cuts: w.cuts,
	}
	for _, p := range w.sim.Points() {
		r.Points[p.Name] = p.Count
	}
	r.Violation = w.history.Violation()
	off := without(w.config.Without)
	switch {
	case r.Violation != nil:
	case o.Reason == sim.Panicked && !off.has(oraclePanic):
		r.Violation = &Violation{Oracle: oraclePanic, Shape: numberless(fmt.Sprint(o.Panic.Value)), Expected: "the engine never panics",
			Seen: fmt.Sprintf("%s: %v", o.Panic.Task, o.Panic.Value)}
		r.Stack = string(o.Panic.Stack)
	case o.Reason == sim.Deadlock && !off.has(oracleLiveness):
		r.Violation = &Violation{Oracle: oracleLiveness, Shape: "deadlock", Expected: "no task waits for ever", Seen: o.String()}
	case o.Reason == sim.Panicked, o.Reason == sim.Deadlock:
	case o.Err() != nil:
		r.Verdict, r.Reason = Inconclusive, o.String()
	case w.outcome == Unended && len(off) == 0:
		r.Verdict, r.Reason = HarnessError, "the run ended before it had drained, and no oracle knows why"
	}
	if r.Violation != nil {
		r.Verdict, r.Tail = Violated, w.tail.lines()
	}
	return r
}
