package simfs

import "iter"

// The sides that images are searched from.
const (
	sideKept = iota // all that is unsynced survives
	sideLost        // nothing of it does
)

func (c *choice) side(side int) uint32 {
	if side == sideKept {
		return c.kept
	}
	return c.lost
}

// States yields every state with its image: first the one with all that is unsynced,
// the one without, then by the number of digits that depart from either. So those come
// first that a stranger understands first. Which of them fails first does not depend
// on how many are asked for.
func (sp *Space) States() iter.Seq2[State, *FS] {
	return func(yield func(State, *FS) bool) {
		d := sp.newDraft()
		for s := range sp.states() {
			d.make(s.digits)
			if !yield(s, d.image()) {
				return
			}
		}
	}
}

// states yields what States does, without the images.
func (sp *Space) states() iter.Seq[State] {
	return func(yield func(State) bool) {
		var all []choice
		for i := range sp.clusters {
			all = append(all, sp.clusters[i].choices...)
		}
		for k := 0; ; k++ {
			met := false
			for side := range 2 {
				s := search{space: sp, side: side, k: k, yield: yield}
				if !s.descend(&pendingChoices{choices: all, most: mostOf(all, side)}, k) {
					return
				}
				met = met || s.met
			}
			if !met {
				return
			}
		}
	}
}

// search visits the states that depart from one side in exactly k digits.
type search struct {
	space  *Space
	side   int
	k      int
	digits []uint32
	other  int // departures from the other side so far
	met    bool
	yield  func(State) bool
}

// pendingChoices is what is still to be chosen, the first first.
type pendingChoices struct {
	choices []choice
	most    int // departures possible in them and in those after
	after   *pendingChoices
}

// descend makes the choices in all ways that depart k times more. It returns false when
// the search is to stop.
func (s *search) descend(p *pendingChoices, k int) bool {
	for p != nil && len(p.choices) == 0 {
		p = p.after
	}
	if p == nil {
		return k > 0 || s.emit()
	}
	c := &p.choices[0]
	rest := pendingChoices{choices: p.choices[1:], most: p.most - c.mostFrom(s.side), after: p.after}
	for option := range c.m {
		from, other := 0, 0
		if option != c.side(s.side) {
			from = 1
		}
		if option != c.side(1-s.side) {
			other = 1
		}
		under := c.under(option)
		most := mostOf(under, s.side) + rest.most
		if from > k || k-from > most {
			continue
		}
		if !s.choose(c, option, other, &pendingChoices{choices: under, most: most, after: &rest}, k-from) {
			return false
		}
	}
	return true
}

func (s *search) choose(c *choice, option uint32, other int, p *pendingChoices, k int) bool {
	if c.m > 1 {
		s.digits = append(s.digits, option)
		defer func() { s.digits = s.digits[:len(s.digits)-1] }()
	}
	s.other += other
	defer func() { s.other -= other }()
	return s.descend(p, k)
}

// emit yields the state, unless it was yielded from the other side, or will be sooner.
func (s *search) emit() bool {
	s.met = true
	if s.other < s.k || s.other == s.k && s.side == sideLost {
		return true
	}
	return s.yield(State{space: s.space, digits: append([]uint32(nil), s.digits...)})
}

func mostOf(choices []choice, side int) int {
	n := 0
	for i := range choices {
		n += choices[i].mostFrom(side)
	}
	return n
}

// mostFrom bounds the departures from a side that are possible in the choice and what
// hangs on it.
func (c *choice) mostFrom(side int) int {
	switch {
	case c.leaf:
		return min(int(c.m)-1, 1)
	case c.m > manyOptions:
		return 1 << 30
	case c.most[side] == 0:
		most := 0
		for option := range c.m {
			n := mostOf(c.under(option), side)
			if option != c.side(side) {
				n++
			}
			most = max(most, n)
		}
		c.most[side] = int32(min(most, 1<<30)) + 1
	}
	return int(c.most[side]) - 1
}

// manyOptions is where looking at what hangs on each option costs more than it saves.
const manyOptions = 16
