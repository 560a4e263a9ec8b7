package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/batpak/batpak-sim/internal/schematest"
	"github.com/batpak/batpak-sim/mutation"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"batpak-sim": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               checkout,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "runs": runs, "lines": lines, "interrupt": interrupt, "valid": valid, "defective": defective,
		},
	})
}

// checkout tells scripts where the module's source is, and lets the go command work
// there as it does outside.
func checkout(env *testscript.Env) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	env.Setenv("ROOT", root)
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return err
		}
		env.Setenv(name, strings.TrimSpace(string(value)))
	}
	return nil
}

// exits CODE COMMAND... runs a command that must exit with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	if got := exitCode(ts, ts.Exec(args[1], args[2:]...)); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

func exitCode(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	ts.Fatalf("%v", err)
	return -1
}

// runs FILE N checks that the file has N lines, each a JSON object of one run.
func runs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: runs FILE N")
	}
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var run struct {
			Version                            int
			Scenario, Verdict, Outcome, Digest string
			Counters                           map[string]uint64
		}
		if err := json.Unmarshal([]byte(line), &run); err != nil {
			ts.Fatalf("line %d: %v", n+1, err)
		}
		if run.Version != 1 || run.Scenario == "" || run.Verdict == "" || len(run.Digest) != 16 || run.Counters["incarnations"] == 0 {
			ts.Fatalf("line %d lacks something: %+v", n+1, run)
		}
		n++
	}
	if strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d runs, want %s", n, args[1])
	}
}

// lines FILE N checks that the file has N lines.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines FILE N")
	}
	if text := ts.ReadFile(args[0]); strconv.Itoa(strings.Count(text, "\n")) != args[1] {
		ts.Fatalf("want %s lines in %q", args[1], text)
	}
}

// valid SCHEMA FILE checks that each line of the file, or all of it if it is one object over many
// lines, is as the schema in package reports says.
func valid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: valid SCHEMA FILE")
	}
	text := ts.ReadFile(args[1])
	documents := slices.Collect(strings.Lines(text))
	if strings.HasPrefix(text, "{\n") {
		documents = []string{text}
	}
	if len(documents) == 0 {
		ts.Fatalf("%s is empty", args[1])
	}
	for i, document := range documents {
		if err := schematest.Check(os.DirFS(filepath.Join(ts.Getenv("ROOT"), "reports/schema")), args[0], document); err != nil {
			ts.Fatalf("document %d: %v", i+1, err)
		}
	}
}

// defective NAME PROGRAM builds the program with that defect of package mutation in
// its engine. It must stand in the checkout.
func defective(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: defective NAME PROGRAM")
	}
	defect, err := mutation.Find(args[0])
	ts.Check(err)
	changed, err := defect.Apply(ts.Getenv("ROOT"))
	ts.Check(err)
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for file, text := range changed {
		path := args[1] + "-" + filepath.Base(file)
		ts.Check(os.WriteFile(path, []byte(text), 0o644))
		overlay.Replace[filepath.Join(ts.Getenv("ROOT"), file)] = path
	}
	list, err := json.Marshal(overlay)
	ts.Check(err)
	ts.Check(os.WriteFile(args[1]+".json", list, 0o644))
	ts.Check(ts.Exec("go", "build", "-overlay", args[1]+".json", "-o", args[1], "./cmd/batpak-sim"))
}

// interrupt CODE STDOUT COMMAND... starts a command, interrupts it as soon as it
// writes anything to either stream, checks its exit code and leaves its standard
// output in a file.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupt CODE STDOUT COMMAND...")
	}
	c := exec.Command(args[2], args[3:]...)
	var out bytes.Buffer
	spoken := make(chan struct{}, 1)
	c.Stdout, c.Stderr = watched{&out, spoken}, watched{new(bytes.Buffer), spoken}
	ts.Check(c.Start())
	<-spoken
	ts.Check(c.Process.Signal(os.Interrupt))
	if got := exitCode(ts, c.Wait()); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out.Bytes(), 0o644))
}

// watched tells of the first bytes that it takes.
type watched struct {
	to     *bytes.Buffer
	spoken chan struct{}
}

func (w watched) Write(b []byte) (int, error) {
	select {
	case w.spoken <- struct{}{}:
	default:
	}
	return w.to.Write(b)
}
