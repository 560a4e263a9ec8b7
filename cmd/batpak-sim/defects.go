package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/mutation"
	"github.com/batpak/batpak-sim/scenarios"
)

// hunting are the flags of the defects command.
type hunting struct {
	seeds  option[uint64]
	only   option[[]string]
	faults option[scenarios.Faults]
	json   option[bool]
}

const huntSeeds = 2000

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
The exit code is 0 if every defect is found, 1 if one is not, 2 on wrong arguments
or an error of the harness.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.hunt(c.Context(), &m) },
	}
	m.seeds = option[uint64]{value: huntSeeds, kind: "N", initial: strconv.Itoa(huntSeeds), parse: parseCount}
	m.only = option[[]string]{kind: "NAME", parse: parseNames(defectNames()), join: joinNames}
	m.faults = option[scenarios.Faults]{value: scenarios.FaultsLight, kind: strings.Join(levels(), "|"), initial: string(scenarios.FaultsLight), parse: parseFaults}
	m.json = option[bool]{kind: "bool", parse: parseSwitch}
	f := c.Flags()
	f.SortFlags = false
	f.Var(&m.seeds, "seeds", "give up a defect after seeds 1 to N, every scenario of each")
	f.Var(&m.only, "only", "hunt only this defect; may be repeated or a comma-separated list")
	f.Var(&m.faults, "faults", "how hard the disk is on the engine, besides crashes")
	f.Var(&m.json, "json", "write one JSON object a line for every defect")
	f.Lookup("json").NoOptDefVal = "true"
	complete(c, "only", defectNames())
	complete(c, "faults", levels())
	return c
}

func (p *program) hunt(ctx context.Context, m *hunting) error {
	root, err := mutation.Root(ctx, ".")
	if err != nil {
		return err
	}
	hunt := mutation.Hunt{Root: root, Seeds: m.seeds.value, Faults: string(m.faults.value)}
	defects := m.only.value
	if !m.only.given {
		defects = defectNames()
	}
	var findings []mutation.Finding
	for i, name := range defects {
		fmt.Fprintf(p.stderr, "%d of %d: %s\n", i+1, len(defects), name)
		defect, err := mutation.Find(name)
		if err != nil {
			return err
		}
		finding, err := hunt.Run(ctx, defect)
		if err != nil {
			return err
		}
		if !finding.Found {
			p.verdict = scenarios.Violated
		}
		findings = append(findings, finding)
	}
	if m.json.value {
		return p.findingsJSON(findings)
	}
	return p.findingsTable(findings)
}

func (p *program) findingsJSON(findings []mutation.Finding) error {
	e := json.NewEncoder(p.stdout)
	for _, f := range findings {
		if err := e.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) findingsTable(findings []mutation.Finding) error {
	found := 0
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "defect\tfirst seed\tscenario\toracle\truns")
	for _, f := range findings {
		if !f.Found {
			fmt.Fprintf(w, "%s\tNOT FOUND\t\t\t%d\n", f.Defect, f.Runs)
			continue
		}
		found++
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d\n", f.Defect, f.Seed, f.Scenario, f.Signature, f.Runs)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "\n%d of %d defects found\n", found, len(findings))
	return err
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
