package sim

import (
	"fmt"
	"slices"
)

// Replay is a Source, and a Strategy, that answers from a recorded list. A decision is found by its label and key, or,
// if it has no key, in the order of the list. What the list holds nothing for is answered with 0. It never fails: where
// the list does not fit the run it adapts, and [Replay.Fits] tells. It serves one Sim.
type Replay struct {
	keys    keys
	list    []Decision
	fits    []Fit
	byKey   map[named]int
	unkeyed map[string][]int // by label, what is left

	missing uint64
}

type named struct {
	label string
	key   Key
}

// Fit tells what became of a recorded decision in a replay.
type Fit uint8

// Fits.
const (
	Rotten  Fit = iota // nothing asked for it, or the task it chose could not run
	Adapted            // it was followed, but among other alternatives than at its recording
	Exact              // it was followed, and the alternatives were as many as at its recording
)

var fitNames = [...]string{"rotten", "adapted", "exact"}

func (f Fit) String() string {
	if int(f) < len(fitNames) {
		return fitNames[f]
	}
	return fmt.Sprintf("Fit(%d)", uint8(f))
}

// NewReplay answers from ds. It keeps no reference to ds. Where several have the same label and key, the first counts.
func NewReplay(ds []Decision) *Replay {
	r := &Replay{
		list:    slices.Clone(ds),
		fits:    make([]Fit, len(ds)),
		byKey:   make(map[named]int, len(ds)),
		unkeyed: make(map[string][]int),
	}
	for i, d := range r.list {
		name := named{d.Label, d.Key}
		if d.Key == (Key{}) {
			r.unkeyed[d.Label] = append(r.unkeyed[d.Label], i)
		} else if _, taken := r.byKey[name]; !taken {
			r.byKey[name] = i
		}
	}
	return r
}

// Draw implements [Source]. A recorded value that is out of range is reduced modulo n.
func (r *Replay) Draw(label string, n uint64) uint64 {
	if n == 0 {
		panic("sim: Draw from an empty range")
	}
	var key Key
	if label != LabelSchedule { // drawn by a strategy that knows no keys
		key = r.keys.draw(label)
	}
	i, ok := r.find(label, key)
	if !ok {
		r.missing++
		return 0
	}
	d := r.list[i]
	r.fits[i] = fit(d.N == n && d.Value < n)
	return d.Value % n
}

// Next implements [Strategy].
func (r *Replay) Next(c *Choice) int {
	key := r.keys.step()
	i := 0
	if len(c.Runnable) > 1 {
		i = r.choose(key, c)
	}
	r.keys.last = c.Runnable[i]
	return i
}

func (r *Replay) choose(key Key, c *Choice) int {
	at, ok := r.find(LabelSchedule, key)
	if !ok {
		r.missing++
		return c.index(0)
	}
	d, n := r.list[at], uint64(len(c.Runnable))
	same := d.N == n && d.Value < n
	if d.Choice == "" {
		r.fits[at] = fit(same)
		return c.index(d.Value % n)
	}
	for i, t := range c.Runnable {
		if t.name == d.Choice {
			r.fits[at] = fit(same && c.value(i) == d.Value)
			return i
		}
	}
	return c.index(0) // the decision is rotten
}

// find returns the place in the list of what a key names or, failing that, of the next decision without a key.
func (r *Replay) find(label string, key Key) (int, bool) {
	if i, ok := r.byKey[named{label, key}]; ok {
		return i, true
	}
	rest := r.unkeyed[label]
	if len(rest) == 0 {
		return 0, false
	}
	r.unkeyed[label] = rest[1:]
	return rest[0], true
}

func fit(exact bool) Fit {
	if exact {
		return Exact
	}
	return Adapted
}

// String counts the fits so far, for people.
func (r *Replay) String() string {
	return fmt.Sprintf("%d decisions exact, %d adapted, %d rotten", r.Exact(), r.Adapted(), r.Rotten())
}

// Fits tells, for every decision of the list, what has become of it so far.
func (r *Replay) Fits() []Fit { return slices.Clone(r.fits) }

// Exact counts the decisions of the list that are [Exact] so far.
func (r *Replay) Exact() uint64 { return r.count(Exact) }

// Adapted counts those that are [Adapted].
func (r *Replay) Adapted() uint64 { return r.count(Adapted) }

// Rotten counts those that are [Rotten].
func (r *Replay) Rotten() uint64 { return r.count(Rotten) }

// Missing counts the draws for which the list held nothing. A replay of a whole recording was faithful if, after the
// run, nothing is adapted, rotten or missing.
func (r *Replay) Missing() uint64 { return r.missing }

func (r *Replay) count(f Fit) (n uint64) {
	for _, g := range r.fits {
		if f == g {
			n++
		}
	}
	return n
}
