package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// FuzzReplay takes bytes for decisions: whatever they are, the run ends well and comes out the same twice.
func FuzzReplay(f *testing.F) {
	recorder := sim.NewRecorder(sim.NewSeed(1))
	mixture(recorder).Run()
	var recorded []byte
	for _, d := range recorder.Decisions() {
		recorded = append(recorded, byte(d.Value))
	}
	f.Add(recorded)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, values []byte) {
		var decisions []sim.Decision
		for i, v := range values {
			label := []string{sim.LabelSchedule, "sleep", "timeout", "value", "life", "kill"}[i%6]
			decisions = append(decisions, sim.Decision{Label: label, N: 256, Value: uint64(v)})
		}
		first, second := mixture(sim.NewReplay(decisions)).Run(), mixture(sim.NewReplay(decisions)).Run()
		if first.Reason != sim.Done {
			t.Errorf("Run: %v", first)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("two runs of the same decisions differ (-first +second):\n%s", diff)
		}
	})
}

// FuzzSchedule lets the bytes decide everything, so that coverage guides the search of schedules.
func FuzzSchedule(f *testing.F) {
	for seed := range uint64(5) {
		recorder := sim.NewRecorder(sim.NewSeed(seed))
		mixture(recorder).Run()
		f.Add(sim.AppendBytes(nil, recorder.Decisions()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		recorder := sim.NewRecorder(sim.NewBytes(b))
		first := mixture(recorder).Run()
		if first.Reason != sim.Done {
			t.Fatalf("Run: %v", first)
		}
		replay := sim.NewReplay(recorder.Decisions())
		if diff := cmp.Diff(first, mixture(replay).Run()); diff != "" || replay.Adapted()+replay.Rotten()+replay.Missing() > 0 {
			t.Errorf("%v (-run +replay):\n%s", replay, diff)
		}
	})
}
