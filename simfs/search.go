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
		var all []*choice
		for i := range sp.clusters {
			all = append(all, sp.clusters[i].choices...)
		}
		s := search{space: sp, yield: yield}
		for k := 0; ; k++ {
			met := false
			for side := range 2 {
				s.side, s.k, s.met = side, k, false
				if !s.run(all) {
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
	stack  []stillToChoose
	digits []uint32
	other  int // departures from the other side so far
	met    bool
	yield  func(State) bool
}

// stillToChoose is choices that are not made yet, the first first.
type stillToChoose struct {
	choices []*choice
	most    int // departures possible in them and in those after
	after   int // place in the stack of those to be made then, -1 = none
}

func (s *search) run(all []*choice) bool {
	s.stack = append(s.stack[:0], stillToChoose{choices: all, most: mostOf(all, s.side), after: -1})
	return s.descend(0, s.k)
}

// descend makes the choices at a place of the stack, and those after, in all ways that
// depart k times more. It returns false when the search is to stop.
func (s *search) descend(at, k int) bool {
	for at >= 0 && len(s.stack[at].choices) == 0 {
		at = s.stack[at].after
	}
	if at < 0 {
		return k > 0 || s.emit()
	}
	f, rest := s.stack[at], len(s.stack)
	c := f.choices[0]
	most := f.most - c.mostFrom(s.side)
	s.stack = append(s.stack, stillToChoose{choices: f.choices[1:], most: most, after: f.after})
	for option := range c.m {
		left, next := k, rest
		if option != c.side(s.side) {
			left--
		}
		possible := most
		if under := c.under(option); len(under) > 0 {
			possible += mostOf(under, s.side)
			next = len(s.stack)
			s.stack = append(s.stack, stillToChoose{choices: under, most: possible, after: rest})
		}
		if left >= 0 && left <= possible && !s.choose(c, option, next, left) {
			return false
		}
		s.stack = s.stack[:rest+1]
	}
	s.stack = s.stack[:rest]
	return true
}

// choose makes one choice and goes on.
func (s *search) choose(c *choice, option uint32, next, left int) bool {
	digits, other := len(s.digits), s.other
	if c.m > 1 {
		s.digits = append(s.digits, option)
	}
	if option != c.side(1-s.side) {
		s.other++
	}
	goOn := s.descend(next, left)
	s.digits, s.other = s.digits[:digits], other
	return goOn
}

// emit yields the state, unless it was yielded from the other side, or will be sooner.
func (s *search) emit() bool {
	s.met = true
	if s.other < s.k || s.other == s.k && s.side == sideLost {
		return true
	}
	return s.yield(State{space: s.space, digits: append([]uint32(nil), s.digits...)})
}

func mostOf(choices []*choice, side int) int {
	n := 0
	for _, c := range choices {
		n += c.mostFrom(side)
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
