package trial_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
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
		fmt.Fprintf(&b, "  %-10s %-16s %s -> %s", v.Status, v.Operator, short(v.Old), short(v.New))
		if killer := strings.TrimPrefix(v.Killer, v.Package+"."); killer != "" {
			fmt.Fprintf(&b, " by %s", killer)
		}
		if v.Apart {
			b.WriteString(" apart")
		}
		if v.Race {
			b.WriteString(" race")
		}
		if v.Flaky {
			b.WriteString(" flaky")
		}
		b.WriteString("\n")
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

func run(t *testing.T, c trial.Config) trial.Report {
	t.Helper()
	r, err := trial.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestCorpus puts small packages on trial whose every verdict is known.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a hundred and fifty mutants")
	}
	t.Setenv("FLAKY_STATE", t.TempDir())
	got := table(run(t, trial.Config{Dir: "testdata/corpus", Patterns: []string{"./..."}}))
	golden := filepath.Join("testdata", "corpus.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}

// TestWorkersDoNotMatter runs tests that collide when they share a folder.
func TestWorkersDoNotMatter(t *testing.T) {
	c := trial.Config{Dir: "testdata/corpus", Patterns: []string{"./workdir", "./bounds"}, Workers: 1}
	alone := table(run(t, c))
	c.Workers = 4
	if d := cmp.Diff(alone, table(run(t, c))); d != "" {
		t.Errorf("verdicts of one worker and of four (-one +four):\n%s", d)
	}
	if _, err := os.Stat("testdata/corpus/workdir/saved"); err == nil {
		t.Error("a test wrote into the tree")
	}
}

// TestBuildTags checks that the files of the build are mutated, and no others.
func TestBuildTags(t *testing.T) {
	r := run(t, trial.Config{Dir: "testdata/corpus", Patterns: []string{"./tags"}, Tags: "extra", Operators: []string{"return-value"}})
	want := "\ntags two\n  killed     return-value     \"2\" -> \"0\" by TestTwice\n" +
		"\ntags Twice\n  killed     return-value     \"factor * n\" -> \"0\" by TestTwice\n"
	if d := cmp.Diff(want, table(r)); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}

// module writes a module and returns its folder.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// small is a module with one mutant of operator boundary that dies and one that does not.
func small(t *testing.T, replace ...string) string {
	t.Helper()
	change := strings.NewReplacer(replace...).Replace
	return module(t, map[string]string{
		"go.mod": change("module small.example\n\ngo 1.22\n"),
		"x.go":   change("package small\n\nfunc Old(n int) bool { return n >= 65 }\n\nfunc Young(n int) bool { return n < 18 }\n"),
		"x_test.go": change("package small\n\nimport \"testing\"\n\nfunc TestOld(t *testing.T) {\n\tif !Old(65) || Old(64) {\n\t\tt.Error(1)\n\t}\n}\n\n" +
			"func TestYoung(t *testing.T) {\n\tif !Young(1) || Young(99) {\n\t\tt.Error(1)\n\t}\n}\n"),
	})
}

func TestFirstRelease(t *testing.T) {
	dir := small(t, "go 1.22", "go 1.12")
	r := run(t, trial.Config{Dir: dir, Operators: []string{"boundary"}})
	if got := r.Count(trial.Killed); got != 1 || len(r.Verdicts) != 2 || r.Score() != 50 {
		t.Errorf("at go 1.12: %+v, score %v", r.Verdicts, r.Score())
	}
}

// TestSlowMachine has tests that take long, with and without a mutant, after they were measured.
func TestSlowMachine(t *testing.T) {
	dir := small(t)
	write(t, filepath.Join(dir, "slow_test.go"), `package small

import (
	"os"
	"testing"
	"time"
)

func init() {
	runs := os.Getenv("SLOW_STATE")
	marks, _ := os.ReadDir(runs)
	if len(marks) > 4 { // all tests, their names, and each alone
		time.Sleep(2500 * time.Millisecond)
	}
	os.MkdirTemp(runs, "")
}

func TestNothing(t *testing.T) {}
`)
	t.Setenv("SLOW_STATE", t.TempDir())
	r := run(t, trial.Config{Dir: dir, Operators: []string{"boundary"}, Files: []string{"x.go"}, Narrow: true, Workers: 1})
	if killed, survived := r.Count(trial.Killed), r.Count(trial.Survived); killed != 1 || survived != 1 {
		t.Errorf("%d killed and %d survived, want one each as on a machine that keeps its pace: %+v", killed, survived, r.Verdicts)
	}
}

// TestLongLines has a mutant that does not compile, in a line so long that the compiler
// tells no column.
func TestLongLines(t *testing.T) {
	dir := small(t, "n >= 65", "n+"+strings.Repeat("n-n+", 80)+"0 >= 65 && byte(n) <= 255")
	r := run(t, trial.Config{Dir: dir, Operators: []string{"constant"}})
	if invalid, killed := r.Count(trial.Invalid), r.Count(trial.Killed); invalid != 1 || killed != 2 {
		t.Errorf("%d invalid and %d killed, want the byte of 256 and two numbers of Old: %+v", invalid, killed, r.Verdicts)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name    string
		replace []string
		config  trial.Config
		want    string
	}{
		{"tests that fail anyway", []string{"!Old(65)", "Old(65)"}, trial.Config{}, "the tests of small.example fail without any mutant, in TestOld"},
		{"tests that do not build", []string{"t.Error(1)", "t.Error(nonsense)"}, trial.Config{}, "build the tests of small.example"},
		{"source that does not build", []string{"n >= 65", "nonsense"}, trial.Config{}, "load small.example"},
		{"no package", nil, trial.Config{Patterns: []string{"./nowhere/..."}}, "load ./nowhere/..."},
		{"unknown operator", nil, trial.Config{Operators: []string{"nonsense"}}, "unknown operator \"nonsense\", legal are"},
		{"ignored without a reason", []string{"65 }", "65 } //mutation:ignore"}, trial.Config{}, "//mutation:ignore without a reason"},
		{"no such ledger", nil, trial.Config{Ledger: "nowhere"}, "read the ledger"},
		{"no such file", nil, trial.Config{Files: []string{"core/*.go"}}, "no mutant is in a file that matches core/*.go"},
		{"no such revision", nil, trial.Config{Diff: "nonsense"}, "git diff nonsense"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Dir = small(t, tt.replace...)
			_, err := trial.Run(t.Context(), tt.config)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLedger(t *testing.T) {
	dir := small(t)
	c := trial.Config{Dir: dir, Operators: []string{"boundary"}, Ledger: filepath.Join(dir, "ledger.json")}
	write(t, c.Ledger, "[]")
	r := run(t, c)
	dead, alive := r.Verdicts[0], r.Verdicts[1]
	entry := `{"id": %q, "package": "small.example", "change": "-", "reason": "of no matter", "reviewed": "2026-11-24"}`
	write(t, c.Ledger, fmt.Sprintf("["+entry+","+entry+","+entry+"]", alive.ID, dead.ID, "gone"))
	write(t, filepath.Join(dir, "x.go"), "package small\n\n// Lines move.\n\nfunc Old(n int) bool { return n >= 65 }\n\nfunc Young(n int) bool { return n < 18 }\n")
	r = run(t, c)
	if v := r.Verdicts[1]; v.Status != trial.Accepted || v.Reason != "of no matter" {
		t.Errorf("the survivor is %s, %q, want it accepted", v.Status, v.Reason)
	}
	var stale []string
	for _, e := range r.Stale {
		stale = append(stale, e.ID)
	}
	if d := cmp.Diff([]string{dead.ID, "gone"}, stale); d != "" {
		t.Errorf("stale (-want +got):\n%s", d)
	}
	write(t, c.Ledger, fmt.Sprintf("["+strings.Replace(entry, "of no matter", "", 1)+"]", alive.ID))
	if _, err := trial.Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "has no reason") {
		t.Errorf("without a reason: %v", err)
	}
}

func TestCache(t *testing.T) {
	dir := small(t)
	c := trial.Config{Dir: dir, Operators: []string{"boundary"}, Cache: filepath.Join(t.TempDir(), "cache")}
	cached := func() (n int) {
		for _, v := range run(t, c).Verdicts {
			if v.Cached {
				n++
			}
		}
		return n
	}
	if got := cached(); got != 0 {
		t.Errorf("%d verdicts of the first trial are from the cache", got)
	}
	if got := cached(); got != 2 {
		t.Errorf("%d verdicts of the second trial are from the cache, want 2", got)
	}
	write(t, filepath.Join(dir, "testdata", "new"), "x")
	if got := cached(); got != 0 {
		t.Errorf("%d verdicts are from the cache although a file is new", got)
	}
}

// TestInterruptedTrialGoesOn interrupts a trial after its first verdict.
func TestInterruptedTrialGoesOn(t *testing.T) {
	c := trial.Config{Dir: small(t), Operators: []string{"boundary"}, Cache: filepath.Join(t.TempDir(), "cache"), Workers: 1}
	ctx, interrupt := context.WithCancel(t.Context())
	c.Progress = func(p trial.Progress) {
		if p.Done == 1 {
			interrupt()
		}
	}
	if _, err := trial.Run(ctx, c); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	c.Progress = nil
	r := run(t, c)
	if r.Count(trial.Killed) != 1 || r.Count(trial.Survived) != 1 || !r.Verdicts[0].Cached {
		t.Errorf("taken up again: %+v, want one killed and one survived, the first from the cache", r.Verdicts)
	}
}

func TestFiles(t *testing.T) {
	dir := small(t)
	write(t, filepath.Join(dir, "y.go"), "package small\n\nfunc Equal(a, b int) bool { return a < b }\n")
	r := run(t, trial.Config{Dir: dir, Operators: []string{"boundary"}, Files: []string{"nothing", "y*"}})
	if len(r.Verdicts) != 1 || r.Verdicts[0].Function != "Equal" {
		t.Errorf("mutants = %+v, want the one of Equal", r.Verdicts)
	}
}

func TestDiff(t *testing.T) {
	dir := small(t)
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=n", "-c", "user.email=e"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	write(t, filepath.Join(dir, "x.go"), "package small\n\nfunc Old(n int) bool { return n >= 65 }\n\n// Young is new.\nfunc Young(n int) bool { return n < 17 }\n")
	r := run(t, trial.Config{Dir: dir, Operators: []string{"boundary"}, Diff: "HEAD"})
	if len(r.Verdicts) != 1 || r.Verdicts[0].Function != "Young" {
		t.Errorf("mutants = %+v, want the one of Young", r.Verdicts)
	}
}

func TestSampleAndMatrix(t *testing.T) {
	dir := small(t)
	functions := make(map[string]bool)
	for seed := range uint64(8) {
		c := trial.Config{Dir: dir, Operators: []string{"negate"}, Sample: 1, Seed: seed, Matrix: true}
		r := run(t, c)
		if len(r.Verdicts) != 1 || len(r.Verdicts[0].Kills) != 1 || len(r.Cheapest()) != 1 {
			t.Fatalf("seed %d: %+v, want one mutant with one killer", seed, r.Verdicts)
		}
		functions[r.Verdicts[0].Function] = true
		if len(functions) == 2 {
			return
		}
	}
	t.Errorf("eight seeds drew from %v only", functions)
}

// TestSeeds has a simulation kill: a violation is a kill, a bound that is hit is a
// hang, and an error of the harness is neither.
func TestSeeds(t *testing.T) {
	dir := module(t, map[string]string{
		"go.mod": "module small.example\n\ngo 1.22\n",
		"x.go":   "package small\n\nfunc Violates(n int) bool { return n < 2 }\n\nfunc Spins(n int) bool { return n < 3 }\n\nfunc Breaks(n int) bool { return n < 1 }\n",
		"sim/main.go": `package main

import (
	"os"
	"strconv"

	small "small.example"
)

func main() {
	seed, err := strconv.Atoi(os.Args[2])
	switch {
	case err != nil || os.Args[1] != "--seed" || seed == 1 && small.Breaks(1):
		os.Exit(2)
	case seed == 2 && small.Violates(2):
		os.Exit(1)
	case seed == 3 && small.Spins(3):
		os.Exit(3)
	}
}
`,
	})
	var got []string
	for _, v := range run(t, trial.Config{Dir: dir, Operators: []string{"boundary"}, Seeds: 3, Program: "small.example/sim"}).Verdicts {
		got = append(got, fmt.Sprint(v.Function, " ", v.Status, " ", v.Killer))
	}
	want := []string{"Violates killed small.example/sim.seed2", "Spins hung small.example/sim.seed3", "Breaks survived "}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}

// TestNamed tries three mutants that someone wrote: one that an operator proposes
// too, one that none does, and one that cannot be told from the source.
func TestNamed(t *testing.T) {
	dir := small(t)
	text, err := os.ReadFile(filepath.Join(dir, "x.go"))
	if err != nil {
		t.Fatal(err)
	}
	named := func(name, old, new string) trial.Named {
		return trial.Named{Name: name, Files: map[string]string{"x.go": strings.Replace(string(text), old, new, 1)}}
	}
	c := trial.Config{Dir: dir, Named: []trial.Named{
		named("proposed", "n >= 65", "n > 65"), named("written", "n >= 65", "n*n >= 65"), named("same", "n < 18", "18 > n"),
		named("declared", "func Young", "const old = 64\n\nfunc Young"),
	}}
	c.Named[3].Files["x.go"] = strings.Replace(c.Named[3].Files["x.go"], "n >= 65", "n >= old", 1)
	var got []string
	for _, v := range run(t, c).Verdicts {
		got = append(got, fmt.Sprint(v.Name, " ", v.Operator, " ", v.Line, " ", v.Apart, " ", v.Status))
	}
	want := []string{"proposed boundary 3 false killed", "written named 3 false killed", "same named 5 false equivalent", "declared named 3 true killed"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}

func TestNamedRefusals(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"no file", nil, "mutant m: it changes no file"},
		{"missing", map[string]string{"y.go": "package small\n"}, "no such file"},
		{"not on trial", map[string]string{"sub/z.go": "package sub\n\nvar z int\n"}, "mutant m: it is in sub/z.go, which is not on trial"},
		{"nothing changed", map[string]string{"doc.go": "package small\n"}, "mutant m: it leaves doc.go as it is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := small(t)
			write(t, filepath.Join(dir, "sub", "z.go"), "package sub\n")
			write(t, filepath.Join(dir, "doc.go"), "package small\n")
			_, err := trial.Run(t.Context(), trial.Config{Dir: dir, Named: []trial.Named{{Name: "m", Files: tt.files}}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
}
