package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/mutation"
	"github.com/batpak/batpak-sim/mutation/trial"
	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// hunting are the flags of the defects command.
type hunting struct {
	seeds    option[uint64]
	only     option[[]string]
	faults   option[scenarios.Faults]
	sample   option[uint64]
	seed     option[uint64]
	trials   option[uint64]
	ablate   option[bool]
	json     option[bool]
	markdown option[string]
	html     option[string]
	save     option[string]
	program  option[string]
}

const (
	huntSeeds       = 2000
	huntPreemptions = 1
)

// defects builds the program with each named defect of the engine in it, and tells
// which seed finds it.
func (p *program) defects() *cobra.Command {
	var m hunting
	c := &cobra.Command{
		Use:   "defects [flags]",
		Short: "Put named defects into the engine and let seeds find them",
		Long: `Put named defects into the engine and let seeds find them.

Each defect is an edit of the engine's source, laid over it in a build of its own:
the source is not touched. It needs the go command and a checkout of the module.

With --trials every search strategy makes so many trials, each over N seeds of its own, and the
closed workloads are explored to one pre-emption: how many runs, or states, it takes to find a
defect is told as median and 90th percentile. With --ablate the harness hunts again without
each oracle, fault and crash rule that a finding may hang on, and tells what escapes.

The exit code is 0 if every defect is found, 1 if one is not, 3 if it was interrupted, 2 on
wrong arguments or an error of the harness.`,
		Example: `  batpak-sim defects --seeds 400
  batpak-sim defects --seeds 100 --trials 5 --ablate
  batpak-sim defects --only durable-mark-after-sync --save found --program ./broken`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.hunt(c.Context(), &m) },
	}
	m.register(c)
	return c
}

func (m *hunting) register(c *cobra.Command) {
	m.seeds = option[uint64]{value: huntSeeds, kind: "N", initial: strconv.Itoa(huntSeeds), parse: parseCount}
	m.only = option[[]string]{value: defectNames(), kind: "NAME", parse: parseNames(defectNames()), join: joinNames}
	m.faults = option[scenarios.Faults]{value: scenarios.FaultsLight, kind: strings.Join(levels(), "|"), initial: string(scenarios.FaultsLight), parse: parseFaults}
	m.sample = option[uint64]{kind: "N", parse: parseCount}
	m.seed = option[uint64]{kind: "S", parse: parseSeed}
	m.trials = option[uint64]{kind: "T", parse: parseCount}
	m.ablate = option[bool]{kind: "bool", parse: parseSwitch}
	m.json = option[bool]{kind: "bool", parse: parseSwitch}
	m.markdown = option[string]{kind: "FILE", parse: parseFile}
	m.html = option[string]{kind: "FILE", parse: parseFile}
	m.save = option[string]{kind: "DIR", parse: parseFile}
	m.program = option[string]{kind: "FILE", parse: parseFile}
	f := c.Flags()
	f.SortFlags = false
	f.Var(&m.seeds, "seeds", "give up a defect after seeds 1 to N, every scenario of each")
	f.Var(&m.only, "only", "hunt only this defect; may be repeated or a comma-separated list")
	f.Var(&m.sample, "sample", "hunt only so many defects, drawn by --seed")
	f.Var(&m.seed, "seed", "what --sample draws by")
	f.Var(&m.faults, "faults", "how hard the disk is on the engine, besides crashes")
	f.Var(&m.trials, "trials", "compare the strategies by so many trials of each")
	f.Var(&m.ablate, "ablate", "hunt again without each part of the harness that a finding may hang on")
	f.Var(&m.json, "json", "write one JSON object a line for every defect")
	f.Var(&m.markdown, "markdown", "write the tables to a file as Markdown too")
	f.Var(&m.html, "html", "write the tables to a file as a page")
	f.Var(&m.save, "save", "shrink what finds each defect, and keep it in a file of this directory")
	f.Var(&m.program, "program", "keep the program that has the defect in it as this file; with --only of one defect")
	f.Lookup("json").NoOptDefVal = "true"
	f.Lookup("ablate").NoOptDefVal = "true"
	complete(c, "only", defectNames())
	complete(c, "faults", levels())
}

// hunted are the defects that the flags ask for.
func (m *hunting) hunted() ([]mutation.Defect, error) {
	if m.seed.given && !m.sample.given {
		return nil, errors.New("--seed is given without --sample, legal is both")
	}
	names := trial.Sample(m.only.value, func(name string) string { return name }, int(m.sample.value), m.seed.value)
	if m.program.given && len(names) != 1 {
		return nil, fmt.Errorf("--program is of one defect, %d are hunted, legal is one --only", len(names))
	}
	var defects []mutation.Defect
	for _, name := range names {
		defect, err := mutation.Find(name)
		if err != nil {
			return nil, err
		}
		defects = append(defects, defect)
	}
	return defects, nil
}

// plan is the hunt that the flags ask for.
func (m *hunting) plan(root string) (mutation.Hunt, error) {
	h := mutation.Hunt{Root: root, Seeds: m.seeds.value, Faults: string(m.faults.value), Save: m.save.value}
	if m.trials.given {
		h.Trials, h.Strategies = m.trials.value, strategies()
		h.Closed, h.Preemptions = scenarios.ClosedNames(), huntPreemptions
	}
	if m.ablate.value {
		for _, part := range scenarios.Parts() {
			h.Parts = append(h.Parts, mutation.Part{Kind: mutation.PartKind(part.Kind), Name: part.Name})
		}
	}
	if !m.program.given {
		return h, nil
	}
	var err error
	h.Program, err = filepath.Abs(m.program.value)
	return h, err
}

// huntText is the line of progress. The time that is left goes by the defects that are done, so it is
// told only once there are some.
func huntText(d mutation.Progress, elapsed time.Duration) string {
	text := fmt.Sprintf("%d of %d defects, %d not found, %d runs, %.1f runs/s", d.Done, d.Total, d.Missed, d.Runs, float64(d.Runs)/elapsed.Seconds())
	if d.Done == 0 {
		return text
	}
	left := elapsed / time.Duration(d.Done) * time.Duration(d.Total-d.Done)
	return fmt.Sprintf("%s, %v to go", text, left.Round(time.Second))
}

// hunt hunts every defect. An interrupt ends it with what is known by then.
func (p *program) hunt(ctx context.Context, m *hunting) error {
	defects, err := m.hunted()
	if err != nil {
		return err
	}
	root, err := mutation.Root(ctx, ".")
	if err != nil {
		return err
	}
	hunt, err := m.plan(root)
	if err != nil {
		return err
	}
	line := newLine(p.stderr, time.Now, m.json.value)
	hunt.Progress = func(d mutation.Progress) {
		line.tell(float64(d.Done)/float64(d.Total), func(elapsed time.Duration) string { return huntText(d, elapsed) })
	}
	var findings []mutation.Finding
	err = hunt.RunAll(ctx, defects, func(f mutation.Finding) error {
		findings = append(findings, f)
		if !f.Known() {
			p.verdict = p.verdict.Worse(scenarios.Violated)
		}
		if m.json.value {
			return mutation.WriteJSON(p.stdout, f)
		}
		return nil
	})
	line.clear()
	if ctx.Err() != nil {
		p.verdict, err = p.verdict.Worse(scenarios.Inconclusive), nil
	}
	return errors.Join(p.tellFindings(m, hunt, len(defects), findings), err)
}

func (p *program) tellFindings(m *hunting, hunt mutation.Hunt, planned int, findings []mutation.Finding) error {
	tables := findingTables(hunt, findings)
	if m.markdown.given {
		if err := writeFile(m.markdown.value, func(w io.Writer) error { return writeTables(w, tables, writeMarkdownTable) }); err != nil {
			return err
		}
	}
	if m.html.given {
		page := m.defectTable(hunt, planned, findings)
		if err := writeFile(m.html.value, func(w io.Writer) error { return reports.WriteDefects(w, page) }); err != nil {
			return err
		}
	}
	if m.json.value {
		return nil
	}
	return writeTables(p.stdout, tables, writeTextTable)
}

func parseCount(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("legal are 1 to %d", uint32(1<<32-1))
	}
	return n, nil
}

func defectNames() []string {
	var all []string
	for _, d := range mutation.Defects() {
		all = append(all, d.Name)
	}
	return all
}
