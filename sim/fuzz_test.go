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
