package simfs

import "iter"

// The survival rates: the odds that any one thing departs from the common fate of
// its image. Uniform choice alone would leave almost every image near the middle,
// and miss those that lack, or have, nearly everything, where most bugs are.
var rates = [...]struct {
	odds uint64 // one in so many departs; 1 = no common fate
	side int    // the common fate
}{
	{16, sideLost}, {4, sideLost}, {1, sideLost}, {4, sideKept}, {16, sideKept},
}

// Sample draws a state: first a survival rate, when there is anything to choose, and
// then each choice at that rate. choose returns a value below n; see Config.Choose.
func (sp *Space) Sample(choose func(label string, n uint64) uint64) State {
	rate := -1
	return State{space: sp, digits: sp.digits(func(c *choice) uint32 {
		if rate < 0 {
			rate = int(choose(LabelSurvival, uint64(len(rates))))
		}
		r := rates[rate]
		if c.lost == c.kept || r.odds == 1 || choose(c.label, r.odds) == 0 {
			return uint32(choose(c.label, uint64(c.m)))
		}
		return c.side(r.side)
	})}
}

// Samples yields n states that are drawn so, with their images: every rate in turn.
func (sp *Space) Samples(n int, choose func(label string, n uint64) uint64) iter.Seq2[State, *FS] {
	return func(yield func(State, *FS) bool) {
		d := sp.newDraft()
		for i := range n {
			s := sp.Sample(func(label string, n uint64) uint64 {
				if label == LabelSurvival {
					return uint64(i) % n
				}
				return choose(label, n)
			})
			d.make(s.digits)
			if !yield(s, d.image()) {
				return
			}
		}
	}
}
