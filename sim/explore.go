package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Unbounded as a bound on pre-emptions means none.
const Unbounded = -1

const (
	exploreRunMax   = 1 << 20
	exploreRangeMax = 16
)

// ExploreConfig says what [Explore] explores. The zero value explores the schedules without pre-emption.
type ExploreConfig struct {
	// Preemptions bounds how often a schedule switches away from a task that could go on. All smaller bounds are
	// explored first, so that the failure found has as few as possible. [Unbounded] (or any negative number) sets none.
	Preemptions int

	// Reduce leaves out schedules that differ from one explored only in the order of stretches that do not conflict. It
	// is a promise of the caller: whatever shared thing a stretch of the code touches is declared by [Sim.Reads] or
	// [Sim.Writes] at its start, or guarded by a mutex that is held, or used by a call of this package. A stretch that
	// begins with [Sim.Yield], or draws, may touch anything. Code that breaks the promise is explored in part only.
	Reduce bool

	// RunMax bounds the runs; zero is 1<<20.
	RunMax uint64
	// RangeMax is the range up to which the values of a draw are all explored; a wider draw is answered with 0 and named
	// in the result. Zero is 16.
	RangeMax uint64
	// Each, if not nil, sees the outcome of every run that was not given up. The exploration stops when it returns false.
	Each func(Outcome) bool
}

// Exploration is how far [Explore] came.
type Exploration struct {
	// Bound is the number of pre-emptions up to which every schedule was explored; -1 if there is none. A failure ends
	// the work on a bound.
	Bound int
	// Exhausted tells that every schedule whatever was explored.
	Exhausted bool
	// Narrowed lists the labels of draws that were too wide: the claims of Bound and Exhausted are for draws of 0 there.
	Narrowed []string
	// Inconclusive counts runs that hit a bound of theirs: what would have come after it is not explored.
	Inconclusive uint64

	// Strayed tells that a run did not repeat what the run before it had done up to where they part: the code escapes the
	// scheduler. The exploration ends there and claims nothing.
	Strayed bool

	Schedules uint64 // runs that were not given up, at the last bound
	Pruned    uint64 // runs given up, at the last bound, as what follows has been explored
	States    uint64 // different states in which there was a choice, at the last bound; counted with Reduce
	Runs      uint64 // at all bounds

	Failure *Failure // the first found, nil if there is none
}

// Explore runs every schedule within the bound, and every value of every draw, depth first. It stops at the first failure,
// when everything is done, or at RunMax. It is deterministic.
//
// With a bound on pre-emptions, Reduce gives a run up where it reaches a state (the same partial order of conflicting
// stretches, the same task running, no more pre-emptions left) that was explored before; without one it works with sleep
// sets (Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, 1996), which under a bound would miss
// schedules. States are compared by 64-bit hashes.
func Explore(run Runner, cfg ExploreConfig) Exploration {
	e := Exploration{Bound: -1}
	bound, last := 0, cfg.Preemptions
	if last < 0 {
		bound, last = Unbounded, Unbounded
	}
	for ; bound <= last && !e.Exhausted; bound++ {
		x := newExplorer(cfg, bound, &e)
		if !x.explore(run) {
			break
		}
		e.Bound = bound
		e.Exhausted = !x.cut
	}
	slices.Sort(e.Narrowed)
	return e
}

// Proved tells that nothing within the bound fails: it was explored whole, with all values of all draws. A negative bound
// asks for every schedule.
func (e Exploration) Proved(bound int) bool {
	whole := e.Exhausted || 0 <= bound && bound <= e.Bound
	return whole && e.Failure == nil && len(e.Narrowed) == 0 && e.Inconclusive == 0 && !e.Strayed
}

// String is the result for people, in one line.
func (e Exploration) String() string {
	var b strings.Builder
	switch {
	case e.Strayed:
		b.WriteString("two runs of the same decisions differ")
	case e.Failure != nil:
		fmt.Fprintf(&b, "%s after %d runs", e.Failure.Signature, e.Runs)
	case e.Exhausted:
		b.WriteString("complete")
	case e.Bound >= 0:
		fmt.Fprintf(&b, "complete to bound %d", e.Bound)
	default:
		b.WriteString("incomplete")
	}
	fmt.Fprintf(&b, ": %d schedules, %d pruned, %d states, %d runs at all bounds", e.Schedules, e.Pruned, e.States, e.Runs)
	if e.Inconclusive > 0 {
		fmt.Fprintf(&b, ", %d inconclusive", e.Inconclusive)
	}
	if len(e.Narrowed) > 0 {
		fmt.Fprintf(&b, "; only 0 was drawn for %s", strings.Join(e.Narrowed, ", "))
	}
	return b.String()
}

// explore works on one bound and tells whether it was done.
func (x *explorer) explore(run Runner) bool {
	e := x.result
	e.Schedules, e.Pruned, e.States, e.Inconclusive = 0, 0, 0, 0
	for {
		if e.Runs >= cmp.Or(x.cfg.RunMax, exploreRunMax) {
			return false
		}
		e.Runs++
		x.begin()
		o := run(x)
		e.Strayed = e.Strayed || x.depth < len(x.path)
		switch {
		case e.Strayed:
			return false
		case o.Reason == GivenUp:
			e.Pruned++
		default:
			e.Schedules++
			if o.Inconclusive() {
				e.Inconclusive++
			}
			if o.Signature() != "" {
				x.begin()
				f := record(run, x)
				e.Failure = &f
				return false
			}
			if x.cfg.Each != nil && !x.cfg.Each(o) {
				return false
			}
		}
		if !x.backtrack() {
			return true
		}
	}
}
