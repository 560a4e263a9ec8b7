package scenarios

import (
	"testing"

	"github.com/batpak/batpak-sim/sim"
)

// few is a strategy that draws who goes on where the running task cannot, and switches
// away from it so many times at most.
type few struct {
	src  sim.Source
	left int
}

func (f *few) Next(c *sim.Choice) int {
	if c.Current >= 0 {
		if f.left == 0 || len(c.Runnable) == 1 || f.src.Draw("preempt", 20) > 0 {
			return c.Current
		}
		f.left--
	}
	return int(f.src.Draw("task", uint64(len(c.Runnable))))
}

// What a run shows that is drawn, with a crash image that is drawn and another of a
// crash in the recovery, an exploration to the same bounds has judged: it leaves
// nothing out.
func TestExploreHasSeenSamples(t *testing.T) {
	for _, scenario := range []Scenario{crash, tornWrite, racingPublish, failedSync, cancelledRange} {
		t.Run(scenario.Name, func(t *testing.T) {
			const preemptions, crashes, samples = 0, 2, 400
			x := newExploration(t.Context(), ExploreConfig{Crashes: crashes}, scenario)
			if e := sim.Explore(x.run, sim.ExploreConfig{Preemptions: preemptions}); !e.Proved(preemptions) {
				t.Fatal(e)
			}
			taken := 0
			for seed := range uint64(samples) {
				s := sampler{src: sim.NewSeed(seed), scenario: scenario, left: 1 + int(seed%crashes)}
				s.run(preemptions)
				if s.left > 0 {
					continue // the run was over before its crash
				}
				taken++
				if _, judged := x.judged[s.history]; !judged {
					t.Fatalf("seed %d: what the recovery shows was never judged:\n%v", seed, s.events)
				}
			}
			if taken < samples/4 {
				t.Errorf("%d of %d samples came to their crash", taken, samples)
			}
		})
	}
}

// sampler cuts one run at drawn places, into drawn images.
type sampler struct {
	src      sim.Source
	scenario Scenario
	left     int // crashes to come
	history  uint64
	events   []Event
}

func (s *sampler) run(preemptions int) {
	rest := sim.SourceFunc(func(label string, n uint64) uint64 { return s.src.Draw("run."+label, n) })
	w := newClosedWorld(s.scenario, newNotebook(sim.Drive(rest, &few{s.src, preemptions})), 0, 0, nil)
	w.watch = newWatch(moment{}, s.cut)
	w.sim.Go("driver", w.run)
	w.sim.Run()
	w.watch.moment(w.disk)
}

func (s *sampler) cut(m moment) {
	if s.left == 0 || s.src.Draw("cut", 25) > 0 {
		return
	}
	s.left--
	deeper := s.left
	disk, w := m.disk.Space().Sample(s.src.Draw).FS(), newWatch(m, s.cut)
	if s.src.Draw("restart", 4) == 0 {
		disk, w = m.disk.Survivor(), newWatchOnCache(m, s.cut)
	}
	recoverFrom(disk, s.scenario.workload(), w)
	if deeper == s.left {
		s.history, s.events = w.history, w.events.all()
		s.left = 0
	}
}
