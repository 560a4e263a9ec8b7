package scenarios_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/simfs"
)

// exploredNames are scenarios whose closed workloads differ, and are soon explored.
var exploredNames = []string{
	"crash", "torn-write", "racing-publish", "failed-sync", "full-disk", "fence-crash", "cancelled-range", "batch-atomicity", "long-haul",
}

// Closed workloads are explored to their end, twice with the same certificate, and
// nothing is found.
func TestExploreIsComplete(t *testing.T) {
	for _, name := range exploredNames {
		t.Run(name, func(t *testing.T) {
			config := scenarios.ExploreConfig{Scenario: name, Crashes: 2}
			first := explore(t, t.Context(), config)
			if !first.Complete || first.Verdict() != scenarios.Pass {
				t.Errorf("Explore = %+v, want complete and a pass", first)
			}
			if first.Schedules == 0 || first.Recoveries == 0 || first.Known == 0 || first.Duplicates == 0 ||
				first.Images+first.Restarts != first.Duplicates+first.Recoveries || first.Restarts != first.Moments-first.Known || first.Moments <= first.Known {
				t.Errorf("Explore = %+v, want schedules, recoveries, and images that are duplicates or recovered from", first)
			}
			if d := cmp.Diff(first.Pruned.String(), "0"); d != "" {
				t.Errorf("pruned (-got +want):\n%s", d)
			}
			second := explore(t, t.Context(), config)
			first.Pruned, second.Pruned = nil, nil
			if d := cmp.Diff(first, second); d != "" {
				t.Errorf("explored twice (-first +second):\n%s", d)
			}
		})
	}
}

// A wider bound covers more, a second crash too.
func TestExploreBounds(t *testing.T) {
	config := scenarios.ExploreConfig{Scenario: "crash", Crashes: 1}
	one := explore(t, t.Context(), config)
	config.Crashes = 2
	two := explore(t, t.Context(), config)
	config.Preemptions = 1
	wide := explore(t, t.Context(), config)
	if one.Recoveries >= two.Recoveries || two.Recoveries >= wide.Recoveries || two.Schedules >= wide.Schedules || one.Schedules != two.Schedules {
		t.Errorf("recoveries %d, %d, %d, schedules %d, %d, %d; want more with every bound, and as many schedules with a second crash",
			one.Recoveries, two.Recoveries, wide.Recoveries, one.Schedules, two.Schedules, wide.Schedules)
	}
	if one.Digest == two.Digest || two.Digest == wide.Digest {
		t.Errorf("digests %v, %v, %v, want three", one.Digest, two.Digest, wide.Digest)
	}
}

func TestExploreStops(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	tests := []struct {
		name   string
		ctx    context.Context
		config scenarios.ExploreConfig
	}{
		{"interrupted", stopped, scenarios.ExploreConfig{Scenario: "crash", Crashes: 1}},
		{"bound on schedules", t.Context(), scenarios.ExploreConfig{Scenario: "crash", Crashes: 1, RunMax: 2}},
		{"bound on images", t.Context(), scenarios.ExploreConfig{Scenario: "crash", Crashes: 1, ImageMax: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if c := explore(t, tt.ctx, tt.config); c.Complete || c.Verdict() != scenarios.Inconclusive {
				t.Errorf("Explore = %+v, want not complete and inconclusive", c)
			}
		})
	}
}

func TestExploreRefuses(t *testing.T) {
	for _, config := range []scenarios.ExploreConfig{{}, {Scenario: "flood"}, {Scenario: "crash", Preemptions: -1}, {Scenario: "crash", Crashes: -1}} {
		if _, _, err := scenarios.Explore(t.Context(), config); err == nil {
			t.Errorf("Explore of %+v = nil, want an error", config)
		}
	}
}

func explore(t *testing.T, ctx context.Context, config scenarios.ExploreConfig) scenarios.Certificate {
	t.Helper()
	c, found, err := scenarios.Explore(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	if found != nil {
		t.Fatalf("found %s", found)
	}
	return c
}

// BenchmarkExplore explores crashes with one crash in the recovery. Images counts
// what was made and looked at, recoveries those that the engine recovered from and the
// oracles judged.
func BenchmarkExplore(b *testing.B) {
	for _, name := range []string{"crash", "torn-write", "racing-publish"} {
		b.Run("scenario="+name, func(b *testing.B) {
			var images, recoveries uint64
			for b.Loop() {
				c, _, err := scenarios.Explore(b.Context(), scenarios.ExploreConfig{Scenario: name, Crashes: 2})
				if err != nil || !c.Complete {
					b.Fatal(c, err)
				}
				images += c.Images
				recoveries += c.Recoveries
			}
			b.ReportMetric(float64(images)/b.Elapsed().Seconds(), "images/s")
			b.ReportMetric(float64(recoveries)/b.Elapsed().Seconds(), "recoveries/s")
		})
	}
}

// A recording names what the death of the process alone leaves, as it names the images of
// power cuts.
func TestReplayRestart(t *testing.T) {
	found := make(map[scenarios.Outcome]int)
	for op := range 60 {
		for _, second := range []simfs.StateID{"", simfs.StateID(fmt.Sprintf("%d-restart", op+10)), simfs.StateID(fmt.Sprintf("%d-0", op+10))} {
			r := scenarios.Recording{Scenario: "crash", Closed: true, Images: []simfs.StateID{simfs.StateID(fmt.Sprintf("%d-restart", op))}}
			if second != "" {
				r.Images = append(r.Images, second)
			}
			replay, err := r.Replay(0)
			if err != nil {
				t.Fatal(err)
			}
			if replay.Verdict != scenarios.Pass {
				t.Errorf("images %v: %v, %+v", r.Images, replay.Verdict, replay.Violation)
			}
			if len(replay.Lost) == 0 {
				found[replay.Outcome]++
			}
		}
	}
	if found[scenarios.Committed] < 5 || found[scenarios.RolledBack] < 5 {
		t.Errorf("outcomes %v, want several that are committed, and rolled back", found)
	}
}
