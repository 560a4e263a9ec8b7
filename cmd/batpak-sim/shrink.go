package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/scenarios"
)

// shrinking are the flags of the shrink command.
type shrinking struct {
	seed     option[uint64]
	scenario option[[]string]
	faults   option[scenarios.Faults]
	steps    option[int]
	out      option[string]
}

// shrink makes a failing run small.
func (p *program) shrink() *cobra.Command {
	var s shrinking
	c := &cobra.Command{
		Use:   "shrink (FILE | --seed N --scenario NAME) [flags]",
		Short: "Make a failing run as small as it gets",
		Long: `Make a failing run as small as it gets.

What fails is a recorded run or that of a seed. Operations of the workload, consumers, pre-emptions,
faults, crash points and what survives of the unsynced are left out and made smaller as
long as the run fails with the same signature. The result is a recording, on standard
output or in a file. An interrupt ends the search and keeps the smallest so far. The
exit code is 0 if no decision can be left out of the result, 3 if that was not
checked to the end, and 2 on wrong arguments, which a run that does not fail is.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return p.shrinkRun(c.Context(), args, &s) },
	}
	s.register(c)
	return c
}

func (s *shrinking) register(c *cobra.Command) {
	s.seed = option[uint64]{kind: "N", parse: parseSeed}
	s.scenario = option[[]string]{kind: "NAME", parse: parseNames(scenarios.Names())}
	s.faults = option[scenarios.Faults]{value: scenarios.FaultsLight, kind: "LEVEL", initial: string(scenarios.FaultsLight), parse: parseFaults}
	s.steps = option[int]{value: scenarios.StepsDefault, kind: "N", initial: fmt.Sprint(scenarios.StepsDefault), parse: parseSteps}
	s.out = option[string]{kind: "FILE", parse: parseFile}
	f := c.Flags()
	f.SortFlags = false
	f.Var(&s.seed, "seed", "shrink the run of this seed")
	f.Var(&s.scenario, "scenario", "of this scenario")
	f.Var(&s.faults, "faults", "under these faults")
	f.Var(&s.steps, "steps", "with so many operations")
	f.Var(&s.out, "out", "write the result to a file")
	complete(c, "scenario", scenarios.Names())
	complete(c, "faults", levels())
}

// recording is the run that the arguments name.
func (s *shrinking) recording(args []string) (scenarios.Recording, error) {
	seeded := s.seed.given || s.scenario.given || s.faults.given || s.steps.given
	switch {
	case len(args) == 1 && !seeded:
		return readRecording(args[0])
	case len(args) == 0 && s.seed.given && len(s.scenario.value) == 1:
		r, _, err := scenarios.Record(scenarios.Config{
			Scenario: s.scenario.value[0], Seed: s.seed.value, Faults: s.faults.value, Steps: s.steps.value,
		})
		r.Revision = build()
		return r, err
	}
	return scenarios.Recording{}, fmt.Errorf("what to shrink is not clear, legal are one FILE, or --seed N with one --scenario")
}

func (p *program) shrinkRun(ctx context.Context, args []string, s *shrinking) error {
	recording, err := s.recording(args)
	if err != nil {
		return err
	}
	line := newLine(p.stderr, time.Now, false)
	small, how, err := recording.Shrink(scenarios.ShrinkConfig{Progress: func(s scenarios.Shrinking) bool {
		line.tell(unknown, func(time.Duration) string {
			return fmt.Sprintf("%d runs, %d of %d decisions left", s.Runs, s.Decisions, s.Before)
		})
		return ctx.Err() == nil
	}})
	line.clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "%s: %d of %d decisions left after %d runs, %s\n", small.Signature, how.Decisions, how.Before, how.Runs,
		map[bool]string{true: "none can be left out", false: "not searched to the end"}[how.Minimal])
	if !how.Minimal {
		p.verdict = scenarios.Inconclusive
	}
	if s.out.given {
		return writeRecording(s.out.value, small)
	}
	_, err = fmt.Fprint(p.stdout, small)
	return err
}
