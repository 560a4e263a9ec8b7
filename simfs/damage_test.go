package simfs_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/simfs"
)

// What the knobs that damage units may leave of one unit of 512 bytes: o is old, a and
// b are written, ? is filler.
func TestDamagedUnits(t *testing.T) {
	torn, beside := simfs.Knobs{TornUnits: true}, simfs.Knobs{CollateralSector: true}
	both := simfs.Knobs{TornUnits: true, CollateralSector: true}
	type write struct {
		fill    byte
		off, to int
	}
	tests := []struct {
		name   string
		knobs  simfs.Knobs
		writes []write
		want   []string
	}{
		{"torn, nothing written", torn, nil, []string{"o*512"}},
		{"torn, all of it", torn, []write{{'a', 0, 512}}, []string{"?*512", "a*256 o*256", "a*512", "o*256 a*256", "o*512"}},
		{"torn, across the middle", torn, []write{{'a', 128, 384}}, []string{
			"o*128 ?*256 o*128", "o*128 a*128 o*256", "o*128 a*256 o*128", "o*256 a*128 o*128", "o*512",
		}},
		{"torn, in one half", torn, []write{{'a', 0, 128}}, []string{"?*128 o*384", "a*128 o*384", "o*512"}},
		{"torn, over another write", torn, []write{{'a', 0, 512}, {'b', 0, 512}}, []string{
			"?*512", "a*256 b*256", "a*256 o*256", "a*512", "b*256 a*256", "b*512", "o*256 a*256", "o*512",
		}},
		{"beside, all of it", beside, []write{{'a', 0, 512}}, []string{"a*512", "o*512"}},
		{"beside, a part", beside, []write{{'a', 0, 128}}, []string{"a*128 ?*384", "a*128 o*384", "o*512"}},
		{"beside, in the middle", beside, []write{{'a', 128, 384}}, []string{
			"?*128 a*256 ?*128", "o*128 a*256 o*128", "o*512",
		}},
		{"both, across the middle", both, []write{{'a', 128, 384}}, []string{
			"?*128 a*256 ?*128", "o*128 ?*256 o*128", "o*128 a*128 o*256", "o*128 a*256 o*128", "o*256 a*128 o*128", "o*512",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{Knobs: tt.knobs})
			durably(t, f, "/w/f", "o")
			h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
			must(t, err)
			for _, w := range tt.writes {
				_, err := h.WriteAt(slices.Repeat([]byte{w.fill}, w.to-w.off), int64(w.off))
				must(t, err)
			}
			seen := map[string]bool{}
			for _, image := range f.Space().States() {
				seen[shown(t, image)] = true
			}
			var want []string
			for _, content := range tt.want {
				want = append(want, "f 644 512 "+content+", ")
			}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}
