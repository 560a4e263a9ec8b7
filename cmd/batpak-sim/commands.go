package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/scenarios"
)

// list prints what can be named in flags and what is checked.
func (p *program) list() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List scenarios, fault levels, strategies, oracles and crash rules",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
			for _, s := range scenarios.All() {
				fmt.Fprintf(w, "scenario\t%s\t%s\tinjects %s\n", s.Name, s.Summary, s.Injects)
			}
			for _, level := range scenarios.FaultLevels() {
				fmt.Fprintf(w, "faults\t%s\t%s\n", level, names(scenarios.Effects(level)))
			}
			for _, s := range scenarios.Strategies() {
				fmt.Fprintf(w, "strategy\t%s\n", s)
			}
			for _, part := range scenarios.Parts() {
				fmt.Fprintf(w, "%s\t%s\n", part.Kind, part.Name)
			}
			return w.Flush()
		},
	}
}

// version prints of what build the digests are.
func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.stdout, "batpak-sim %s %s %s/%s\n", build(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// build names the module's version and, if the build knows it, the commit.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
		if s.Key == "vcs.modified" && s.Value == "true" {
			text += " modified"
		}
	}
	return text
}

// completion prints the script that makes a shell complete the command line.
func (p *program) completion() *cobra.Command {
	shells := []string{"bash", "fish", "powershell", "zsh"}
	return &cobra.Command{
		Use:       "completion " + strings.Join(shells, "|"),
		Short:     "Print the completion script for a shell",
		ValidArgs: shells,
		Args:      oneOf("shell", shells),
		RunE: func(c *cobra.Command, args []string) error {
			return generators(c.Root())[args[0]](p.stdout)
		},
	}
}

func generators(root *cobra.Command) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"bash":       func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"fish":       func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": root.GenPowerShellCompletionWithDesc,
		"zsh":        root.GenZshCompletion,
	}
}

// oneOf accepts exactly one argument, out of a list.
func oneOf(what string, legal []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		for _, l := range legal {
			if len(args) == 1 && args[0] == l {
				return nil
			}
		}
		return fmt.Errorf("%s %q, legal is one of %s", what, strings.Join(args, " "), names(legal))
	}
}

// help shows the help for a command; cobra's own takes unknown ones for success.
func (p *program) help() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Show the help for a command",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("no help for %q, legal are %s", strings.Join(args, " "), names(commands(c.Root())))
			}
			of.InitDefaultHelpFlag() // which Execute adds to the command that it runs
			return of.Help()
		},
	}
}
