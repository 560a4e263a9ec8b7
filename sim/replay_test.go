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
	first, second := sim.Key{Ordinal: 1}, sim.Key{Ordinal: 2}
	want := []sim.Decision{{"a", first, 10, 5, ""}, {"b", first, 3, 2, ""}, {"a", second, 4, 1, ""}}
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
	type counts struct{ Exact, Adapted, Missing, Rotten uint64 }
	tests := []struct {
		name  string
		list  []sim.Decision
		draws []draw
		want  counts
	}{
		{
			name:  "exact",
			list:  []sim.Decision{{Label: "a", N: 10, Value: 7}, {Label: "a", N: 5, Value: 4}},
			draws: []draw{{"a", 10, 7}, {"a", 5, 4}},
			want:  counts{Exact: 2},
		},
		{
			name:  "a queue for each label",
			list:  []sim.Decision{{Label: "a", N: 10, Value: 7}, {Label: "b", N: 10, Value: 3}, {Label: "a", N: 10, Value: 8}},
			draws: []draw{{"a", 10, 7}, {"a", 10, 8}, {"b", 10, 3}},
			want:  counts{Exact: 3},
		},
		{
			name:  "out of range is reduced",
			list:  []sim.Decision{{Label: "a", N: 10, Value: 7}},
			draws: []draw{{"a", 5, 2}},
			want:  counts{Adapted: 1},
		},
		{
			name:  "another range that still holds the value",
			list:  []sim.Decision{{Label: "a", N: 10, Value: 7}},
			draws: []draw{{"a", 20, 7}},
			want:  counts{Adapted: 1},
		},
		{
			name:  "a value beyond its own range",
			list:  []sim.Decision{{Label: "a", N: 5, Value: 7}},
			draws: []draw{{"a", 5, 2}},
			want:  counts{Adapted: 1},
		},
		{
			name:  "exhausted",
			list:  []sim.Decision{{Label: "a", N: 10, Value: 7}},
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
			list:  []sim.Decision{{Label: "a", N: 10, Value: 7}, {Label: "b", N: 10, Value: 7}},
			draws: []draw{{"b", 10, 7}},
			want:  counts{Exact: 1, Rotten: 1},
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
			got := counts{r.Exact(), r.Adapted(), r.Missing(), r.Rotten()}
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
		if replay.Adapted() != 0 || replay.Missing() != 0 || replay.Rotten() != 0 {
			t.Fatalf("replay adapted %d, missed %d; %d rotten; want none", replay.Adapted(), replay.Missing(), replay.Rotten())
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

// watched is a program whose decisions have telling keys: two writers, a reader, draws in one of them. bystanders take
// part in nothing, and detour is further code of the reader.
func watched(src sim.Source, bystanders int, detour bool) (sim.Outcome, string) {
	s := sim.New(sim.Config{Source: src})
	story := ""
	s.Go("reader", func() {
		if detour {
			s.Yield("detour")
		}
		for range 3 {
			s.Yield("look")
			story += "r"
		}
	})
	for _, name := range []string{"ann", "bob"} {
		s.Go(name, func() {
			for range 3 {
				s.Yield("write")
				story += name[:1]
			}
			story += string('0' + rune(s.Draw("digit", 10)))
		})
	}
	for range bystanders {
		s.Go("bystander", func() {})
	}
	return s.Run(), story
}

// What a recording says about some tasks still holds when others come and go, and when the code of one has changed.
func TestReplaySurvivesUnrelatedChanges(t *testing.T) {
	recorder := sim.NewRecorder(sim.NewSeed(5))
	_, want := watched(recorder, 0, false)
	decisions := recorder.Decisions()
	tests := []struct {
		name             string
		bystanders       int
		detour           bool
		adapted, missing bool
	}{
		{name: "unchanged"},
		{name: "further tasks", bystanders: 2, adapted: true, missing: true},
		{name: "a further yield point", detour: true, missing: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			replay := sim.NewReplay(decisions)
			_, got := watched(replay, test.bystanders, test.detour)
			if got != want {
				t.Errorf("story = %s, recorded %s", got, want)
			}
			for _, c := range []struct {
				what string
				got  uint64
				want bool
			}{
				{"adapted", replay.Adapted(), test.adapted}, {"rotten", replay.Rotten(), false},
				{"missing", replay.Missing(), test.missing},
			} {
				if (c.got > 0) != c.want {
					t.Errorf("%d %s, want some: %t", c.got, c.what, c.want)
				}
			}
		})
	}
}

// Each decision tells for itself what became of it.
func TestFits(t *testing.T) {
	list := []sim.Decision{
		{sim.LabelSchedule, sim.Key{Ordinal: 1}, 3, 1, "ann"},
		{sim.LabelSchedule, sim.Key{"ann", sim.Site{Kind: sim.SiteYield, Object: "write"}, 2}, 3, 2, "reader"},
		{sim.LabelSchedule, sim.Key{"ann", sim.Site{Kind: sim.SiteYield, Object: "write"}, 3}, 3, 1, "carol"},
		{sim.LabelSchedule, sim.Key{"ann", sim.Site{Kind: sim.SiteYield, Object: "wrote"}, 1}, 3, 1, "bob"},
		{"digit", sim.Key{"ann", sim.Site{Kind: sim.SiteYield, Object: "write"}, 1}, 10, 7, ""},
		{"digit", sim.Key{"bob", sim.Site{Kind: sim.SiteYield, Object: "write"}, 1}, 100, 42, ""},
		{"digit", sim.Key{"carol", sim.Site{Kind: sim.SiteYield, Object: "write"}, 1}, 10, 7, ""},
	}
	replay := sim.NewReplay(list)
	_, story := watched(replay, 0, false)
	if want := "arrraa7bbb2"; story != want {
		t.Errorf("story = %s, want %s", story, want)
	}
	want := []sim.Fit{sim.Exact, sim.Adapted, sim.Rotten, sim.Rotten, sim.Exact, sim.Adapted, sim.Rotten}
	if diff := cmp.Diff(want, replay.Fits()); diff != "" {
		t.Errorf("fits (-want +got):\n%s", diff)
	}
}
