package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/batpak/batpak-sim/mutation/operator"
	"github.com/batpak/batpak-sim/mutation/schemata"
)

// shared is the one build that holds all mutants that can share it.
type shared struct {
	module  *module
	mutants []operator.Mutant
	apart   []bool // by mutant: it needs a build of its own
	number  []int  // by mutant: what turns it on, if it is not apart
	guard   []int  // by mutant: the number under which it is reached
	sources map[string]*source
	list    string // the overlay, as the go command reads it
}

// source is one instrumented file with the mutants in it.
type source struct {
	schemata.Source
	mutants []int
}

// instrument writes the sources with every mutant that is not apart.
func (b *shared) instrument() overlay {
	over := make(overlay)
	b.sources = make(map[string]*source)
	b.number, b.guard = make([]int, len(b.mutants)), make([]int, len(b.mutants))
	next := 1
	for _, p := range b.module.packages {
		for _, f := range p.Files {
			if s := b.instrumentFile(p, f, next); s != nil {
				b.sources[f.Name], over[f.Name], next = s, s.Text, s.Next
			}
		}
	}
	over[filepath.Join(b.module.root, "internal", schemata.SwitchName, "switch.go")] = schemata.Switch(next)
	return over
}

func (b *shared) instrumentFile(p *operator.Package, f operator.File, first int) *source {
	in := schemata.Input{
		Fset: p.Fset, Tree: f.Tree, Text: f.Text, Types: p.Types, Info: p.Info,
		Switch: b.module.path + "/internal/" + schemata.SwitchName, First: first,
	}
	var indices []int
	for i, m := range b.mutants {
		if m.File == f.Name && !b.apart[i] {
			in.Mutants = append(in.Mutants, schemata.Mutant{Start: m.Start, End: m.End, New: m.New, NoOp: m.NoOp})
			indices = append(indices, i)
		}
	}
	if len(indices) == 0 {
		return nil
	}
	s := &source{schemata.Instrument(in), indices}
	for k, i := range indices {
		b.number[i], b.guard[i] = s.Numbers[k], s.Guards[k]
		b.apart[i] = s.Numbers[k] == 0
	}
	return s
}

// compile instruments and builds the packages until what cannot share is apart.
func (b *shared) compile(ctx context.Context, c Config, dir string) error {
	var paths []string
	for _, p := range b.module.packages {
		paths = append(paths, p.Path)
	}
	for attempt := 0; ; attempt++ {
		over, at := b.instrument(), filepath.Join(dir, fmt.Sprintf("shared%d", attempt))
		list, err := over.write(at)
		if err != nil {
			return err
		}
		b.list = list
		args := append([]string{"build", "-overlay", list, "-o", os.DevNull}, c.tagFlags()...)
		if attempt > 0 {
			args = append(args, "-gcflags=-e") // every error, not ten
		}
		err = b.module.command(ctx, append(args, paths...)...)
		var failed *buildError
		if !errors.As(err, &failed) {
			return err
		}
		if !b.blame(failed.output, at, over) {
			return fmt.Errorf("build the mutants of %s: %w", strings.Join(paths, " "), err)
		}
	}
}

// position is where an error is; the compiler leaves out columns from 256 on.
var position = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):(?:(\d+):)? `)

// blame sets apart the mutants that the compiler's errors are in. It reports whether
// there were any.
func (b *shared) blame(output, dir string, over overlay) bool {
	original := make(map[string]string)
	for i, path := range over.paths() {
		original[copied(dir, i)] = path
	}
	found := false
	for _, at := range position.FindAllStringSubmatch(output, -1) {
		path := at[1]
		if !filepath.IsAbs(path) {
			path = filepath.Join(b.module.root, path)
		}
		if from, ok := original[path]; ok {
			path = from
		}
		s := b.sources[path]
		if s == nil {
			continue
		}
		line, _ := strconv.Atoi(at[2])
		column, _ := strconv.Atoi(at[3])
		for _, k := range s.Blame(line, column) {
			found = found || !b.apart[s.mutants[k]]
			b.apart[s.mutants[k]] = true
		}
	}
	return found
}

// buildError is what the go command said of a build that failed.
type buildError struct{ output string }

func (e *buildError) Error() string { return lastLines(e.output, 12) }

// command runs the go command at the module's root.
func (m *module) command(ctx context.Context, args ...string) error {
	_, err := m.output(ctx, args...)
	return err
}

// output runs the go command at the module's root and returns all it prints.
func (m *module) output(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.root
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.As(err, &exit):
		return "", &buildError{out.String()}
	}
	return out.String(), err
}

// compileTests builds the test binary of a package; empty if it has no tests.
func (m *module) compileTests(ctx context.Context, c Config, list, path, binary string, flags ...string) (string, error) {
	args := slices.Concat([]string{"test", "-c", "-vet=off", "-overlay", list, "-o", binary}, c.tagFlags(), flags)
	if err := m.command(ctx, append(args, path)...); err != nil {
		return "", err
	}
	if _, err := os.Stat(binary); err != nil {
		return "", nil // the go command writes none if there are no tests
	}
	return binary, nil
}

// overlay is the source with one mutant in it.
func (t *trial) overlay(m operator.Mutant) (overlay, error) {
	if over, ok := t.written[m.ID]; ok {
		return over, nil
	}
	text, err := t.module.edited(m)
	return overlay{m.File: text}, err
}

// edited returns the source of a mutant's file with the mutant in it.
func (m *module) edited(mutant operator.Mutant) (string, error) {
	for _, p := range m.packages {
		at := slices.IndexFunc(p.Files, func(f operator.File) bool { return f.Name == mutant.File })
		if at >= 0 {
			text := p.Files[at].Text
			return string(text[:mutant.Start]) + mutant.New + string(text[mutant.End:]), nil
		}
	}
	return "", fmt.Errorf("mutant %s: %s is of no package under trial", mutant.ID, mutant.File)
}
