package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/sim"
)

func TestRecorder(t *testing.T) {
	r := sim.NewRecorder(constant(5))
	r.Draw("a", 10)
	r.Draw("b", 3)
	r.Draw("a", 4)
	want := []sim.Decision{{"a", 10, 5}, {"b", 3, 2}, {"a", 4, 1}}
	if diff := cmp.Diff(want, r.Decisions()); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
}

func TestReplay(t *testing.T) {
	type draw struct {
		label string
		n     uint64
		want  uint64
	}
	type counts struct{ Exact, Adapted, Missing, Unused uint64 }
	tests := []struct {
		name  string
		list  []sim.Decision
		draws []draw
		want  counts
	}{
		{
			name:  "exact",
			list:  []sim.Decision{{"a", 10, 7}, {"a", 5, 4}},
			draws: []draw{{"a", 10, 7}, {"a", 5, 4}},
			want:  counts{Exact: 2},
		},
		{
			name:  "a queue for each label",
			list:  []sim.Decision{{"a", 10, 7}, {"b", 10, 3}, {"a", 10, 8}},
			draws: []draw{{"a", 10, 7}, {"a", 10, 8}, {"b", 10, 3}},
			want:  counts{Exact: 3},
		},
		{
			name:  "out of range is reduced",
			list:  []sim.Decision{{"a", 10, 7}},
			draws: []draw{{"a", 5, 2}},
			want:  counts{Adapted: 1},
		},
		{
			name:  "another range that still holds the value",
			list:  []sim.Decision{{"a", 10, 7}},
			draws: []draw{{"a", 20, 7}},
			want:  counts{Adapted: 1},
		},
		{
			name:  "a value beyond its own range",
			list:  []sim.Decision{{"a", 5, 7}},
			draws: []draw{{"a", 5, 2}},
			want:  counts{Adapted: 1},
		},
		{
			name:  "exhausted",
			list:  []sim.Decision{{"a", 10, 7}},
			draws: []draw{{"a", 10, 7}, {"a", 10, 0}},
			want:  counts{Exact: 1, Missing: 1},
		},
		{
			name:  "unknown label",
			draws: []draw{{"a", 10, 0}},
			want:  counts{Missing: 1},
		},
		{
			name:  "left over",
			list:  []sim.Decision{{"a", 10, 7}, {"b", 10, 7}},
			draws: []draw{{"b", 10, 7}},
			want:  counts{Exact: 1, Unused: 1},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := sim.NewReplay(test.list)
			for i, d := range test.draws {
				if got := r.Draw(d.label, d.n); got != d.want {
					t.Errorf("draw %d: Draw(%q, %d) = %d, want %d", i, d.label, d.n, got, d.want)
				}
			}
			got := counts{r.Exact(), r.Adapted(), r.Missing(), r.Unused()}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReplayGivesTheSameRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		recorder := sim.NewRecorder(sim.NewSeed(rapid.Uint64().Draw(t, "seed")))
		recorded := mixture(recorder).Run()
		replay := sim.NewReplay(recorder.Decisions())
		replayed := mixture(replay).Run()
		if diff := cmp.Diff(recorded, replayed); diff != "" {
			t.Fatalf("outcomes (-recorded +replayed):\n%s", diff)
		}
		if replay.Adapted() != 0 || replay.Missing() != 0 || replay.Unused() != 0 {
			t.Fatalf("replay adapted %d, missed %d, left %d, want none", replay.Adapted(), replay.Missing(), replay.Unused())
		}
		if want := uint64(len(recorder.Decisions())); replay.Exact() != want {
			t.Fatalf("Exact() = %d, want %d", replay.Exact(), want)
		}
	})
}

func TestTruncatedReplayStillRuns(t *testing.T) {
	recorder := sim.NewRecorder(sim.NewSeed(4))
	mixture(recorder).Run()
	decisions := recorder.Decisions()
	for keep := 0; keep < len(decisions); keep += 7 {
		replay := sim.NewReplay(decisions[:keep])
		if o := mixture(replay).Run(); o.Reason != sim.Done {
			t.Errorf("with %d of %d decisions: %v", keep, len(decisions), o)
		}
		if replay.Missing() == 0 {
			t.Errorf("with %d of %d decisions: Missing() = 0, want more", keep, len(decisions))
		}
	}
}
