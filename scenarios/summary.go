package scenarios

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Summary is what the runs of a sweep came to, all together.
type Summary struct {
	Config   SweepConfig // with its defaults filled in
	Planned  uint64      // runs that Config asks for, or math.MaxUint64 if there are more
	Runs     uint64      // of them that have ended
	Earlier  uint64      `json:"-"` // of those, made by the sweep that this one goes on from
	Verdicts map[Verdict]uint64
	Outcomes map[Outcome]uint64
	Counters Counters
	Faults   map[string]uint64 // struck, by effect
	Armed    map[string]uint64 // planned, by effect
	Points   map[string]uint64 // yield points passed, by name
	Schedule uint64            // steps of the scheduler
	Switches uint64
	Virtual  time.Duration
	Findings []Finding // the distinct ones, in the order of their first runs
	Unlisted uint64    // runs that did not pass and are in no finding, for there are too many
	Ended    Ended     // why not all planned runs were made, if that was meant so
	Slowest  []Slow    // the runs with the most steps of the scheduler, the slowest first

	Behaviours sim.Discovery `json:"-"` // of the runs of this sweep, without those before it: see Result.Behaviour
}

// Ended says why a sweep ended before all its runs, as it was meant to.
type Ended string

const (
	EndedBudget    Ended = "budget used up"
	EndedSaturated Ended = "saturated"
)

// findingsMax bounds the distinct findings that a summary keeps.
const findingsMax = 256

// Finding is what one or more runs found. The first of them stands for all.
type Finding struct {
	Signature string // as by Result.Signature
	Count     uint64 // of runs
	First     Result // without its trace
}

// Slow is a run that took long, in what is the same on every machine.
type Slow struct {
	Scenario string
	Seed     uint64
	Schedule uint64 // steps of the scheduler
	Virtual  time.Duration
}

// slowestMax bounds the slowest runs that a summary keeps.
const slowestMax = 10

func newSummary(config SweepConfig) Summary {
	if before := config.Before; before != nil {
		config.Before, config.Watch = nil, nil
		return before.goOn(config)
	}
	config.Watch = nil
	return Summary{
		Config: config, Planned: config.planned(),
		Verdicts: make(map[Verdict]uint64), Outcomes: make(map[Outcome]uint64),
		Faults: make(map[string]uint64), Armed: make(map[string]uint64), Points: make(map[string]uint64),
	}
}

// goOn is a copy of the summary to which the runs of config are added.
func (s Summary) goOn(config SweepConfig) Summary {
	s.Config, s.Planned, s.Earlier, s.Ended = config, config.planned(), s.Runs, ""
	s.Verdicts, s.Outcomes = maps.Clone(s.Verdicts), maps.Clone(s.Outcomes)
	s.Faults, s.Points = maps.Clone(s.Faults), maps.Clone(s.Points)
	s.Armed = maps.Clone(s.Armed)
	s.Findings, s.Slowest = slices.Clone(s.Findings), slices.Clone(s.Slowest)
	return s
}

// saturated tells that further runs would likely show nothing new.
func (s *Summary) saturated() bool {
	return s.Behaviours.Samples() >= saturationMin && s.Behaviours.Unseen() < s.Config.Saturation
}

func (s *Summary) add(r Result) {
	s.Behaviours.Add(r.Behaviour())
	s.Runs++
	s.Verdicts[r.Verdict]++
	s.Outcomes[r.Outcome]++
	s.Counters.Add(r.Counters)
	addAll(s.Faults, r.Faults)
	addAll(s.Armed, r.Armed)
	addAll(s.Points, r.Points)
	s.Schedule += r.Schedule
	s.Switches += r.Switches
	s.Virtual += r.Virtual
	s.slow(r)
	if r.Verdict != Pass {
		s.find(r)
	}
}

func addAll(to, from map[string]uint64) {
	for name, n := range from {
		to[name] += n
	}
}

// slow keeps the run if it is among the slowest; of equals, those that came first.
func (s *Summary) slow(r Result) {
	if n := len(s.Slowest); n == slowestMax && s.Slowest[n-1].Schedule >= r.Schedule {
		return
	}
	at := 0
	for at < len(s.Slowest) && s.Slowest[at].Schedule >= r.Schedule {
		at++
	}
	s.Slowest = slices.Insert(s.Slowest, at, Slow{r.Scenario, r.Seed, r.Schedule, r.Virtual})
	s.Slowest = s.Slowest[:min(len(s.Slowest), slowestMax)]
}

func (s *Summary) find(r Result) {
	signature := r.Signature()
	i := slices.IndexFunc(s.Findings, func(f Finding) bool { return f.Signature == signature })
	switch {
	case i >= 0:
		s.Findings[i].Count++
	case len(s.Findings) == findingsMax:
		s.Unlisted++
	default:
		r.Trace = nil
		s.Findings = append(s.Findings, Finding{Signature: signature, Count: 1, First: r})
	}
}

// Verdict is the worst verdict of a run, and at least Inconclusive if not all runs
// have ended.
func (s Summary) Verdict() Verdict {
	worst := Pass
	if s.Runs < s.Planned && s.Ended == "" {
		worst = Inconclusive
	}
	if len(s.Vacuities()) > 0 {
		worst = worst.Worse(Vacuous)
	}
	for _, v := range Verdicts() {
		if s.Verdicts[v] > 0 {
			worst = worst.Worse(v)
		}
	}
	return worst
}

// PointsMissed returns the yield points of the engine that no run has passed.
func (s Summary) PointsMissed() []core.Point {
	return slices.DeleteFunc(core.Points(), func(p core.Point) bool { return s.Points[string(p)] > 0 })
}

// EffectsMissed returns the effects of the sweep's fault level and scenarios that struck
// in no run.
func (s Summary) EffectsMissed() []string {
	return slices.DeleteFunc(s.Effects(), func(e string) bool { return s.Faults[e] > 0 })
}

// Effects returns the names of the faults that the sweep's fault level and its scenarios
// can plan.
func (s Summary) Effects() []string {
	all := Effects(s.Config.Faults)
	for _, scenario := range All() {
		if !slices.Contains(s.Config.Scenarios, scenario.Name) {
			continue
		}
		for _, e := range scenario.effects() {
			if !slices.Contains(all, e) {
				all = append(all, e)
			}
		}
	}
	return all
}

// Effects returns the names of the faults that a level can plan, crashes among
// them. Not every scenario plans all of them, and some plan others besides.
func Effects(level Faults) []string {
	planned := []simfs.Effect{simfs.CrashBefore, simfs.CrashDuring, simfs.CrashAfter}
	if level != FaultsOff {
		planned = append(planned, simfs.Fail, simfs.ShortWrite, simfs.ShortRead, simfs.FailSync)
	}
	if level == FaultsHeavy {
		planned = append(planned, simfs.DropSync)
	}
	names := []string{crashAtYield}
	for _, e := range planned {
		names = append(names, e.String())
	}
	return names
}

// Signature is what runs have in common that found the same: the signature of the
// violation, or the first line of the harness's error, or the verdict alone.
func (r *Result) Signature() string {
	switch {
	case r.Verdict == Violated && r.Violation != nil:
		return r.Violation.Signature()
	case r.Verdict == HarnessError:
		line, _, _ := strings.Cut(r.Reason, "\n")
		return string(r.Verdict) + "/" + line
	}
	return string(r.Verdict)
}

// Behaviour is a hash of what a run has exercised: which counters, faults and yield
// points it has met at all, and the outcome.
func (r *Result) Behaviour() uint64 {
	h := hashText(hashText(hashBasis, r.Scenario), string(r.Outcome))
	for _, c := range r.Counters.fields() {
		h = hashNumbers(h, min(*c.Value, 1))
	}
	for _, met := range []map[string]uint64{r.Faults, r.Points} {
		for _, name := range sortedKeys(met) {
			h = hashNumbers(hashText(h, name), min(met[name], 1))
		}
	}
	return h
}

// List returns the counters in the order of the struct.
func (c Counters) List() []Counter { return c.fields() }
