package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/mutation"
	"github.com/batpak/batpak-sim/mutation/operator"
	"github.com/batpak/batpak-sim/mutation/report"
	"github.com/batpak/batpak-sim/mutation/trial"
	"github.com/batpak/batpak-sim/scenarios"
)

// mutating are the flags of the mutate command.
type mutating struct {
	only     option[[]string]
	files    option[[]string]
	named    option[string]
	tests    option[string]
	seeds    option[uint64]
	diff     option[string]
	sample   option[uint64]
	seed     option[uint64]
	ledger   option[string]
	cache    option[string]
	minScore option[float64]
	tags     option[string]
	workers  option[uint64]
	short    option[bool]
	narrow   option[bool]
	matrix   option[bool]
	json     option[bool]
	github   option[bool]
	stryker  option[string]
	junit    option[string]
	html     option[string]
}

// mutate puts small faults into packages of any module and tells which of them its
// tests miss.
func (p *program) mutate() *cobra.Command {
	var m mutating
	c := &cobra.Command{
		Use:   "mutate [flags] PACKAGES",
		Short: "Put small faults into packages and tell which of them the tests miss",
		Long: `Put small faults into packages and tell which of them the tests miss.

PACKAGES are patterns of the go command, such as ./core/..., in the module of the current
directory, whatever module that is. Its tests must pass without any fault; the source is
not touched, and must stay as it is meanwhile. It needs the go command. The exit code is
0 if every fault is noticed or accepted in the ledger, or the score is at least that of
--min-score; 1 if not, or if the ledger is stale; 2 on wrong arguments or if the tests cannot be run; 3 if it was
interrupted.`,
		Example: `  batpak-sim mutate ./core/...
  batpak-sim mutate --diff origin/main --github ./...
  batpak-sim mutate --sample 200 --seed 7 --min-score 90 ./...`,
		Args: somePackages,
		RunE: func(c *cobra.Command, patterns []string) error { return p.try(c.Context(), &m, patterns) },
	}
	m.register(c)
	return c
}

func somePackages(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no package is given, legal are patterns such as ./...; the named defects are the command defects")
	}
	return nil
}

func (m *mutating) register(c *cobra.Command) {
	m.only = option[[]string]{kind: "OPERATOR", parse: parseNames(operator.Names()), join: joinNames}
	m.files = option[[]string]{kind: "PATTERN", parse: parseFiles, join: joinNames}
	m.named = option[string]{kind: strings.Join(listNames(), "|"), parse: parseList}
	m.tests = option[string]{kind: "PACKAGES", parse: parseText}
	m.seeds = option[uint64]{kind: "N", parse: parseCount}
	m.diff = option[string]{kind: "REF", parse: parseRevision}
	m.sample = option[uint64]{kind: "N", parse: parseCount}
	m.seed = option[uint64]{kind: "S", parse: parseSeed}
	m.ledger = option[string]{kind: "FILE", parse: parseFile}
	m.cache = option[string]{kind: "FILE", parse: parseFile}
	m.minScore = option[float64]{kind: "PERCENT", parse: parsePercent}
	m.tags = option[string]{kind: "TAGS", parse: parseText}
	m.workers = option[uint64]{kind: "N", parse: parseCount}
	m.short = option[bool]{kind: "bool", parse: parseSwitch}
	m.narrow = option[bool]{kind: "bool", parse: parseSwitch}
	m.matrix = option[bool]{kind: "bool", parse: parseSwitch}
	m.json = option[bool]{kind: "bool", parse: parseSwitch}
	m.github = option[bool]{kind: "bool", parse: parseSwitch}
	m.stryker = option[string]{kind: "FILE", parse: parseFile}
	m.junit = option[string]{kind: "FILE", parse: parseFile}
	m.html = option[string]{kind: "FILE", parse: parseFile}
	f := c.Flags()
	f.SortFlags = false
	f.Var(&m.only, "only", "only mutants of this operator; may be repeated or a comma-separated list")
	f.Var(&m.files, "files", "only mutants of files such as core/g*.go; may be repeated or a comma-separated list")
	f.Var(&m.named, "named", "try instead the engine's named defects, or the mutants of upstream's tests; for packages of this module")
	f.Var(&m.tests, "tests", "let the tests of these packages kill, too")
	f.Var(&m.seeds, "seeds", "let the simulation's seeds 1 to N kill, too; for packages of this module")
	f.Var(&m.diff, "diff", "only mutants on lines that differ from this revision of git")
	f.Var(&m.sample, "sample", "only so many mutants, drawn by --seed")
	f.Var(&m.seed, "seed", "what --sample draws by")
	f.Var(&m.ledger, "ledger", "survivors that are accepted, with reasons")
	f.Var(&m.cache, "cache", "keep verdicts here, and reuse those of unchanged code and tests")
	f.Var(&m.minScore, "min-score", "exit with 0 although mutants survive, if the score is at least this")
	f.Var(&m.tags, "tags", "build tags, separated by commas")
	f.Var(&m.workers, "workers", "tests at a time; without it as many as there are processors")
	f.Var(&m.short, "short", "tell tests to be short, as go test -short does")
	f.Var(&m.narrow, "narrow", "do not run survivors again on the tests that did not seem to reach them")
	f.Var(&m.matrix, "matrix", "find every test that kills a mutant, and the cheapest set of them")
	f.Var(&m.json, "json", "write one JSON object a line for every mutant")
	f.Var(&m.github, "github", "write survivors as annotations for GitHub")
	f.Var(&m.stryker, "stryker", "write a report of the mutation-report schema to a file")
	f.Var(&m.html, "html", "write a page that shows every mutant in its source")
	f.Var(&m.junit, "junit", "write a JUnit report to a file")
	for _, name := range []string{"short", "narrow", "matrix", "json", "github"} {
		f.Lookup(name).NoOptDefVal = "true"
	}
	c.MarkFlagsMutuallyExclusive("json", "github")
	for _, other := range []string{"only", "files", "diff", "sample"} {
		c.MarkFlagsMutuallyExclusive("named", other)
	}
	complete(c, "only", operator.Names())
	complete(c, "named", listNames())
}

func (m *mutating) config(ctx context.Context, patterns []string) (trial.Config, error) {
	c := trial.Config{
		Patterns: patterns, Tags: m.tags.value, Operators: m.only.value, Files: m.files.value, Diff: m.diff.value,
		Sample: int(m.sample.value), Seed: m.seed.value, Ledger: m.ledger.value, Cache: m.cache.value,
		Workers: int(m.workers.value), Short: m.short.value, Narrow: m.narrow.value, Matrix: m.matrix.value,
	}
	if m.seed.given && !m.sample.given {
		return c, fmt.Errorf("--seed is given without --sample, legal is both")
	}
	if m.tests.given {
		c.Killers = []string{m.tests.value}
	}
	if !m.seeds.given && !m.named.given {
		return c, nil
	}
	root, err := mutation.Root(ctx, ".")
	if err != nil {
		return c, err
	}
	if m.seeds.given {
		c.Seeds, c.Program = int(m.seeds.value), mutation.Program
	}
	for _, d := range lists[m.named.value] {
		files, err := d.Apply(root)
		if err != nil {
			return c, err
		}
		c.Named = append(c.Named, trial.Named{Name: d.Name, Purpose: d.Summary, Files: files})
	}
	return c, nil
}

// lists are what --named takes.
var lists = map[string][]mutation.Defect{"defects": mutation.Defects(), "upstream": mutation.Upstream()}

func listNames() []string { return slices.Sorted(maps.Keys(lists)) }

func parseList(text string) (string, error) {
	if _, ok := lists[text]; !ok {
		return "", fmt.Errorf("legal are %s", strings.Join(listNames(), ", "))
	}
	return text, nil
}

func (p *program) try(ctx context.Context, m *mutating, patterns []string) error {
	config, err := m.config(ctx, patterns)
	if err != nil {
		return err
	}
	line := newLine(p.stderr, time.Now, m.json.value)
	config.Progress = func(done trial.Progress) {
		line.tell(shareOf(done), func(elapsed time.Duration) string { return trialText(done, elapsed) })
	}
	r, err := trial.Run(ctx, config)
	line.clear()
	if ctx.Err() != nil {
		p.verdict = scenarios.Inconclusive
		fmt.Fprintln(p.stderr, "batpak-sim: interrupted, no verdict; with --cache it goes on where it was")
		return nil
	}
	if err != nil {
		return err
	}
	p.verdict = m.verdict(r)
	return p.reportTrial(m, r)
}

// shareOf is how much of a trial is done.
func shareOf(d trial.Progress) float64 {
	if d.Total == 0 {
		return 0
	}
	return float64(d.Done) / float64(d.Total)
}

// trialText is the line of progress. The time that is left goes by the mutants that
// are judged, so it is told only once there are some.
func trialText(d trial.Progress, elapsed time.Duration) string {
	if d.Done == 0 {
		return fmt.Sprintf("%s, %d mutants, %v", d.Phase, d.Total, elapsed.Round(time.Second))
	}
	left := time.Duration(float64(d.Took) / float64(d.Done) * float64(d.Total-d.Done))
	return fmt.Sprintf("%d of %d mutants, %.0f a minute, %v to go, %d alive", d.Done, d.Total, float64(d.Done)/d.Took.Minutes(), left.Round(time.Second), d.Alive)
}

// verdict says whether the tests are good enough.
func (m *mutating) verdict(r trial.Report) scenarios.Verdict {
	alive := r.Count(trial.Survived) + r.Count(trial.Unreached)
	if m.minScore.given {
		alive = 0
	}
	for _, v := range r.Verdicts {
		if v.Name != "" && (v.Status == trial.Invalid || v.Status == trial.Equivalent) {
			alive++ // somebody wrote it to be noticed
		}
	}
	if alive > 0 || len(r.Stale) > 0 || r.Score() < m.minScore.value {
		return scenarios.Violated
	}
	return scenarios.Pass
}

func (p *program) reportTrial(m *mutating, r trial.Report) error {
	write := report.Text
	switch {
	case m.json.value:
		write = report.JSON
	case m.github.value:
		write = report.GitHub
	}
	if err := write(p.stdout, r); err != nil {
		return err
	}
	if err := writeReport(m.stryker, r, report.Stryker); err != nil {
		return err
	}
	if err := writeReport(m.html, r, report.HTML); err != nil {
		return err
	}
	return writeReport(m.junit, r, report.JUnit)
}

func writeReport(to option[string], r trial.Report, write func(io.Writer, trial.Report) error) error {
	if !to.given {
		return nil
	}
	f, err := os.Create(to.value)
	if err != nil {
		return err
	}
	if err := write(f, r); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", to.value, err)
	}
	return f.Close()
}

func parseFiles(text string) ([]string, error) {
	patterns := strings.Split(text, ",")
	for _, p := range patterns {
		if _, err := path.Match(p, ""); p == "" || err != nil {
			return nil, fmt.Errorf("legal are patterns such as core/*.go")
		}
	}
	return patterns, nil
}

func parsePercent(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 100) {
		return 0, fmt.Errorf("legal are 0 to 100")
	}
	return n, nil
}

func parseText(text string) (string, error) {
	if text == "" {
		return "", fmt.Errorf("it is empty")
	}
	return text, nil
}

// parseRevision refuses what git would take for a flag.
func parseRevision(text string) (string, error) {
	if text == "" || text[0] == '-' {
		return "", fmt.Errorf("legal is a revision of git, such as main")
	}
	return text, nil
}
