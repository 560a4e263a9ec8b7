package mutation_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/internal/schematest"
	"github.com/batpak/batpak-sim/mutation"
)

// TestWriteJSON holds lines to the schema, and their bytes.
func TestWriteJSON(t *testing.T) {
	none := 0
	tests := []struct {
		name string
		of   mutation.Finding
		want string
	}{
		{"not found", mutation.Finding{Defect: "d", Runs: 28}, `{"version":1,"defect":"d","found":false,"runs":28}`},
		{
			"with all", mutation.Finding{
				Defect: "d", Found: true, Scenario: "crash", Seed: 3, Signature: "order/a < b", Runs: 57, Switches: &none,
				Modes: []mutation.Mode{
					{Strategy: "walk", Trials: 3, Found: 2, Median: 57, Tried: 400, Signatures: map[string]uint64{"order/a < b": 2}},
					{Strategy: mutation.Exploration, Trials: 1, Tried: 9},
				},
				Without: []mutation.Loss{{Part: mutation.Part{Kind: mutation.PartCrash, Name: "power-cut"}, Runs: 112}},
			},
			`{"version":1,"defect":"d","found":true,"scenario":"crash","seed":3,"signature":"order/a < b","runs":57,"switches":0,` +
				`"modes":[{"strategy":"walk","trials":3,"found":2,"median":57,"tried":400,"signatures":{"order/a < b":2}},` +
				`{"strategy":"explore","trials":1,"found":0,"tried":9}],"without":[{"kind":"crash rule","part":"power-cut","found":false,"runs":112}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := mutation.WriteJSON(&b, tt.of); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want+"\n", b.String()); d != "" {
				t.Errorf("line (-want +got):\n%s", d)
			}
			if err := schematest.Check(os.DirFS("../reports/schema"), "defect-1.json", b.String()); err != nil {
				t.Error(err)
			}
		})
	}
}
