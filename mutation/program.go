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
)

// Program is the package of the program that runs seeds.
const Program = modulePath + "/cmd/batpak-sim"

// build compiles the program, with the changed files, which dir takes, laid over the tree at root.
func build(ctx context.Context, root string, d Defect, dir, program string) error {
	changed, err := d.Apply(root)
	if err != nil {
		return err
	}
	overlay := struct{ Replace map[string]string }{make(map[string]string)}
	for i, file := range slices.Sorted(maps.Keys(changed)) {
		copied := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(copied, []byte(changed[file]), 0o600); err != nil {
			return err
		}
		overlay.Replace[filepath.Join(root, filepath.FromSlash(file))] = copied
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		return err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-overlay", list, "-o", program, Program)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// lines runs the program and hands each line that it writes to take, until that says that
// it is enough.
func lines(ctx context.Context, program string, args []string, take func(line []byte) (enough bool, err error)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	in := bufio.NewScanner(out)
	in.Buffer(nil, lineMax)
	for in.Scan() {
		enough, err := take(in.Bytes())
		if enough || err != nil {
			return errors.Join(err, kill(cmd))
		}
	}
	if err := errors.Join(in.Err(), unlessOpen(cmd.Wait())); err != nil {
		return fmt.Errorf("%w: %.*s", err, complaintMax, bytes.TrimSpace(stderr.Bytes()))
	}
	return nil
}

// complaintMax bounds what is told of the program's own words, in bytes.
const complaintMax = 400

// unlessOpen drops an error that says that the program has found nothing and yet has not
// passed: it hit a bound, or it has not tried all that it is there to try.
func unlessOpen(err error) error {
	const inconclusive, vacuous = 3, 5
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() == inconclusive || exit.ExitCode() == vacuous) {
		return nil
	}
	return err
}

// lineMax bounds one line of the program's output, in bytes.
const lineMax = 1 << 20

// kill ends a program whose further output does not matter.
func kill(cmd *exec.Cmd) error {
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = cmd.Wait() // reports the kill
	return nil
}
