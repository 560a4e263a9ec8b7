package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/mutation/schemata"
)

// memoryMax bounds the address space of a process under test, in KiB: a mutant may
// allocate for ever.
const memoryMax = 8 << 20

// outcome is how a process ended.
type outcome struct {
	failed bool
	code   int  // the exit code
	hung   bool // its time or its steps were used up
	late   bool // it was its time
	output string
	took   time.Duration
}

// bad reports whether a test noticed something.
func (o outcome) bad() bool { return o.failed || o.hung }

// execute runs a program in the workspace's copy of dir until it ends or its bound is
// hit. Only what keeps it from being run is an error.
func (w *workspace) execute(ctx context.Context, dir string, limit bound, env []string, program string, args ...string) (outcome, error) {
	ended, cancel := context.WithTimeout(ctx, limit.took)
	defer cancel()
	cmd := bounded(ended, limit.memory, program, args...)
	cmd.Dir = filepath.Join(w.dir, dir)
	cmd.Env = append(os.Environ(), "TMPDIR="+w.temp, "TMP="+w.temp, "TEMP="+w.temp, "PWD="+cmd.Dir)
	cmd.Env = append(cmd.Env, env...)
	var out tail
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	began := time.Now()
	err := cmd.Run()
	o := outcome{output: out.String(), took: time.Since(began)}
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	var exit *exec.ExitError
	switch {
	case ended.Err() != nil:
		o.hung, o.late = true, true
	case errors.As(err, &exit):
		o.code = exit.ExitCode()
		o.hung = o.code == schemata.ExitSteps
		o.failed = !o.hung
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return o, fmt.Errorf("run %s: %w", filepath.Base(program), err)
	}
	return o, w.restore()
}

// tail keeps the last of what is written to it.
type tail struct{ b bytes.Buffer }

const tailMax = 1 << 18

func (t *tail) Write(p []byte) (int, error) {
	if t.b.Len()+len(p) > 2*tailMax {
		t.b.Next(t.b.Len() - tailMax)
	}
	return t.b.Write(p)
}

func (t *tail) String() string { return t.b.String() }

// culprit returns the test that a verbose run of a test binary failed in: the one
// that says so, or the one that ran when the process ended.
func culprit(output string) string {
	running := ""
	for line := range strings.Lines(output) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case strings.HasPrefix(line, "--- FAIL: "):
			name, _, _ := strings.Cut(strings.TrimPrefix(line, "--- FAIL: "), " ")
			return strings.TrimSpace(name)
		case word == "===":
			event, name, _ := strings.Cut(rest, " ")
			if event == "RUN" || event == "CONT" {
				running, _, _ = strings.Cut(strings.TrimSpace(name), "/")
			}
		}
	}
	return running
}
