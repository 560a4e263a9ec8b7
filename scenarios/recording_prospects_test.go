package scenarios

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// TestProspectsFindTheDecision lets runs be lost at one decision, and finds just that.
func TestProspectsFindTheDecision(t *testing.T) {
	tests := []struct {
		name  string
		all   int
		fails func(decisions int, seed uint64) bool
		want  Prospect // the first that is lost
	}{
		{"in the midst", 311, func(n int, seed uint64) bool { return n >= 137 || seed == 0 }, Prospect{137, 1360, 5}},
		{"at the first decision", 311, func(n int, _ uint64) bool { return n >= 1 }, Prospect{1, 0, 5}},
		{"at the last", 311, func(n int, _ uint64) bool { return n >= 311 }, Prospect{311, 3100, 5}},
		{"from the beginning", 311, func(int, uint64) bool { return true }, Prospect{0, 0, 5}},
		{"with hope between", 240, func(n int, _ uint64) bool { return n >= 200 || n <= 50 }, Prospect{200, 1990, 5}},
		{"few decisions", 3, func(n int, _ uint64) bool { return n >= 2 }, Prospect{2, 10, 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := make([]int, tt.all)
			for i := range at {
				at[i] = 10 * i
			}
			most, tries := 0, 0
			s := prospecting{fails: tt.fails, at: at, samples: 5, progress: func(done, limit int) bool { tries, most = done, limit; return true }}
			got := s.search()
			if d := cmp.Diff(tt.want, got.Parts[got.Lost]); d != "" {
				t.Errorf("lost (-want +got):\n%s", d)
			}
			if tries > most {
				t.Errorf("%d parts, at most %d were announced", tries, most)
			}
			for i := range got.Parts[1:] {
				if got.Parts[i].Decisions >= got.Parts[i+1].Decisions {
					t.Fatalf("parts %v do not ascend", got.Parts)
				}
			}
		})
	}
}

// TestProspectsEnd ends the search when it is told to.
func TestProspectsEnd(t *testing.T) {
	s := prospecting{fails: func(int, uint64) bool { return true }, at: make([]int, 50), samples: 1, progress: func(int, int) bool { return false }}
	if got := s.search(); got != nil || len(s.parts) != 1 {
		t.Errorf("search = %v after %d parts, want none after one", got, len(s.parts))
	}
}

// TestContinuation holds the part that is kept to the run that it is of, and the rest to its seed.
func TestContinuation(t *testing.T) {
	r, result, err := Record(Config{Scenario: "crash", Seed: 3, Steps: 4})
	if err != nil {
		t.Fatal(err)
	}
	whole := newNotebook(sim.NewReplay(r.Decisions))
	r.play(whole, 0)
	all := whole.Decisions()
	digests := make(map[Digest]bool)
	for _, keep := range []int{0, 1, len(all) / 2, len(all) - 1, len(all)} {
		for seed := range uint64(3) {
			book := newNotebook(newContinuation(r.Decisions, keep, seed))
			got, _ := r.play(book, 0)
			if d := cmp.Diff(all[:keep], book.Decisions()[:keep]); d != "" {
				t.Fatalf("the first %d decisions (-want +got):\n%s", keep, d)
			}
			if keep == len(all) && got.Digest != result.Digest {
				t.Errorf("the whole run comes to %v, want %v", got.Digest, result.Digest)
			}
			digests[got.Digest] = true
		}
	}
	if len(digests) < 8 {
		t.Errorf("%d different runs, want more: the seeds do not decide", len(digests))
	}
}

// TestProspectsOfAPass has none.
func TestProspectsOfAPass(t *testing.T) {
	r, _, err := Record(Config{Scenario: "crash", Seed: 3, Steps: 4})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Prospects(2, nil); got != nil || err != nil {
		t.Errorf("Prospects = %v, %v; want none", got, err)
	}
}
