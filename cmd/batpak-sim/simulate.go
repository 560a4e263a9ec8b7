package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// simulate carries out the runs that the options ask for and reports on them.
func (p *program) simulate(c *cobra.Command, o *options) error {
	if c.Flags().NFlag() == 0 {
		c.SetOut(p.stderr)
		p.verdict = scenarios.HarnessError
		return c.Help()
	}
	config, err := o.config()
	if err != nil {
		return err
	}
	s := simulation{stdout: p.stdout, sweep: p.sweep, json: o.json.value, one: config.From == config.To}
	if o.trace.given {
		config.Keep = sim.KeepAll
		if s.trace, err = os.Create(o.trace.value); err != nil {
			return err
		}
		defer s.trace.Close() // closed before, unless something has failed
	}
	ctx := c.Context()
	if o.budget.given {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, o.budget.value, scenarios.ErrBudget)
		defer stop()
	}
	var kept *sweepFile
	if o.resume.given {
		if kept, err = openSweepFile(o.resume.value, &config); err != nil {
			return err
		}
	}
	s.progress = newProgress(p.stderr, time.Now, s.json)
	s.progress.budget = o.budget.value
	if config.Before != nil {
		s.progress.before = config.Before.Runs
	}
	summary, err := s.run(ctx, config)
	if err == nil && kept != nil {
		err = kept.write(summary)
	}
	if err == nil && o.github.value {
		err = p.annotate(summary)
	}
	if err == nil {
		err = p.writeFiles(o, config, summary, s.wall)
	}
	p.verdict = summary.Verdict()
	if err != nil || !o.save.given {
		return err
	}
	return p.save(o.save.value, summary.Findings)
}

// stepSummary is the variable by which GitHub tells a step where its summary goes.
const stepSummary = "GITHUB_STEP_SUMMARY"

// annotate tells GitHub what a sweep found. Other steps may have written to the summary.
func (p *program) annotate(s scenarios.Summary) error {
	if err := reports.WriteGitHub(p.stdout, s); err != nil {
		return err
	}
	path := os.Getenv(stepSummary)
	if path == "" {
		return nil
	}
	return appendFile(path, func(w io.Writer) error { return reports.WriteMarkdown(w, s) })
}

// save records the first run of every finding of an oracle, and tells how to replay it.
func (p *program) save(dir string, findings []scenarios.Finding) error {
	for _, f := range findings {
		if f.First.Verdict != scenarios.Violated {
			continue
		}
		recording, err := recordSeed(f.First)
		if err != nil {
			return err
		}
		if err := p.saveFound(dir, recording); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) saveFound(dir string, recording scenarios.Recording) error {
	path, err := saveRecording(dir, recording)
	if err == nil {
		fmt.Fprintf(p.stderr, "saved: %s\n", reports.ReproduceReplay(path))
	}
	return err
}

// simulation is what becomes of results.
type simulation struct {
	stdout   io.Writer
	sweep    sweepFunc
	json     bool
	one      bool // one seed: its results are shown one by one
	trace    *os.File
	progress *progress
	results  []scenarios.Result // if one
	wall     time.Duration      // that the runs took
}

func (s *simulation) run(ctx context.Context, config scenarios.SweepConfig) (scenarios.Summary, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var broken error // the output
	began := time.Now()
	summary, err := s.sweep(ctx, config, func(r scenarios.Result) {
		s.progress.update(r, config)
		if broken == nil {
			broken = s.take(r)
		}
		if broken != nil {
			cancel(broken)
		}
	})
	s.wall = time.Since(began)
	s.progress.clear()
	switch {
	case broken != nil:
		return summary, broken
	case err != nil && ctx.Err() == nil:
		return summary, err
	}
	return summary, s.report(summary)
}

// take deals with one result as soon as it is there.
func (s *simulation) take(r scenarios.Result) error {
	if s.trace != nil {
		if err := s.writeTrace(r.Trace); err != nil {
			return err
		}
	}
	if s.json {
		return reports.WriteJSON(s.stdout, r)
	}
	if s.one {
		r.Trace = nil
		s.results = append(s.results, r)
	}
	return nil
}

func (s *simulation) writeTrace(trace []sim.Event) error {
	if err := reports.WriteTrace(s.trace, trace); err != nil {
		return err
	}
	return s.trace.Close()
}

// report writes what is for people, at the end.
func (s *simulation) report(summary scenarios.Summary) error {
	switch {
	case s.json:
		return nil
	case s.one:
		return reports.WriteRuns(s.stdout, summary, s.results, s.wall)
	default:
		return reports.WriteSweep(s.stdout, summary, s.wall)
	}
}
