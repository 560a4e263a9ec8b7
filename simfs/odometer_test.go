package simfs_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

// odometer replays a prefix of digits and extends it with zeros; advance moves it
// to the next leaf of the decision tree. It makes whatever draws from it
// enumerable.
type odometer struct {
	digits, sizes []uint64
	at            int
	fixed         map[string]uint64 // labels that are not enumerated
}

// evenOdds is the survival rate at which one draw settles each thing.
const evenOdds = 2

func newOdometer() *odometer {
	return &odometer{fixed: map[string]uint64{simfs.LabelSurvival: evenOdds}}
}

func (o *odometer) choose(label string, n uint64) uint64 {
	if v, ok := o.fixed[label]; ok {
		return v
	}
	if o.at == len(o.digits) {
		o.digits, o.sizes = append(o.digits, 0), append(o.sizes, n)
	}
	o.at++
	return o.digits[o.at-1]
}

func (o *odometer) advance() bool {
	o.digits, o.sizes, o.at = o.digits[:o.at], o.sizes[:o.at], 0
	for last := len(o.digits) - 1; last >= 0; last-- {
		if o.digits[last]++; o.digits[last] < o.sizes[last] {
			return true
		}
		o.digits, o.sizes = o.digits[:last], o.sizes[:last]
	}
	return false
}

// images crashes what build has made in every way there is, and returns the
// distinct results of show, sorted. show may crash what it is given again.
func images(t testing.TB, build func(t testing.TB, f *simfs.FS), show func(f *simfs.FS) string) []string {
	t.Helper()
	o := newOdometer()
	f := newFS(t, simfs.Config{Choose: o.choose})
	build(t, f)
	return o.each(func() string { return show(f.Crash()) })
}

// each runs body once for every leaf of its tree of decisions, and returns the
// distinct results, sorted.
func (o *odometer) each(body func() string) []string {
	seen := map[string]bool{body(): true}
	for o.advance() {
		seen[body()] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
