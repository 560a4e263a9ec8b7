package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/scenarios"
)

// TestDump lays out what differs, old and new side by side.
func TestDump(t *testing.T) {
	tests := []struct {
		name   string
		window scenarios.CutWindow
		change scenarios.CutChange
		want   []dumpLine
		rest   int64
	}{
		{
			"a file that was cut", scenarios.CutWindow{Offset: 32, Length: 18, Before: []byte("BPCK\x00\x01 0123456789\xff"), After: []byte("BPCK")},
			scenarios.CutChange{Before: "a file of 50 bytes", After: "a file of 36 bytes"},
			[]dumpLine{
				{32, "4250434b 00012030 31323334 35363738  BPCK.. 012345678", "4250434b                             BPCK"},
				{48, "39ff                                 9.", "(past the end)"},
			}, 0,
		},
		{
			"a file that is gone", scenarios.CutWindow{Length: 300, Before: []byte("0123")}, scenarios.CutChange{Before: "a file of 300 bytes"},
			[]dumpLine{{0, "30313233                             0123", "(no file)"}}, 296,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, dump(tt.window, tt.change)); d != "" {
				t.Errorf("dump differs (-want +got):\n%s", d)
			}
			if got := rest(tt.window); got != tt.rest {
				t.Errorf("rest = %d, want %d", got, tt.rest)
			}
		})
	}
}
