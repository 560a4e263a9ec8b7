package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNotReproduced is matched by the error of [Shrink] when the script does not fail with its signature.
var ErrNotReproduced = errors.New("sim: the script does not fail so")

const shrinkRunMax = 10_000

// ShrinkConfig bounds [Shrink]. The zero value works.
type ShrinkConfig struct {
	// RunMax bounds the runs; zero is 10000.
	RunMax uint64
	// Progress, if not nil, is told after every run what the best is so far. Shrinking stops when it returns false.
	Progress func(best Shrunk) bool
}

// Shrunk is a failure made small.
type Shrunk struct {
	Failure // of the decisions that matter: with 0 for all others it fails so
	Runs    uint64
	// Minimal tells that no decision can be left out: without any one of them the failure is gone or another. It is
	// checked, and false if shrinking was stopped before.
	Minimal bool
}

// Shrink looks for the fewest and smallest decisions that make a run fail with the signature of the script, or with any
// if that is empty. A decision that is left out is answered with 0, the plainest; so workload, pre-emptions, faults and
// crash points all shrink alike. Each group of decisions, by the label up to a slash, shrinks by itself by delta debugging
// (Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, TSE 2002), then its values by bisection, then all
// groups together, over and over until nothing more goes. Of the switches, the
// first few with one more elsewhere are tried as well.
func Shrink(run Runner, script Script, cfg ShrinkConfig) (Shrunk, error) {
	s := &shrinker{run: run, cfg: cfg}
	s.best.Failure = record(run, NewReplay(script.Decisions))
	s.best.Runs = 1
	switch got := s.best.Signature; {
	case got == "" || script.Signature != "" && script.Signature != got:
		return s.best, fmt.Errorf("%w: want %q, got %q (%v)", ErrNotReproduced, script.Signature, got, s.best.Outcome.Reason)
	default:
		s.best.Decisions = telling(s.best.Decisions)
	}
	for again := true; again && !s.stopped; {
		before := s.best.Decisions
		for _, group := range s.groups() {
			s.delta(func(d Decision) bool { return under(group, d.Label) })
			s.lower(group)
		}
		s.fewer()
		s.best.Minimal = s.delta(func(Decision) bool { return true })
		again = !slices.Equal(before, s.best.Decisions)
	}
	return s.best, nil
}

type shrinker struct {
	run     Runner
	cfg     ShrinkConfig
	best    Shrunk
	stopped bool
}

// groups are the labels up to a slash, that of the schedule last: what happens at all comes before in which order.
func (s *shrinker) groups() []string {
	var out []string
	for _, d := range s.best.Decisions {
		group, _, _ := strings.Cut(d.Label, "/")
		out = append(out, group)
	}
	slices.SortFunc(out, func(a, b string) int {
		if a == LabelSchedule || b == LabelSchedule {
			return cmp.Compare(strings.Count(a, LabelSchedule), strings.Count(b, LabelSchedule))
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(out)
}

// try runs a list of decisions. If it fails as the best does, it becomes the best, without what nothing asked for.
func (s *shrinker) try(ds []Decision) bool {
	if s.stopped {
		return false
	}
	f := record(s.run, NewReplay(ds))
	s.best.Runs++
	same := f.Signature == s.best.Signature
	if same {
		f.Decisions = telling(f.Decisions)
		s.best.Failure, s.best.Minimal = f, false
	}
	if s.best.Runs >= cmp.Or(s.cfg.RunMax, shrinkRunMax) || s.cfg.Progress != nil && !s.cfg.Progress(s.best) {
		s.stopped = true
	}
	return same
}

// delta leaves out decisions of those that in selects: halves, quarters, ..., single ones, until no single one can go. It
// tells whether that was checked to the end.
func (s *shrinker) delta(in func(Decision) bool) bool {
	for size := s.count(in); size > 0 && !s.stopped; {
		left := s.pass(in, size)
		switch {
		case left:
			size = min(size, s.count(in))
		case size == 1:
			return true
		default:
			size = (size + 1) / 2
		}
	}
	return !s.stopped
}

// pass tries once to leave out each chunk of the given size, and tells whether any went.
func (s *shrinker) pass(in func(Decision) bool, size int) (left bool) {
	for from := 0; from < s.count(in) && !s.stopped; {
		if s.try(without(s.best.Decisions, in, from, from+size)) {
			left = true // what followed has moved up
		} else {
			from += size
		}
	}
	return left
}

func (s *shrinker) count(in func(Decision) bool) int {
	n := 0
	for _, d := range s.best.Decisions {
		if in(d) {
			n++
		}
	}
	return n
}

// without is ds but for the selected decisions from the from-th to before the to-th.
func without(ds []Decision, in func(Decision) bool, from, to int) []Decision {
	var out []Decision
	at := 0
	for _, d := range ds {
		if in(d) {
			at++
			if from < at && at <= to {
				continue
			}
		}
		out = append(out, d)
	}
	return out
}

// fewerMax bounds the runs of fewer.
const fewerMax = 1000

// fewer tries the first switches with one more, anywhere, in place of all the others: leaving out alone does not get from
// two switches to one elsewhere.
func (s *shrinker) fewer() {
	tries := 0
	for keep := 0; keep+1 < s.count(scheduled); keep++ {
		base := without(s.best.Decisions, scheduled, keep, len(s.best.Decisions))
		for _, d := range record(s.run, NewReplay(base)).Decisions {
			if !scheduled(d) || d.Value > 0 {
				continue
			}
			d.Choice = "" // by number
			for d.Value = 1; d.Value < d.N; d.Value++ {
				if tries++; tries > fewerMax || s.stopped || s.try(append(slices.Clone(base), d)) {
					return
				}
			}
		}
	}
}

func scheduled(d Decision) bool { return d.Label == LabelSchedule }

// lower bisects the values of a group. Those of the schedule are names of tasks, of which none is smaller.
func (s *shrinker) lower(group string) {
	if group == LabelSchedule {
		return
	}
	for i := 0; i < len(s.best.Decisions) && !s.stopped; i++ {
		d := s.best.Decisions[i]
		if !under(group, d.Label) {
			continue
		}
		for low, high := uint64(0), d.Value; low+1 < high && !s.stopped; {
			d.Value = low + (high-low)/2
			ds := slices.Clone(s.best.Decisions)
			at := slices.IndexFunc(ds, func(o Decision) bool { return o.Label == d.Label && o.Key == d.Key })
			if at < 0 {
				break // it is not asked for any more
			}
			ds[at] = d
			if s.try(ds) {
				high = d.Value
			} else {
				low = d.Value
			}
		}
	}
}
