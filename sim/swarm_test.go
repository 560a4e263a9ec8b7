package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/sim"
)

func TestSwarm(t *testing.T) {
	labels := []string{"fault", "fault/torn", "faulty", "kill", "workload"}
	tests := []struct {
		name  string
		draws script
		want  []uint64
	}{
		{"both on", script{1, 1, 5, 5, 5, 5, 5}, []uint64{5, 5, 5, 5, 5}},
		{"faults off", script{0, 1, 5, 5, 5}, []uint64{0, 0, 5, 5, 5}},
		{"kills off", script{1, 0, 5, 5, 5, 5}, []uint64{5, 5, 5, 0, 5}},
		{"both off", script{0, 0, 5, 5}, []uint64{0, 0, 5, 0, 5}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := sim.Swarm(&test.draws, "fault", "kill")
			var got []uint64
			for _, label := range labels {
				got = append(got, src.Draw(label, 10))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("draws (-want +got):\n%s", diff)
			}
			if len(test.draws) > 0 {
				t.Errorf("%d draws left, want none", len(test.draws))
			}
		})
	}
}

// A swarm leaves the schedule to the strategy that its source is.
func TestSwarmKeepsTheStrategy(t *testing.T) {
	src := sim.Swarm(sim.Drive(sim.NewSeed(1), alternate{}), "fault")
	if got, want := story(src.(sim.Strategy), yield), story(alternate{}, yield); got != want {
		t.Errorf("order = %s, want %s", got, want)
	}
}

func TestBytes(t *testing.T) {
	src := sim.NewBytes([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255})
	type draw struct{ n, want uint64 }
	for i, d := range []draw{{1, 0}, {2, 1}, {256, 2}, {257, 0x0304 % 257}, {1 << 63, 0x05060708090a0bff % (1 << 63)}, {10, 0}} {
		if got := src.Draw("x", d.n); got != d.want {
			t.Errorf("draw %d: Draw(%d) = %d, want %d", i, d.n, got, d.want)
		}
	}
}

// The bytes of a recording make the same run.
func TestAppendBytes(t *testing.T) {
	for seed := range uint64(20) {
		recorder := sim.NewRecorder(sim.NewSeed(seed))
		want := mixture(recorder).Run()
		b := sim.AppendBytes([]byte("x"), recorder.Decisions())
		if diff := cmp.Diff(want, mixture(sim.NewBytes(b[1:])).Run()); diff != "" {
			t.Errorf("seed %d (-recorded +from bytes):\n%s", seed, diff)
		}
	}
}

// A generator of rapid can decide a run.
func TestSourceFunc(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := sim.SourceFunc(func(label string, n uint64) uint64 { return rapid.Uint64Range(0, n-1).Draw(t, label) })
		recorder := sim.NewRecorder(src)
		o := mixture(recorder).Run()
		if again := mixture(sim.NewReplay(recorder.Decisions())).Run(); again.Digest != o.Digest {
			t.Fatalf("replay: %v, want %v", again, o)
		}
	})
}
