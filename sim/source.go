package sim

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// LabelSchedule is the label under which a strategy draws which task goes next.
const LabelSchedule = "schedule"

// A Source makes every decision of a run that could go either way.
//
// A label names the concern a decision belongs to ("schedule", "fault", "workload") and is a constant string. Each
// label is a stream of its own: a further draw under one label never shifts what another label yields.
type Source interface {
	// Draw returns a number in [0, n). It panics if n is 0.
	// Callers give 0 the plainest meaning (no switch, no fault, the shortest delay), because an exhausted
	// replay answers 0 and shrinking strives for it.
	Draw(label string, n uint64) uint64
}

// Chance decides with probability num/den whether something strikes. A draw of 0 means that it does not, unless
// num >= den, which means always. It panics if den is 0.
func Chance(src Source, label string, num, den uint64) bool {
	v := src.Draw(label, den)
	return num >= den || v >= den-num
}

// Between draws uniformly from lo to hi, both included. It panics if hi < lo.
func Between(src Source, label string, lo, hi uint64) uint64 {
	if hi < lo {
		panic("sim: Between: hi is below lo")
	}
	if hi-lo == math.MaxUint64 {
		return src.Draw(label, 1<<32)<<32 | src.Draw(label, 1<<32)
	}
	return lo + src.Draw(label, hi-lo+1)
}

// SourceFunc is a Source made of a function. With it a generator of another library decides, as in
//
//	sim.SourceFunc(func(label string, n uint64) uint64 { return rapid.Uint64Range(0, n-1).Draw(t, label) })
type SourceFunc func(label string, n uint64) uint64

// Draw implements [Source].
func (f SourceFunc) Draw(label string, n uint64) uint64 { return f(label, n) }

// Seed is a Source whose every label is a PCG stream derived from one seed.
// It is not safe for concurrent use; simulated tasks, of which one runs at a time, may share it.
type Seed struct {
	seed    uint64
	streams map[string]*rand.PCG
	label   string    // label of the last draw
	last    *rand.PCG // and its stream
}

// NewSeed returns the source of the given seed. Its outputs never change: a golden test pins them.
func NewSeed(seed uint64) *Seed {
	return &Seed{seed: seed, streams: make(map[string]*rand.PCG)}
}

// Draw implements [Source]; every number is equally likely.
func (s *Seed) Draw(label string, n uint64) uint64 {
	if n == 0 {
		panic("sim: Draw from an empty range")
	}
	return reduce(s.stream(label), n)
}

func (s *Seed) stream(label string) *rand.PCG {
	if s.last != nil && s.label == label {
		return s.last
	}
	pcg := s.streams[label]
	if pcg == nil {
		pcg = rand.NewPCG(s.seed, fnvString(fnvOffset, label))
		s.streams[label] = pcg
	}
	s.label, s.last = label, pcg
	return pcg
}

// reduce is Lemire's unbiased multiplication method. It is ours, and not rand.Uint64N, because Go promises the
// outputs of PCG and not those of the methods above it.
func reduce(pcg *rand.PCG, n uint64) uint64 {
	hi, lo := bits.Mul64(pcg.Uint64(), n)
	if lo < n {
		for biased := -n % n; lo < biased; {
			hi, lo = bits.Mul64(pcg.Uint64(), n)
		}
	}
	return hi
}
