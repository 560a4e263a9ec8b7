package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/batpak/batpak-sim/scenarios"
)

// program is one invocation of the command.
type program struct {
	stdout, stderr io.Writer
	sweep          sweepFunc
	verdict        scenarios.Verdict // of what was run
}

// sweepFunc is scenarios.Sweep, or what a test puts in its place.
type sweepFunc func(context.Context, scenarios.SweepConfig, func(scenarios.Result)) (scenarios.Summary, error)

// run carries out one invocation and returns its exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the next one kills
	p := &program{stdout: stdout, stderr: stderr, sweep: scenarios.Sweep, verdict: scenarios.Pass}
	return p.execute(ctx, args)
}

func (p *program) execute(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(p.stderr, "batpak-sim: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		return scenarios.HarnessError.ExitCode()
	}
	return p.verdict.ExitCode()
}

// root is the command without a name: it runs simulations.
func (p *program) root() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:   "batpak-sim (--seed N | --seeds A..B) [flags]",
		Short: "Simulate the batpak engine through crashes, faults and races",
		Long: `Simulate the batpak engine through crashes, faults and races.

A seed fixes a run wholly: the same seed, flags and build give the same digest.
The exit code is 0 if every run passed, 1 on a violation, 2 on wrong arguments or
an error of the harness, 3 if it is inconclusive, 4 if two runs of one seed differ,
5 if a sweep has not tried what it is there to try.`,
		Example: `  batpak-sim --seed 1
  batpak-sim --seeds 1..20000 --faults heavy
  batpak-sim --scenario crash --seed 17 --trace crash.trace`,
		Args:              noArgs,
		RunE:              func(c *cobra.Command, _ []string) error { return p.simulate(c, &o) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	c.SetOut(p.stdout)
	c.SetErr(p.stderr)
	c.SetFlagErrorFunc(flagError)
	o.register(c)
	c.AddCommand(p.list(), p.trend(), p.explore(), p.replay(), p.shrink(), p.export(), p.corpus(), p.defects(), p.mutate(), p.version(), p.completion())
	c.SetHelpCommand(p.help())
	return c
}

// noArgs refuses arguments that are no flags.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasParent() {
		return fmt.Errorf("stray argument %q, %s takes none", args[0], c.Name())
	}
	return fmt.Errorf("stray argument %q, legal are flags, or one of the commands %s", args[0], strings.Join(commands(c), ", "))
}

func commands(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// flagError adds to what pflag says what would have been legal.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w, legal are %s", err, strings.Join(flags(c), ", "))
	case errors.As(err, &valueless):
		return fmt.Errorf("%w %s", err, valueless.GetFlag().Value.Type())
	}
	return err
}

func flags(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}
