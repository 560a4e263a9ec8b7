package mutation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Hunt says how defects are searched for.
type Hunt struct {
	Root   string // the module's root
	Seeds  uint64 // seeds 1 to Seeds are tried, each with every scenario
	Faults string // the fault level, as the program's flag takes it
}

// Finding is what became of one defect.
type Finding struct {
	Defect    string `json:"defect"`
	Found     bool   `json:"found"`
	Scenario  string `json:"scenario,omitempty"` // of the first violation
	Seed      uint64 `json:"seed,omitempty"`
	Signature string `json:"signature,omitempty"` // oracle and shape
	Runs      uint64 `json:"runs"`                // until then, or in all
}

// Root returns the root of the module that dir lies in, if it is this one.
func Root(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Dir}}")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("defects are built from a checkout of %s: %w", modulePath, withStderr(err))
	}
	path, root, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if path != modulePath {
		return "", fmt.Errorf("defects are built from a checkout of %s, this is %s", modulePath, path)
	}
	return root, nil
}

const modulePath = "github.com/batpak/batpak-sim"

// Program is the package of the program that runs seeds.
const Program = modulePath + "/cmd/batpak-sim"

// Run builds the program with the defect in it and tries seeds until one reports
// a violation.
func (h Hunt) Run(ctx context.Context, d Defect) (Finding, error) {
	dir, err := os.MkdirTemp("", "batpak-defect-")
	if err != nil {
		return Finding{}, err
	}
	defer os.RemoveAll(dir)
	program, err := h.build(ctx, d, dir)
	if err != nil {
		return Finding{}, fmt.Errorf("build defect %s: %w", d.Name, err)
	}
	return h.try(ctx, d, program)
}

// build compiles the program with the changed files laid over the tree.
func (h Hunt) build(ctx context.Context, d Defect, dir string) (string, error) {
	changed, err := d.Apply(h.Root)
	if err != nil {
		return "", err
	}
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for i, file := range slices.Sorted(maps.Keys(changed)) {
		copied := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(copied, []byte(changed[file]), 0o600); err != nil {
			return "", err
		}
		overlay.Replace[filepath.Join(h.Root, filepath.FromSlash(file))] = copied
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		return "", err
	}
	program := filepath.Join(dir, "batpak-sim")
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", list, "-o", program, Program)
	cmd.Dir = h.Root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, bytes.TrimSpace(out))
	}
	return program, nil
}

// try runs the seeds and reads the program's results until the first violation.
func (h Hunt) try(ctx context.Context, d Defect, program string) (Finding, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, program, "--json", "--faults", h.Faults, "--seeds", fmt.Sprintf("1..%d", h.Seeds))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Finding{}, err
	}
	if err := cmd.Start(); err != nil {
		return Finding{}, err
	}
	finding := Finding{Defect: d.Name}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, resultMax)
	for lines.Scan() && !finding.Found {
		if err := finding.take(lines.Bytes()); err != nil {
			return Finding{}, errors.Join(err, kill(cmd))
		}
	}
	if finding.Found {
		return finding, kill(cmd)
	}
	if err := errors.Join(lines.Err(), cmd.Wait()); err != nil {
		return Finding{}, fmt.Errorf("hunt defect %s: %w: %s", d.Name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return finding, nil
}

// resultMax bounds one line of the program's output, in bytes.
const resultMax = 1 << 20

// take reads one result of the program.
func (f *Finding) take(line []byte) error {
	var r struct {
		Scenario  string
		Seed      uint64
		Verdict   string
		Violation *struct{ Oracle, Shape string }
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("read a result: %w: %s", err, line)
	}
	f.Runs++
	if r.Violation != nil {
		f.Found, f.Scenario, f.Seed, f.Signature = true, r.Scenario, r.Seed, r.Violation.Oracle+"/"+r.Violation.Shape
	}
	return nil
}

// kill ends a program whose further output does not matter.
func kill(cmd *exec.Cmd) error {
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = cmd.Wait() // reports the kill
	return nil
}

func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	return err
}
