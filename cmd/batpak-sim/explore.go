package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// exploring are the flags of the explore command.
type exploring struct {
	scenarios   option[[]string]
	preemptions option[int]
	crashes     option[int]
	runs        option[uint64]
	json        option[bool]
	save        option[string]
}

const (
	preemptionsInitial = 1
	crashesInitial     = 2
	exploreBoundMax    = 16
)

// explore runs every schedule, every crash image, every crash in the recovery.
func (p *program) explore() *cobra.Command {
	var e exploring
	c := &cobra.Command{
		Use:   "explore [flags]",
		Short: "Try every schedule and every crash image of small workloads",
		Long: `Try every schedule and every crash image of small workloads.

Each scenario has a closed workload, which is the same in every run. It is run under every
schedule within the bound on pre-emptions; each run is cut before every operation of the
disk and at its end; the engine recovers from every image that each cut may leave;
that recovery is cut in the same way; and all oracles judge. What was judged before is
not judged again. It ends with a certificate of what was covered. The exit code is 0 if
nothing was found and nothing within the bounds left out, 1 if something was found, 3 if
it was interrupted or hit a bound, 2 on wrong arguments.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.exploreAll(c.Context(), &e) },
	}
	e.register(c)
	return c
}

func (e *exploring) register(c *cobra.Command) {
	bound := func(initial int) option[int] {
		return option[int]{value: initial, kind: "N", initial: strconv.Itoa(initial), parse: parseBound}
	}
	e.scenarios = option[[]string]{value: scenarios.Names(), kind: "NAME", parse: parseNames(scenarios.Names()), join: joinNames}
	e.preemptions, e.crashes = bound(preemptionsInitial), bound(crashesInitial)
	e.runs = option[uint64]{kind: "N", parse: parseCount}
	e.json = option[bool]{kind: "bool", parse: parseSwitch}
	e.save = option[string]{kind: "DIR", parse: parseFile}
	f := c.Flags()
	f.SortFlags = false
	f.Var(&e.scenarios, "scenario", "explore only this scenario; may be repeated or a comma-separated list")
	f.Var(&e.preemptions, "preemptions", "how often a schedule may switch away from a task that could go on")
	f.Var(&e.crashes, "crashes", "crashes one after the other: 1 = of the workload, 2 = and of the recovery from it")
	f.Var(&e.runs, "runs", "give up after so many schedules of a scenario")
	f.Var(&e.json, "json", "write one JSON object a line for every scenario")
	f.Var(&e.save, "save", "record what is found in a file of this directory")
	f.Lookup("json").NoOptDefVal = "true"
	complete(c, "scenario", scenarios.Names())
}

func parseBound(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > exploreBoundMax {
		return 0, fmt.Errorf("legal are 0 to %d", exploreBoundMax)
	}
	return n, nil
}

func (p *program) exploreAll(ctx context.Context, e *exploring) error {
	for i, name := range e.scenarios.value {
		if i > 0 && !e.json.value {
			fmt.Fprintln(p.stdout)
		}
		if err := p.exploreOne(ctx, e, name); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) exploreOne(ctx context.Context, e *exploring, name string) error {
	line := newLine(p.stderr, time.Now, e.json.value)
	certificate, found, err := scenarios.Explore(ctx, scenarios.ExploreConfig{
		Scenario: name, Preemptions: e.preemptions.value, Crashes: e.crashes.value, RunMax: e.runs.value,
		Progress: func(c scenarios.Certificate) {
			line.tell(unknown, func(elapsed time.Duration) string {
				return fmt.Sprintf("%s: %d schedules, %d images, %d recoveries, %.0f images/s", name, c.Schedules, c.Images, c.Recoveries,
					float64(c.Images)/elapsed.Seconds())
			})
		},
	})
	line.clear()
	if err != nil {
		return err
	}
	p.verdict = p.verdict.Worse(certificate.Verdict())
	if e.json.value {
		err = reports.WriteCertificateJSON(p.stdout, certificate)
	} else {
		err = reports.WriteCertificate(p.stdout, certificate, time.Since(line.began))
	}
	if err != nil || found == nil {
		return err
	}
	found.Revision = build()
	return p.tellFound(e, *found)
}

// tellFound prints, or saves, the recording of what was found.
func (p *program) tellFound(e *exploring, found scenarios.Recording) error {
	if e.save.given {
		return p.saveFound(e.save.value, found)
	}
	if e.json.value {
		return nil
	}
	_, err := io.WriteString(p.stdout, "\n"+found.String())
	return err
}
