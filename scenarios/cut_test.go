package scenarios_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// TestCuts holds a run that keeps its cuts to the one that does not, and the cuts to the trace.
func TestCuts(t *testing.T) {
	cuts, fates, windows, gone := uint64(0), map[string]int{}, 0, 0
	for seed := uint64(1); seed <= 40; seed++ {
		c := scenarios.Config{Scenario: "torn-write", Seed: seed, Faults: scenarios.FaultsHeavy}
		plain, err := scenarios.Run(c)
		if err != nil {
			t.Fatal(err)
		}
		c.Keep = sim.KeepAll
		kept, err := scenarios.Run(c)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(plain, kept, cmpopts.IgnoreFields(scenarios.Result{}, "Trace", "Cuts", "Stack")); d != "" {
			t.Errorf("seed %d without and with its trace (-without +with):\n%s", seed, d)
		}
		if got := uint64(len(kept.Cuts)); got != kept.Counters.PowerCuts {
			t.Errorf("seed %d: %d cuts, want %d", seed, got, kept.Counters.PowerCuts)
		}
		for _, cut := range kept.Cuts {
			cuts++
			if cut.Event <= 0 || cut.Event > len(kept.Trace) {
				t.Errorf("seed %d: cut after %d events of %d", seed, cut.Event, len(kept.Trace))
			}
			lost := 0
			for _, f := range cut.Fates {
				fates[f.Outcome]++
				if f.Outcome != "survived" {
					lost++
				}
			}
			if len(cut.Changed) > 0 && lost == 0 {
				t.Errorf("seed %d: %v differ, though all survived", seed, cut.Changed)
			}
			for _, change := range cut.Changed {
				windows += len(change.Windows)
				if change.After == "" && len(change.Windows) > 0 {
					gone++
					w := change.Windows[0]
					if want := fmt.Sprintf("a file of %d bytes", w.Length); change.Before != want || int64(len(w.Before)) != min(w.Length, 256) || len(w.After) != 0 {
						t.Errorf("seed %d: %s was %s and is gone, shown are %d and %d bytes", seed, change.Path, change.Before, len(w.Before), len(w.After))
					}
				}
			}
		}
	}
	if cuts == 0 || fates["survived"] == 0 || fates["lost"] == 0 || windows == 0 || gone == 0 {
		t.Errorf("%d cuts, fates %v, %d windows, %d files gone: want some of each", cuts, fates, windows, gone)
	}
}

// TestReplayPlaces holds the place of a decision of the schedule to the switch that it makes.
func TestReplayPlaces(t *testing.T) {
	recording, result, err := scenarios.Record(scenarios.Config{Scenario: "crash", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	replay, err := recording.Replay(sim.KeepAll)
	if err != nil {
		t.Fatal(err)
	}
	if replay.Digest != result.Digest {
		t.Fatalf("digest = %v, want %v", replay.Digest, result.Digest)
	}
	switches := 0
	for i, d := range recording.Decisions {
		at := replay.At[i]
		if at < 0 {
			t.Errorf("%v was not asked for", d)
			continue
		}
		if e := replay.Trace[at]; d.Label == sim.LabelSchedule && e.Kind == sim.KindSwitch {
			switches++
			if e.Task != d.Choice {
				t.Errorf("%v is followed by %v", d, e)
			}
		}
	}
	if switches < 100 {
		t.Errorf("%d switches, want 100 and more", switches)
	}
}
