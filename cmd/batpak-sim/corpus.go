package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/scenarios"
)

// corpusInitial is where the module keeps its corpus.
const corpusInitial = "scenarios/corpus"

// corpus keeps the runs that every build must come to the same results in.
func (p *program) corpus() *cobra.Command {
	c := &cobra.Command{
		Use:   "corpus verify|graduate|regraduate|minimise",
		Short: "Keep runs that every build must repeat to the last event",
		Args: func(c *cobra.Command, args []string) error {
			return fmt.Errorf("corpus %q, legal is one of %s", strings.Join(args, " "), names(commands(c)))
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	c.AddCommand(p.corpusVerify(), p.corpusGraduate(), p.corpusRegraduate(), p.corpusMinimise())
	return c
}

// folder is the flag that says where the corpus is.
func folder(c *cobra.Command) *option[string] {
	dir := &option[string]{value: corpusInitial, kind: "DIR", initial: corpusInitial, parse: parseFile}
	c.Flags().SortFlags = false
	c.Flags().Var(dir, "dir", "folder of the corpus")
	return dir
}

// readCorpus reads the rows of a corpus.
func readCorpus(dir string) ([]scenarios.Row, error) {
	rows, err := scenarios.ReadCorpus(os.DirFS(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("no corpus in %s: %w", dir, err)
	}
	return rows, nil
}

// writeCorpus replaces the rows of a corpus by ones that are whole.
func writeCorpus(dir string, rows []scenarios.Row) error {
	path := filepath.Join(dir, scenarios.CorpusFile)
	if err := os.WriteFile(path+".new", []byte(scenarios.FormatCorpus(rows)), 0o666); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// onRows is a command that does something with all rows of a corpus.
func onRows(use, short string, do func(dir string, rows []scenarios.Row) error) *cobra.Command {
	c := &cobra.Command{Use: use + " [flags]", Short: short, Args: noArgs}
	dir := folder(c)
	c.RunE = func(*cobra.Command, []string) error {
		rows, err := readCorpus(dir.value)
		if err != nil {
			return err
		}
		return do(dir.value, rows)
	}
	return c
}

func (p *program) corpusVerify() *cobra.Command {
	return onRows("verify", "Carry out every row twice and compare; code 1 if one has moved or is rotten", func(dir string, rows []scenarios.Row) error {
		verified := p.verifyRows(dir, rows)
		for _, v := range verified {
			if v.Was.File != "" {
				fmt.Fprintf(p.stdout, "%v: %v, %d decisions\n", v.Was, v.Fit, v.Decisions)
			}
		}
		moved := p.tellMoved(verified)
		if moved == 0 {
			_, err := fmt.Fprintf(p.stdout, "%d rows verified\n", len(rows))
			return err
		}
		p.verdict = scenarios.Violated
		_, err := fmt.Fprintf(p.stdout, "%d of %d rows have moved; if that is meant: go run ./cmd/batpak-sim corpus regraduate\n", moved, len(rows))
		return err
	})
}

// verifyRows carries out every row, and tells how far it has come.
func (p *program) verifyRows(dir string, rows []scenarios.Row) []scenarios.Verified {
	line := newLine(p.stderr, time.Now, false)
	defer line.clear()
	var all []scenarios.Verified
	moved := 0
	for i := range rows {
		line.tell(float64(i)/float64(len(rows)), func(time.Duration) string {
			return fmt.Sprintf("%d of %d rows, %d have moved", i, len(rows), moved)
		})
		all = append(all, scenarios.VerifyCorpus(os.DirFS(dir), rows[i:i+1])...)
		if all[i].Moved() {
			moved++
		}
	}
	return all
}

// tellMoved shows the rows that have moved, as they were and as they are now, and counts
// them.
func (p *program) tellMoved(verified []scenarios.Verified) (moved int) {
	for _, v := range verified {
		if !v.Moved() {
			continue
		}
		moved++
		fmt.Fprintf(p.stdout, "%v: %s\n", v.Was, v.Was.Guards)
		if v.Err != nil {
			fmt.Fprintf(p.stdout, "  %v\n", v.Err)
			continue
		}
		fmt.Fprintf(p.stdout, "  - %v %s\n  + %v %s\n", v.Was.Digest, v.Was.Outcome, v.Now.Digest, v.Now.Outcome)
	}
	return moved
}

func (p *program) corpusRegraduate() *cobra.Command {
	return onRows("regraduate", "Take over what rows that have moved come to now, without their rotten decisions, and show it", func(dir string, rows []scenarios.Row) error {
		verified := p.verifyRows(dir, rows)
		moved, taken := p.tellMoved(verified), 0
		for i, v := range verified {
			if errors.Is(v.Err, scenarios.ErrRotten) {
				v.Now, v.Err = trimmed(dir, v.Was)
			}
			switch {
			case v.Err != nil:
				p.verdict = scenarios.Violated
			case v.Moved():
				rows[i] = v.Now
				taken++
			}
		}
		if err := writeCorpus(dir, rows); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "%d of %d rows regraduated, %d are illegal now\n", taken, len(rows), moved-taken)
		return err
	})
}

// trimmed takes the rotten decisions out of the row's recording and graduates what is
// left.
func trimmed(dir string, row scenarios.Row) (scenarios.Row, error) {
	text, err := row.Trim(os.DirFS(dir))
	if err != nil {
		return row, err
	}
	if err := os.WriteFile(filepath.Join(dir, row.File), []byte(text), 0o666); err != nil {
		return row, err
	}
	now, _, err := row.Graduate(os.DirFS(dir))
	return now, err
}

func (p *program) corpusMinimise() *cobra.Command {
	return onRows("minimise", "Take out the rows that exercise nothing that others do not; recordings stay", func(dir string, rows []scenarios.Row) error {
		fewer, err := scenarios.MinimiseCorpus(os.DirFS(dir), rows)
		if err != nil {
			return err
		}
		if err := writeCorpus(dir, fewer); err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%d of %d rows kept\n", len(fewer), len(rows))
		return err
	})
}

// graduating are the flags of the graduate command.
type graduating struct {
	options
	dir    *option[string]
	guards option[string]
}

func (p *program) corpusGraduate() *cobra.Command {
	var g graduating
	c := &cobra.Command{
		Use:   "graduate (FILE --guards TEXT | --seeds A..B) [flags]",
		Short: "Add a recording, or the seeds that exercise something new",
		Long: `Add a recording, or the seeds that exercise something new.

A row is added only if two runs agree and the outcome is legal. A recording is copied into
the folder of the corpus.`,
		Args: cobra.ArbitraryArgs,
	}
	g.dir = folder(c)
	g.register(c)
	for _, other := range []string{"json", "summary", "history", "trace", "html", "trace-events", "junit", "markdown", "github", "check-determinism", "save", "for", "saturation", "resume", "strategy", "without"} {
		c.Flags().Lookup(other).Hidden = true
	}
	g.guards = option[string]{kind: "TEXT", parse: parseGuards}
	c.Flags().Var(&g.guards, "guards", "what the row is there for")
	c.RunE = func(_ *cobra.Command, args []string) error { return p.graduate(args, &g) }
	return c
}

func parseGuards(text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return "", fmt.Errorf("legal is some text")
	}
	return text, nil
}

func (p *program) graduate(args []string, g *graduating) error {
	rows, err := readCorpus(g.dir.value)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(g.dir.value, 0o777); err != nil {
		return err
	}
	before := len(rows)
	switch seeded := g.seed.given || g.seeds.given; {
	case len(args) == 1 && !seeded && g.guards.given:
		rows, err = p.graduateFile(rows, args[0], g)
	case len(args) == 0 && seeded:
		rows, err = p.graduateSeeds(rows, g)
	default:
		return fmt.Errorf("what to graduate is not clear, legal are one FILE with --guards, or --seed N or --seeds A..B")
	}
	if err != nil {
		return err
	}
	if err := writeCorpus(g.dir.value, rows); err != nil {
		return err
	}
	for _, r := range rows[before:] {
		fmt.Fprintf(p.stdout, "%v: %v %s, %s\n", r, r.Digest, r.Outcome, r.Guards)
	}
	_, err = fmt.Fprintf(p.stdout, "%d rows added, %d in all\n", len(rows)-before, len(rows))
	return err
}

// graduateFile copies a recording into the corpus.
func (p *program) graduateFile(rows []scenarios.Row, path string, g *graduating) ([]scenarios.Row, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	row := scenarios.Row{File: filepath.Base(path), Guards: g.guards.value}
	row, _, err = row.Graduate(os.DirFS(filepath.Dir(path)))
	if err != nil {
		return nil, err
	}
	if rows, err = scenarios.AddRow(rows, row); err != nil {
		return nil, err
	}
	return rows, os.WriteFile(filepath.Join(g.dir.value, row.File), text, 0o666)
}

// graduateSeeds adds the seeds that exercise what no row before has, and one that is
// given with what it guards in any case.
func (p *program) graduateSeeds(rows []scenarios.Row, g *graduating) ([]scenarios.Row, error) {
	config, err := g.config()
	if err != nil {
		return nil, err
	}
	var coverage scenarios.CorpusCoverage
	for _, row := range rows {
		replay, err := row.Run(os.DirFS(g.dir.value))
		if err != nil {
			return nil, err
		}
		coverage.Add(replay.Result)
	}
	for seed := config.From; ; seed++ {
		for _, name := range config.Scenarios {
			row := scenarios.Row{Seed: seed, Scenario: name, Faults: config.Faults, Steps: config.Steps, Guards: g.guards.value}
			row, replay, err := row.Graduate(os.DirFS(g.dir.value))
			if err != nil {
				return nil, err
			}
			news := coverage.Add(replay.Result)
			if len(news) == 0 && !g.guards.given {
				continue
			}
			if !g.guards.given {
				row.Guards = "first to exercise " + summed(news)
			}
			if rows, err = scenarios.AddRow(rows, row); err != nil {
				return nil, err
			}
		}
		if seed == config.To {
			return rows, nil
		}
	}
}

// summed lists the last few of what is new, which are the rarest, and counts the others.
func summed(news []string) string {
	const few = 3
	if len(news) <= few {
		return strings.Join(news, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(news[len(news)-few:], ", "), len(news)-few)
}
