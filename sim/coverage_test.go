package sim_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestCoverage(t *testing.T) {
	var c sim.Coverage
	c.Expect("rollback", "never")
	for run := range 3 {
		s := sim.New(sim.Config{})
		s.Reachable("start")
		s.Sometimes("retry", run == 2)
		s.Sometimes("impossible", false)
		s.Watermark("queue", 1-int64(run))
		s.Watermark("queue", 5)
		if run == 1 {
			s.Reachable("rollback")
		}
		c.Add(s)
	}
	want := []sim.Mark{
		{Label: "impossible"},
		{Label: "never"},
		{Label: "queue", Reached: 6, Valued: true, Low: -1, Top: 5},
		{Label: "retry", Reached: 1},
		{Label: "rollback", Reached: 1},
		{Label: "start", Reached: 3},
	}
	if diff := cmp.Diff(want, c.Marks()); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"impossible", "never"}, c.Missing()); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if got, want := fmt.Sprint(c.Marks()[2:4]), "[queue: reached 6 times, from -1 to 5 retry: reached 1 times]"; got != want {
		t.Errorf("marks as text = %s, want %s", got, want)
	}
}

func TestDiscovery(t *testing.T) {
	tests := []struct {
		name         string
		samples      []uint64
		distinct     uint64
		unseen, left float64
		curve        []sim.Found
	}{
		{name: "nothing", unseen: 1},
		{"all new", []uint64{1, 2, 3}, 3, 1, 3 * 2 / 2.0 * 2 / 3, []sim.Found{{1, 1}, {2, 2}}},
		{"some twice", []uint64{1, 2, 1, 3}, 3, 0.5, 2 * 1 / 4.0 * 3 / 4, []sim.Found{{1, 1}, {2, 2}, {4, 3}}},
		{"all twice", []uint64{1, 2, 2, 1}, 2, 0, 0, []sim.Found{{1, 1}, {2, 2}, {4, 2}}},
		{"often", []uint64{1, 1, 1, 1, 1, 1, 1, 2}, 2, 1 / 8.0, 0, []sim.Found{{1, 1}, {2, 1}, {4, 1}, {8, 2}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var d sim.Discovery
			for _, s := range test.samples {
				d.Add(s)
			}
			if d.Samples() != uint64(len(test.samples)) || d.Distinct() != test.distinct {
				t.Errorf("%d samples, %d distinct, want %d, %d", d.Samples(), d.Distinct(), len(test.samples), test.distinct)
			}
			if d.Unseen() != test.unseen || d.Left() != test.left {
				t.Errorf("Unseen() = %v, Left() = %v, want %v, %v", d.Unseen(), d.Left(), test.unseen, test.left)
			}
			if diff := cmp.Diff(test.curve, d.Curve()); diff != "" {
				t.Errorf("curve (-want +got):\n%s", diff)
			}
		})
	}
}

// The estimates are near the truth, which is known here: a program with 70 schedules, each equally likely or nearly so.
func TestDiscoveryEstimates(t *testing.T) {
	var d sim.Discovery
	var all = make(map[uint64]bool)
	run := func(seed uint64) uint64 {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		for range 2 {
			s.Go("task", func() { s.Yield("a"); s.Yield("b"); s.Yield("c") })
		}
		s.Run()
		return s.Shape()
	}
	for seed := range uint64(20_000) {
		all[run(seed)] = true
	}
	for seed := range uint64(60) {
		d.Add(run(seed))
	}
	fresh := 0
	seen := make(map[uint64]bool)
	for seed := range uint64(60) {
		seen[run(seed)] = true
	}
	const later = 2000
	for seed := uint64(100_000); seed < 100_000+later; seed++ {
		if !seen[run(seed)] {
			fresh++
		}
	}
	if truth := float64(fresh) / later; math.Abs(d.Unseen()-truth) > 0.12 {
		t.Errorf("Unseen() = %.3f, truth %.3f", d.Unseen(), truth)
	}
	if truth := float64(uint64(len(all)) - d.Distinct()); d.Left() > truth*1.5 || d.Left() < truth/4 {
		t.Errorf("Left() = %.1f, truth %.0f of %d", d.Left(), truth, len(all))
	}
}
