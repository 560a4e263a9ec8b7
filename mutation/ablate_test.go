package mutation

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeProgram answers as the program with a defect would: of crash the run is found without the oracle
// order too, nothing else is found. It writes what it was asked into the file calls.
const fakeProgram = `#!/bin/sh
echo "$*" >>"$(dirname "$0")/calls"
case "$*" in
*"--scenario crash"*"--without order"*) echo '{"scenario":"crash","seed":3,"violation":{"oracle":"frontier","shape":"s"}}' ;;
*"--without"*) echo '{"scenario":"rot","seed":1}'; echo '{"scenario":"rot","seed":2}' ;;
esac
`

func TestLose(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the fake program is a shell script")
	}
	order := sighting{search: search{from: 1, strategy: "walk"}, found: true, seed: 3, scenario: "crash", signature: "order/s", cuts: 1}
	again := sighting{search: search{from: 13, strategy: "pct"}, found: true, seed: 14, scenario: "rot", signature: "order/s", cuts: 1}
	calm := sighting{search: search{from: 13, strategy: "pct"}, found: true, seed: 14, scenario: "rot", signature: "frontier/s"}
	tests := []struct {
		name  string
		part  Part
		seen  []sighting
		want  Loss
		calls string
	}{
		{"a run that does not hang on it", Part{PartOracle, "order"}, []sighting{order, calm}, Loss{Found: true, Signature: "frontier/s"}, ""},
		{"a run that is found without it", Part{PartOracle, "order"}, []sighting{order, again}, Loss{Found: true, Signature: "frontier/s", Runs: 1},
			"--json --faults light --seeds 3..3 --scenario crash --strategy walk --without order\n"},
		{"one that escapes", Part{PartCrash, "any-crash"}, []sighting{order, again}, Loss{Runs: 6},
			"--json --faults light --seeds 3..3 --scenario crash --strategy walk --without any-crash\n" +
				"--json --faults light --seeds 14..14 --scenario rot --strategy pct --without any-crash\n" +
				"--json --faults light --seeds 1..12 --strategy walk --without any-crash\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			program := filepath.Join(dir, "program")
			if err := os.WriteFile(program, []byte(fakeProgram), 0o700); err != nil {
				t.Fatal(err)
			}
			got, err := Hunt{Seeds: 12, Faults: "light"}.lose(t.Context(), program, tt.part, tt.seen)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Part = tt.part
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("lose differs (-want +got):\n%s", d)
			}
			calls, err := os.ReadFile(filepath.Join(dir, "calls"))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.calls, string(calls)); d != "" {
				t.Errorf("calls differ (-want +got):\n%s", d)
			}
		})
	}
}
