package mutation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPercentile(t *testing.T) {
	tests := []struct {
		name      string
		ascending []uint64
		trials, p uint64
		want      uint64
	}{
		{"the middle", []uint64{1, 2, 3}, 3, 50, 2},
		{"the lower middle", []uint64{1, 2, 3, 4}, 4, 50, 2},
		{"the worst of few", []uint64{1, 2, 3}, 3, 90, 3},
		{"nine of ten", []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 10, 90, 9},
		{"eight of ten", []uint64{1, 2, 3, 4, 5, 6, 7, 8}, 10, 90, 0},
		{"fewer than half", []uint64{1}, 3, 50, 0},
		{"none", nil, 3, 50, 0},
		{"no trials", nil, 0, 50, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := percentile(tt.ascending, tt.trials, tt.p); got != tt.want {
				t.Errorf("percentile(%v, %d, %d) = %d, want %d", tt.ascending, tt.trials, tt.p, got, tt.want)
			}
		})
	}
}

func TestNewMode(t *testing.T) {
	got := newMode("walk", []sighting{
		{found: true, runs: 9, signature: "a/b"}, {runs: 50}, {found: true, runs: 3, signature: "a/b"}, {found: true, runs: 4, signature: "c/d"},
	})
	want := Mode{Strategy: "walk", Trials: 4, Found: 3, Median: 4, Tried: 66, Signatures: map[string]uint64{"a/b": 2, "c/d": 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("newMode differs (-want +got):\n%s", d)
	}
}

// TestHangsOn tells which parts a finding may hang on: without any other it is found by the
// same run.
func TestHangsOn(t *testing.T) {
	found := sighting{signature: "order/backwards", faults: map[string]uint64{"fail": 2, "rot": 0}, cuts: 1}
	whole := sighting{signature: "ordering/backwards"}
	tests := []struct {
		name string
		of   sighting
		part Part
		want bool
	}{
		{"the oracle that found", found, Part{PartOracle, "order"}, true},
		{"another oracle", found, Part{PartOracle, "no-ghost"}, false},
		{"one whose name begins alike", whole, Part{PartOracle, "order"}, false},
		{"a fault that struck", found, Part{PartFault, "fail"}, true},
		{"one that did not", found, Part{PartFault, "rot"}, false},
		{"a crash", found, Part{PartCrash, "name-lost"}, true},
		{"no crash", whole, Part{PartCrash, "name-lost"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.of.hangsOn(tt.part); got != tt.want {
				t.Errorf("hangsOn(%v) = %t, want %t", tt.part, got, tt.want)
			}
		})
	}
}
