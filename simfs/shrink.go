package simfs

// departures are choices that do not fall as on one side, with their options.
type departures struct {
	side int
	from map[*choice]uint32
	keys []*choice // in order
}

// departures returns how the state departs from a side.
func (s State) departures(side int) departures {
	d := departures{side: side, from: map[*choice]uint32{}}
	i := 0
	s.space.digits(func(c *choice) uint32 {
		digit := s.digits[i]
		i++
		if digit != c.side(side) {
			d.from[c] = digit
			d.keys = append(d.keys, c)
		}
		return digit
	})
	return d
}

// state returns the state that departs so.
func (d *departures) state(sp *Space) State {
	return State{space: sp, digits: sp.digits(func(c *choice) uint32 {
		if option, ok := d.from[c]; ok {
			return option
		}
		return c.side(d.side)
	})}
}

// shrink looks for a state with fewer departures from either side that fails too, until
// none of them can be taken back. It returns the smaller of what it finds from the two
// sides, the one near to all surviving if they are equal.
func (s State) shrink(fails func(State) bool) State {
	best := s.shrinkTo(sideKept, fails)
	other := s.shrinkTo(sideLost, fails)
	if len(other.departures(sideLost).keys) < len(best.departures(sideKept).keys) {
		return other
	}
	return best
}

func (s State) shrinkTo(side int, fails func(State) bool) State {
	for again := true; again; {
		again = false
		for _, c := range s.departures(side).keys {
			d := s.departures(side)
			if _, ok := d.from[c]; !ok {
				continue // it went with another
			}
			delete(d.from, c)
			if fewer := d.state(s.space); fails(fewer) {
				s, again = fewer, true
			}
		}
	}
	return s
}
