package sim

import "slices"

// LabelPCT is the label under which [PCT] draws.
const LabelPCT = "pct"

// PCT is probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with
// Probabilistic Guarantees of Finding Bugs, ASPLOS 2010). Every task has a random priority and the highest that can run
// goes on; at depth-1 steps, drawn uniformly from the first steps of the run, the task that would go on falls below all
// that have not fallen so. In a run of n tasks and at most as many steps, a failure of that depth strikes with a probability of at least
// 1/(n*steps^(depth-1)).
//
// The depth of a failure is how many orderings between steps of different tasks suffice to bring it about. A depth or
// steps below 1 counts as 1. A task that spins until another has done something can keep the others from running until
// a bound ends the run.
func PCT(src Source, depth, steps uint64) Strategy {
	return &pct{src: src, depth: max(depth, 1), steps: max(steps, 1)}
}

type pct struct {
	src          Source
	depth, steps uint64
	changes      []uint64 // the steps of the changes; nil until the first step
	priorities   []uint64 // by task id; zero if not drawn
}

// pctPriorities is how many different priorities a task can start with. They lie above the depth.
const pctPriorities = 1 << 32

func (p *pct) Next(c *Choice) int {
	if p.changes == nil {
		p.changes = make([]uint64, p.depth-1)
		for i := range p.changes {
			p.changes[i] = 1 + p.src.Draw(LabelPCT, p.steps)
		}
	}
	for _, t := range c.Runnable {
		if p.of(t) == 0 {
			p.priorities[t.id] = p.depth + p.src.Draw(LabelPCT, pctPriorities)
		}
	}
	i := p.highest(c)
	for at, step := range p.changes {
		if step == c.Step {
			p.priorities[c.Runnable[i].id] = uint64(at) + 1
			i = p.highest(c)
		}
	}
	return i
}

func (p *pct) of(t *Task) uint64 {
	if grow := t.id + 1 - len(p.priorities); grow > 0 {
		p.priorities = append(p.priorities, slices.Repeat([]uint64{0}, grow)...)
	}
	return p.priorities[t.id]
}

func (p *pct) highest(c *Choice) int {
	best := 0
	for i, t := range c.Runnable {
		if p.priorities[t.id] > p.priorities[c.Runnable[best].id] {
			best = i
		}
	}
	return best
}
