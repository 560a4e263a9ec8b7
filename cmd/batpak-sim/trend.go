package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/reports"
)

// trend shows sweeps one behind the other.
func (p *program) trend() *cobra.Command {
	html := option[string]{kind: "FILE", parse: parseFile}
	c := &cobra.Command{
		Use:   "trend FILE [flags]",
		Short: "Show the rates, the coverage and the findings of sweeps over time",
		Long: `Show the rates, the coverage and the findings of sweeps over time.

FILE is what sweeps with --history FILE have added their lines to.`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			history, err := readHistory(args[0])
			if err != nil {
				return err
			}
			t := reports.NewTrend(history)
			if html.given {
				if err := writeFile(html.value, func(w io.Writer) error { return reports.WriteTrendPage(w, t) }); err != nil {
					return err
				}
			}
			return reports.WriteTrend(p.stdout, t)
		},
	}
	c.Flags().Var(&html, "html", "write them to a file as a page")
	return c
}

func readHistory(path string) ([]reports.HistoryEntry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := reports.ReadHistory(f)
	if err != nil {
		return nil, fmt.Errorf("%s is no history of sweeps, as --history FILE keeps one: %w", path, err)
	}
	return all, nil
}
