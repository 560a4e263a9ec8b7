package sim

import (
	"cmp"
	"fmt"
	"slices"
)

// Coverage is a catalogue of what runs have come by, collected over many of them. The zero value is empty.
type Coverage struct {
	marks map[string]*Mark
}

// A Mark is a label of the catalogue.
type Mark struct {
	Label   string
	Reached uint64 // how often; in a catalogue of many runs, in all of them
	// Watermarks: the lowest and the highest value that [Sim.Watermark] was called with. Valued tells that it was.
	Valued   bool
	Low, Top int64
}

// Reachable notes that the code has come by here.
func (s *Sim) Reachable(label string) { s.coverage.mark(label).Reached++ }

// Sometimes notes whether something is so. In some run of a sweep it must be: a label that was asked about but never
// reached is [Coverage.Missing].
func (s *Sim) Sometimes(label string, is bool) {
	if m := s.coverage.mark(label); is {
		m.Reached++
	}
}

// Watermark notes a number of which the catalogue keeps the lowest and the highest.
func (s *Sim) Watermark(label string, value int64) {
	m := s.coverage.mark(label)
	m.Reached++
	m.value(value, value)
}

// State notes a state of the code under test, as a hash that the caller makes of it. A sweep counts how many differ.
func (s *Sim) State(hash uint64) {
	if s.states == nil {
		s.states = make(map[uint64]struct{})
	}
	if _, known := s.states[hash]; !known {
		s.states[hash] = struct{}{}
		s.stateList = append(s.stateList, hash)
	}
}

// Expect puts labels into the catalogue that must be reached, also where the code that names them is never run.
func (c *Coverage) Expect(labels ...string) {
	for _, l := range labels {
		c.mark(l)
	}
}

// Add takes in what a run has come by.
func (c *Coverage) Add(s *Sim) {
	for _, m := range s.coverage.Marks() {
		into := c.mark(m.Label)
		into.Reached += m.Reached
		if m.Valued {
			into.value(m.Low, m.Top)
		}
	}
}

// Marks returns the catalogue, by label.
func (c *Coverage) Marks() []Mark {
	out := make([]Mark, 0, len(c.marks))
	for _, m := range c.marks {
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b Mark) int { return cmp.Compare(a.Label, b.Label) })
	return out
}

// Missing returns the labels that were never reached, sorted.
func (c *Coverage) Missing() []string {
	var out []string
	for _, m := range c.Marks() {
		if m.Reached == 0 {
			out = append(out, m.Label)
		}
	}
	return out
}

func (c *Coverage) mark(label string) *Mark {
	m := c.marks[label]
	if m == nil {
		if c.marks == nil {
			c.marks = make(map[string]*Mark)
		}
		m = &Mark{Label: label}
		c.marks[label] = m
	}
	return m
}

func (m *Mark) value(low, top int64) {
	if m.Valued {
		low, top = min(low, m.Low), max(top, m.Top)
	}
	m.Valued, m.Low, m.Top = true, low, top
}

// String is the mark as a line for people.
func (m Mark) String() string {
	line := fmt.Sprintf("%s: reached %d times", m.Label, m.Reached)
	if m.Valued {
		line += fmt.Sprintf(", from %d to %d", m.Low, m.Top)
	}
	return line
}
