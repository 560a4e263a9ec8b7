package scenarios_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// TestNearest holds the nearest run to all others that leave one decision out.
func TestNearest(t *testing.T) {
	recording, _, err := scenarios.Record(scenarios.Config{Scenario: "crash", Seed: 3, Steps: 4})
	if err != nil {
		t.Fatal(err)
	}
	recording.Decisions = recording.Decisions[:min(40, len(recording.Decisions))]
	got, err := recording.Replay(sim.KeepAll)
	if err != nil {
		t.Fatal(err)
	}
	nearest, err := recording.Nearest(got.Trace)
	if err != nil || nearest == nil {
		t.Fatalf("nearest = %v, %v", nearest, err)
	}
	for i := range recording.Decisions {
		other := recording
		other.Decisions = slices.Delete(slices.Clone(recording.Decisions), i, i+1)
		replay, err := other.Replay(sim.KeepAll)
		if err != nil {
			t.Fatal(err)
		}
		part := 0
		for part < min(len(got.Trace), len(replay.Trace)) && got.Trace[part] == replay.Trace[part] {
			part++
		}
		if replay.Verdict == scenarios.Pass && part > nearest.Part {
			t.Errorf("without decision %d the runs part at %d, later than at %d", i, part, nearest.Part)
		}
		if i != nearest.Without {
			continue
		}
		if part != nearest.Part {
			t.Errorf("the runs part at %d, want %d", nearest.Part, part)
		}
		if d := cmp.Diff(replay.Trace, nearest.Pass.Trace); d != "" {
			t.Errorf("the passing run (-want +got):\n%s", d)
		}
	}
}
