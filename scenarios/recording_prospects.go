package scenarios

import (
	"math/bits"
	"slices"

	"github.com/batpak/batpak-sim/sim"
)

// Prospects tell how a failing run might have gone on otherwise: after growing parts of its
// decisions the rest was left to other seeds.
type Prospects struct {
	Samples int        // continuations of each part
	Parts   []Prospect // ascending
	Lost    int        // the first in Parts from which on every continuation failed
}

// Prospect is how a part of a run goes on.
type Prospect struct {
	Decisions int // that were kept, of all that the run asks for, the plainest too
	Event     int // of the run's trace, the one that followed the last of them
	Failed    int // continuations in which an oracle found something
}

// ProspectsDefault is how many continuations are worth a look.
const ProspectsDefault = 20

// prospectParts is how many parts are tried, evenly, before it is looked closer where the run
// was lost.
const prospectParts = 24

// Prospects samples continuations after parts of the run. It returns nil if the run does not
// fail, or is of a closed workload, whose crash images are no decisions. Progress is told the
// parts that are done and how many more there may be; it ends the search by returning false,
// and then there are no prospects.
func (r *Recording) Prospects(samples int, progress func(done, most int) bool) (*Prospects, error) {
	if err := r.check(); err != nil || r.Closed || samples <= 0 {
		return nil, err
	}
	book := newNotebook(sim.NewReplay(r.Decisions))
	if result, _ := r.play(book, 0); result.Verdict != Violated {
		return nil, nil
	}
	fails := func(decisions int, seed uint64) bool {
		result, _ := r.play(newContinuation(r.Decisions, decisions, seed), 0)
		return result.Verdict == Violated
	}
	s := prospecting{fails: fails, at: book.at, samples: samples, progress: progress}
	return s.search(), nil
}

// prospecting is a search for where a run was lost.
type prospecting struct {
	fails    func(decisions int, seed uint64) bool // the run that goes on by a seed after so many decisions
	at       []int                                 // events before each decision
	samples  int
	progress func(done, most int) bool
	parts    []Prospect
}

func (s *prospecting) search() *Prospects {
	all := len(s.at)
	for i := range prospectParts + 1 {
		if !s.try(all * i / prospectParts) {
			return nil
		}
	}
	for lost := s.lost(); lost > 0; lost = s.lost() {
		hoped, gone := s.parts[lost-1].Decisions, s.parts[lost].Decisions
		if gone-hoped <= 1 {
			break
		}
		if !s.try((hoped + gone) / 2) {
			return nil
		}
	}
	return &Prospects{Samples: s.samples, Parts: s.parts, Lost: s.lost()}
}

// lost is the first part from which on every continuation has failed. The whole run is one.
func (s *prospecting) lost() int {
	i := len(s.parts)
	for i > 0 && s.parts[i-1].Failed == s.samples {
		i--
	}
	return i
}

// try samples continuations of a part, unless that was done, and tells whether to go on.
func (s *prospecting) try(decisions int) bool {
	i, done := slices.BinarySearchFunc(s.parts, decisions, func(p Prospect, n int) int { return p.Decisions - n })
	if done {
		return true
	}
	p := Prospect{Decisions: decisions}
	if decisions > 0 {
		p.Event = s.at[decisions-1]
	}
	for seed := range s.samples {
		if s.fails(decisions, uint64(seed)) {
			p.Failed++
		}
	}
	s.parts = slices.Insert(s.parts, i, p)
	return s.progress == nil || s.progress(len(s.parts), prospectParts+1+bits.Len(uint(len(s.at)/prospectParts)))
}

// continuation decides as a recording does for so many decisions, and then by a seed.
type continuation struct {
	first *sim.Replay
	left  int // decisions of it
	then  *sim.Seed
	walk  sim.Strategy
}

func newContinuation(decisions []sim.Decision, keep int, seed uint64) *continuation {
	then := sim.NewSeed(seed)
	return &continuation{first: sim.NewReplay(decisions), left: keep, then: then, walk: sim.RandomWalk(then)}
}

// Draw implements [sim.Source].
func (c *continuation) Draw(label string, n uint64) uint64 {
	if c.left == 0 {
		return c.then.Draw(label, n)
	}
	c.left--
	return c.first.Draw(label, n)
}

// Next implements [sim.Strategy]. A choice of one is no decision.
func (c *continuation) Next(choice *sim.Choice) int {
	if c.left == 0 {
		return c.walk.Next(choice)
	}
	if len(choice.Runnable) > 1 {
		c.left--
	}
	return c.first.Next(choice)
}
