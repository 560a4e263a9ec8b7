package trial_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/mutation/trial"
)

var update = flag.Bool("update", false, "write the golden verdicts again")

// table writes the verdicts as the golden file has them: a mutant a line.
func table(r trial.Report) string {
	var b strings.Builder
	function := ""
	for _, v := range r.Verdicts {
		if in := strings.TrimPrefix(v.Package, r.Module+"/") + " " + v.Function; in != function {
			function = in
			fmt.Fprintf(&b, "\n%s\n", function)
		}
		killer := strings.TrimPrefix(v.Killer, v.Package+".")
		mark := map[bool]string{true: " apart"}[v.Apart] + map[bool]string{true: " flaky"}[v.Flaky]
		fmt.Fprintf(&b, "  %-10s %-16s %s -> %s%s\n", v.Status, v.Operator, short(v.Old), short(v.New), strings.TrimRight(" | "+killer+mark, " |"))
	}
	return b.String()
}

func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 40 {
		text = text[:37] + "..."
	}
	return fmt.Sprintf("%q", text)
}

// TestCorpus puts small packages on trial whose every verdict is known.
func TestCorpus(t *testing.T) {
	t.Setenv("FLAKY_STATE", t.TempDir())
	r, err := trial.Run(t.Context(), trial.Config{Dir: "testdata/corpus", Patterns: []string{"./..."}})
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "corpus.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(table(r)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), table(r)); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}
