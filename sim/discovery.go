package sim

import "fmt"

// Discovery tells how much a sweep still learns: it counts samples, such as the schedules of runs, by their hash. The zero
// value is empty.
type Discovery struct {
	seen             map[uint64]uint32 // how often, up to 3
	samples          uint64
	singles, doubles uint64
	curve            []Found
}

// Found is a point of a discovery curve: how many different samples there were among the first ones.
type Found struct{ Samples, Distinct uint64 }

// Add counts a sample and tells whether it is new.
func (d *Discovery) Add(hash uint64) bool {
	if d.seen == nil {
		d.seen = make(map[uint64]uint32)
	}
	before := d.seen[hash]
	switch before {
	case 0:
		d.singles++
	case 1:
		d.singles--
		d.doubles++
	case 2:
		d.doubles--
	}
	if before < 3 {
		d.seen[hash] = before + 1
	}
	d.samples++
	if d.samples&(d.samples-1) == 0 {
		d.curve = append(d.curve, Found{d.samples, d.Distinct()})
	}
	return before == 0
}

// Samples is how many samples were added.
func (d *Discovery) Samples() uint64 { return d.samples }

// Distinct is how many of them differ.
func (d *Discovery) Distinct() uint64 { return uint64(len(d.seen)) }

// Curve has a point for every power of two up to the number of samples.
func (d *Discovery) Curve() []Found { return append([]Found(nil), d.curve...) }

// Unseen estimates the probability that a further sample is new: the share of samples seen once (Good and Turing; Good:
// The Population Frequencies of Species and the Estimation of Population Parameters, Biometrika 1953). It is 1 without
// samples.
func (d *Discovery) Unseen() float64 {
	if d.samples == 0 {
		return 1
	}
	return float64(d.singles) / float64(d.samples)
}

// Left estimates from below how many different samples have not been seen (Chao: Nonparametric Estimation of the Number
// of Classes in a Population, Scandinavian Journal of Statistics 1984).
func (d *Discovery) Left() float64 {
	if d.samples == 0 {
		return 0
	}
	once, twice := float64(d.singles), float64(d.doubles)
	return once * max(once-1, 0) / (2 * (twice + 1)) * float64(d.samples-1) / float64(d.samples)
}

// String is the estimate as a line for people.
func (d *Discovery) String() string {
	return fmt.Sprintf("%d of %d differ, the next is new with probability %.4f, at least %.0f are left",
		d.Distinct(), d.samples, d.Unseen(), d.Left())
}
