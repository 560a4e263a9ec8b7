package schemata_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/mutation/schemata"
)

// TestSwitch runs a program that passes the guard of mutants 3 and 4 five times and
// that of mutant 6 once, and prints what they say.
func TestSwitch(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":   "module m\n\ngo 1.22\n",
		"main.go":  "package main\n\nimport sw \"m/sw\"\n\nfunc main() {\n\tfor i := 0; i < 5; i++ {\n\t\tprint(sw.At(3, 2))\n\t}\n\tprint(sw.At(6, 1))\n}\n",
		"sw/sw.go": schemata.Switch(6),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "program")
	build := exec.Command("go", "build", "-o", program)
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tests := []struct {
		name string
		env  []string
		want string
		code int
	}{
		{"none is on", nil, "000000", 0},
		{"one of two", []string{schemata.EnvMutant + "=4"}, "222220", 0},
		{"one alone", []string{schemata.EnvMutant + "=6"}, "000001", 0},
		{"enough steps", []string{schemata.EnvSteps + "=6"}, "000000", 0},
		{"too few steps", []string{schemata.EnvSteps + "=4"}, "0000no steps are left\n", schemata.ExitSteps},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			record := filepath.Join(t.TempDir(), "record")
			cmd := exec.Command(program)
			cmd.Env = append(append(os.Environ(), tt.env...), schemata.EnvRecord+"="+record)
			out, err := cmd.CombinedOutput()
			code := 0
			if exit := new(exec.ExitError); errors.As(err, &exit) {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if string(out) != tt.want || code != tt.code {
				t.Errorf("it prints %q and exits with %d, want %q and %d", out, code, tt.want, tt.code)
			}
			if code != 0 {
				return
			}
			marks, err := os.ReadFile(record)
			if err != nil {
				t.Fatal(err)
			}
			want := schemata.Record{Reached: map[int]bool{3: true, 6: true}, Steps: 8} // six, at most eight
			if d := cmp.Diff(want, schemata.ReadRecord(marks)); d != "" {
				t.Errorf("record (-want +got):\n%s", d)
			}
		})
	}
}
