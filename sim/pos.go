package sim

import "slices"

// LabelPOS is the label under which [POS] draws.
const LabelPOS = "pos"

// POS is partial order sampling (Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling, CAV 2018). What each task does
// next has a random priority, the highest goes on, and then everything that conflicts with it ([Site.Conflicts]) draws
// anew. Orders that differ only in steps that do not touch the same object thus count as one, where a random walk
// samples the common ones over and over. Where no site declares an object, POS is a random walk.
func POS(src Source) Strategy { return &pos{src: src} }

type pos struct {
	src        Source
	priorities []uint64 // by task id; zero if it is to be drawn
}

func (p *pos) Next(c *Choice) int {
	best := 0
	for i, t := range c.Runnable {
		if p.draw(t) > p.priorities[c.Runnable[best].id] {
			best = i
		}
	}
	site := c.Runnable[best].site
	for i, t := range c.Runnable {
		if i == best || site.Conflicts(t.site) {
			p.priorities[t.id] = 0
		}
	}
	return best
}

func (p *pos) draw(t *Task) uint64 {
	if grow := t.id + 1 - len(p.priorities); grow > 0 {
		p.priorities = append(p.priorities, slices.Repeat([]uint64{0}, grow)...)
	}
	if p.priorities[t.id] == 0 {
		p.priorities[t.id] = 1 + p.src.Draw(LabelPOS, 1<<32)
	}
	return p.priorities[t.id]
}
