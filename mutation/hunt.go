package mutation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Hunt says how defects are searched for.
type Hunt struct {
	Root   string // the module's root
	Seeds  uint64 // seeds 1 to Seeds are tried, each with every scenario
	Faults string // the fault level, as the program's flag takes it

	// Strategies, if any, are compared: each makes as many Trials, over seeds of their own. The
	// first trial of the first one is the hunt itself.
	Strategies []string
	Trials     uint64

	// Closed names the scenarios whose closed workloads are explored too, to so many Preemptions.
	Closed      []string
	Preemptions int

	// Parts are taken away in turn: see Finding.Without.
	Parts []Part

	// Save is a directory to which the smallest run that was found of each defect goes; empty =
	// none.
	Save string

	// Program is where the program stays that has the defect in it, an absolute path; empty = it is
	// removed. It is for the hunt of one defect.
	Program string

	// Progress is told by RunAll after each run and each defect, one call at a time; nil = nobody is.
	Progress func(Progress)

	tally *tally // nil = nobody is told
}

// Finding is what became of one defect.
type Finding struct {
	Defect    string `json:"defect"`
	Found     bool   `json:"found"`
	Scenario  string `json:"scenario,omitempty"` // of the first violation
	Seed      uint64 `json:"seed,omitempty"`
	Signature string `json:"signature,omitempty"` // oracle and shape
	Runs      uint64 `json:"runs"`                // until then, or in all

	// Switches is how many switches of tasks the smallest run needs that was found: how deep the failure
	// lies in the schedule. nil = none was kept, see Hunt.Save.
	Switches *int `json:"switches,omitempty"`

	Modes   []Mode `json:"modes,omitempty"`   // by strategy, and of the exploration
	Without []Loss `json:"without,omitempty"` // for each part that the finding may hang on
}

// Known reports whether any mode found the defect.
func (f *Finding) Known() bool {
	for _, m := range f.Modes {
		if m.Found > 0 {
			return true
		}
	}
	return f.Found
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

// Run builds the program with the defect in it and tries seeds until one reports a violation; then
// it makes, with the same build, the trials and ablations that are asked for.
func (h Hunt) Run(ctx context.Context, d Defect) (Finding, error) {
	dir, err := os.MkdirTemp("", "batpak-defect-")
	if err != nil {
		return Finding{}, err
	}
	defer os.RemoveAll(dir)
	program := cmp.Or(h.Program, filepath.Join(dir, "batpak-sim"))
	if err := build(ctx, h.Root, d, dir, program); err != nil {
		return Finding{}, fmt.Errorf("build defect %s: %w", d.Name, err)
	}
	finding, err := h.hunt(ctx, program, d)
	if err != nil {
		return Finding{}, fmt.Errorf("hunt defect %s: %w", d.Name, err)
	}
	return finding, nil
}

// RunAll is Run for each of the defects, as many at a time as there are processors: a build keeps one
// of them busy for most of its time. Each is told in the order of the defects. An error
// is of its defect alone, the others are hunted nevertheless.
func (h Hunt) RunAll(ctx context.Context, defects []Defect, each func(Finding) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if h.Progress != nil {
		h.tally = &tally{now: Progress{Total: len(defects)}, tell: h.Progress}
	}
	type outcome struct {
		finding Finding
		err     error
	}
	outcomes := make([]chan outcome, len(defects))
	for i := range outcomes {
		outcomes[i] = make(chan outcome, 1)
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(defects)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(defects)); i = next.Add(1) - 1 {
				finding, err := h.Run(ctx, defects[i])
				h.tally.defect(err == nil && !finding.Known())
				outcomes[i] <- outcome{finding, err}
			}
		})
	}
	var errs []error
	for _, o := range outcomes {
		got := <-o
		if got.err != nil {
			errs = append(errs, got.err)
			continue
		}
		if err := each(got.finding); err != nil {
			stop()
			return err
		}
	}
	return errors.Join(errs...)
}

func (h Hunt) hunt(ctx context.Context, program string, d Defect) (Finding, error) {
	first, err := h.sweep(ctx, program, search{from: 1, strategy: h.usual()})
	if err != nil {
		return Finding{}, err
	}
	finding := Finding{
		Defect: d.Name, Found: first.found, Scenario: first.scenario, Seed: first.seed, Signature: first.signature, Runs: first.runs,
	}
	var seen []sighting
	if finding.Modes, seen, err = h.compare(ctx, program, first); err != nil {
		return Finding{}, err
	}
	if finding.Without, err = h.ablate(ctx, program, seen); err != nil {
		return Finding{}, err
	}
	if h.Save != "" && first.found {
		finding.Switches, err = h.save(ctx, program, d.Name, first)
		return finding, err
	}
	return finding, nil
}

// usual is the strategy of the hunt itself; empty = the program's default.
func (h Hunt) usual() string {
	if len(h.Strategies) == 0 {
		return ""
	}
	return h.Strategies[0]
}

// search is one sweep until a violation.
type search struct {
	from     uint64 // the first seed
	seeds    uint64 // zero = as many as the hunt has
	scenario string // empty = all
	strategy string
	without  string
}

// sighting is the first violation of a sweep or an exploration, or how much was tried without one.
type sighting struct {
	search    search
	found     bool
	runs      uint64 // until then, or in all
	scenario  string
	seed      uint64
	signature string
	faults    map[string]uint64 // struck in that run, by kind
	cuts      uint64            // lives of that run that a power cut or the process's death has ended
}

// sweep runs seeds until the first violation.
func (h Hunt) sweep(ctx context.Context, program string, s search) (sighting, error) {
	args := []string{"--json", "--faults", h.Faults, "--seeds", fmt.Sprintf("%d..%d", s.from, s.from+cmp.Or(s.seeds, h.Seeds)-1)}
	if s.scenario != "" {
		args = append(args, "--scenario", s.scenario)
	}
	if s.strategy != "" {
		args = append(args, "--strategy", s.strategy)
	}
	if s.without != "" {
		args = append(args, "--without", s.without)
	}
	seen := sighting{search: s}
	err := lines(ctx, program, args, func(line []byte) (bool, error) {
		err := seen.take(line)
		h.tally.run()
		return seen.found, err
	})
	return seen, err
}

// take reads one result of the program.
func (s *sighting) take(line []byte) error {
	var r struct {
		Scenario  string
		Seed      uint64
		Violation *struct{ Oracle, Shape string }
		Faults    map[string]uint64
		Counters  struct {
			PowerCuts     uint64 `json:"power_cuts"`
			ProcessDeaths uint64 `json:"process_deaths"`
		}
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("read a result: %w: %s", err, line)
	}
	s.runs++
	if r.Violation != nil {
		s.found, s.scenario, s.seed, s.signature = true, r.Scenario, r.Seed, r.Violation.Oracle+"/"+r.Violation.Shape
		s.faults, s.cuts = r.Faults, r.Counters.PowerCuts+r.Counters.ProcessDeaths
	}
	return nil
}

// save lets the program shrink the run that was found, and keeps it under the defect's name. It
// returns how many switches of tasks are in it.
func (h Hunt) save(ctx context.Context, program, name string, seen sighting) (*int, error) {
	if err := os.MkdirAll(h.Save, 0o777); err != nil {
		return nil, err
	}
	path := filepath.Join(h.Save, name+".run")
	cmd := exec.CommandContext(ctx, program, "shrink", "--scenario", seen.scenario, "--seed", fmt.Sprint(seen.seed), "--faults", h.Faults,
		"--out", path)
	out, err := cmd.CombinedOutput()
	if err := unlessOpen(err); err != nil { // a bound leaves it small, if not the smallest
		return nil, fmt.Errorf("shrink: %w: %s", err, bytes.TrimSpace(out))
	}
	recording, err := os.ReadFile(path)
	switches := bytes.Count(recording, []byte("\nschedule "))
	return &switches, err
}

func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	return err
}
