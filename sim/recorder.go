package sim

import "slices"

// Recorder is a Source, and a Strategy, that passes decisions through to others and remembers them. It records the
// schedule as what was chosen, whatever the strategy drew for it. It serves one Sim.
type Recorder struct {
	src       Source
	strategy  Strategy
	keys      keys
	decisions []Decision
}

// NewRecorder records what src decides. The schedule is decided by src if that is a Strategy too, or else by RandomWalk.
func NewRecorder(src Source) *Recorder { return &Recorder{src: src, strategy: strategyOf(src)} }

// Draw implements [Source].
func (r *Recorder) Draw(label string, n uint64) uint64 {
	v := r.src.Draw(label, n)
	d := Decision{Label: label, N: n, Value: v}
	if label != LabelSchedule { // which the key of a step would name; here a strategy is being fed
		d.Key = r.keys.draw(label)
	}
	r.decisions = append(r.decisions, d)
	return v
}

// Next implements [Strategy].
func (r *Recorder) Next(c *Choice) int {
	key := r.keys.step()
	i := r.strategy.Next(c)
	if i < 0 || i >= len(c.Runnable) {
		return i
	}
	chosen := c.Runnable[i]
	if n := len(c.Runnable); n > 1 {
		r.decisions = append(r.decisions, Decision{LabelSchedule, key, uint64(n), c.value(i), chosen.name})
	}
	r.keys.last = chosen
	return i
}

// Decisions returns a copy of the decisions so far, in the order in which they were made.
func (r *Recorder) Decisions() []Decision { return slices.Clone(r.decisions) }
