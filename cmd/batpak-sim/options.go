package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/scenarios"
)

// options are the flags of the root command.
type options struct {
	seed      option[uint64]
	seeds     option[seedRange]
	scenarios option[[]string]
	faults    option[scenarios.Faults]
	steps     option[int]
	strategy  option[scenarios.Strategy]
	without   option[[]string]
	json      option[bool]
	summary   option[string]
	history   option[string]
	trace     option[string]
	html      option[string]
	events    option[string]
	junit     option[string]
	markdown  option[string]
	github    option[bool]
	check     option[bool]
	save      option[string]

	budget     option[time.Duration]
	saturation option[float64]
	resume     option[string]
}

func (o *options) register(c *cobra.Command) {
	o.seed = option[uint64]{kind: "N", parse: parseSeed}
	o.seeds = option[seedRange]{kind: "A..[B]", parse: parseSeeds}
	o.scenarios = option[[]string]{kind: "NAME", parse: parseNames(scenarios.Names()), join: joinNames}
	o.faults = option[scenarios.Faults]{kind: strings.Join(levels(), "|"), initial: string(scenarios.FaultsLight), parse: parseFaults}
	o.steps = option[int]{kind: "N", initial: strconv.Itoa(scenarios.StepsDefault), parse: parseSteps}
	o.strategy = option[scenarios.Strategy]{kind: strings.Join(strategies(), "|"), initial: string(scenarios.StrategyWalk), parse: parseStrategy}
	o.without = option[[]string]{kind: "PART", parse: parseNames(parts()), join: joinNames}
	o.json = option[bool]{kind: "bool", parse: parseSwitch}
	o.summary = option[string]{kind: "FILE", parse: parseFile}
	o.history = option[string]{kind: "FILE", parse: parseFile}
	o.trace = option[string]{kind: "FILE", parse: parseFile}
	o.html = option[string]{kind: "FILE", parse: parseFile}
	o.events = option[string]{kind: "FILE", parse: parseFile}
	o.junit = option[string]{kind: "FILE", parse: parseFile}
	o.markdown = option[string]{kind: "FILE", parse: parseFile}
	o.github = option[bool]{kind: "bool", parse: parseSwitch}
	o.check = option[bool]{kind: "bool", parse: parseSwitch}
	o.budget = option[time.Duration]{kind: "DURATION", parse: parseDuration}
	o.saturation = option[float64]{kind: "P", parse: parseProbability}
	o.resume = option[string]{kind: "FILE", parse: parseFile}
	o.save = option[string]{kind: "DIR", parse: parseFile}

	f := c.Flags()
	f.SortFlags = false
	f.Var(&o.seed, "seed", "run the scenarios under this seed")
	f.Var(&o.seeds, "seeds", "sweep over the seeds from A to B, both included; no B, and there is no end")
	f.Var(&o.scenarios, "scenario", "run only this scenario; may be repeated or a comma-separated list")
	f.Var(&o.faults, "faults", "how hard the disk is on the engine, besides crashes")
	f.Var(&o.steps, "steps", fmt.Sprintf("operations of each producer in each incarnation, at most %d", scenarios.StepsMax))
	f.Var(&o.strategy, "strategy", "how the decisions are searched: uniformly, by priorities of tasks, or with some kinds left plain")
	f.Var(&o.without, "without", "do without this oracle, fault or crash rule; may be repeated or a comma-separated list")
	f.Var(&o.json, "json", "write one JSON object a line for every run")
	f.Var(&o.summary, "summary", "write what the runs came to, all together, to a file as JSON")
	f.Var(&o.history, "history", "add a line about the runs to a file, for the command trend")
	f.Var(&o.trace, "trace", "write the events of a single run to a file, one a line")
	f.Var(&o.html, "html", "write a page: of a single run what was promised, what happened, and all that led to it; of a sweep what it found")
	f.Var(&o.events, "trace-events", "write the events of a single run to a file that Perfetto opens")
	f.Var(&o.junit, "junit", "write the findings to a file as JUnit's XML")
	f.Var(&o.markdown, "markdown", "write the verdict and the findings to a file as Markdown")
	f.Var(&o.github, "github", "write the findings as annotations for GitHub behind the report, and as a table into the summary of the step")
	f.Var(&o.check, "check-determinism", "carry out every run twice; show where they part, if they do")
	f.Var(&o.budget, "for", "end a sweep after this time, as 10m")
	f.Var(&o.saturation, "saturation", "end a sweep when a further run behaves in a new way with less than this probability")
	f.Var(&o.resume, "resume", "go on with the sweep of this file, if it is there, and keep in it how far it has come")
	f.Var(&o.save, "save", "record the first run of every finding in a file of this directory")
	f.Lookup("json").NoOptDefVal = "true"
	f.Lookup("check-determinism").NoOptDefVal = "true"
	f.Lookup("github").NoOptDefVal = "true"
	c.MarkFlagsMutuallyExclusive("json", "github")
	complete(c, "scenario", scenarios.Names())
	complete(c, "faults", levels())
	complete(c, "strategy", strategies())
	complete(c, "without", parts())
}

func complete(c *cobra.Command, flag string, values []string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is registered
	}
}

// config is the sweep that the options ask for.
func (o *options) config() (scenarios.SweepConfig, error) {
	c := scenarios.SweepConfig{
		Scenarios: o.scenarios.value, From: o.seeds.value.from, To: o.seeds.value.to,
		Faults: o.faults.value, Steps: o.steps.value, CheckDeterminism: o.check.value,
		Strategy: o.strategy.value, Without: o.without.value, Saturation: o.saturation.value,
	}
	if !o.scenarios.given {
		c.Scenarios = scenarios.Names()
	}
	switch {
	case o.seed.given && o.seeds.given:
		return c, fmt.Errorf("--seed and --seeds are both given, legal is one of them")
	case o.seed.given:
		c.From, c.To = o.seed.value, o.seed.value
	case !o.seeds.given:
		return c, fmt.Errorf("no seed is given, legal are --seed N and --seeds A..B")
	}
	if o.without.given && o.save.given {
		return c, fmt.Errorf("--without and --save are both given, legal is one of them: a recording is of the whole harness")
	}
	if o.without.given && single(c) && (o.html.given || o.events.given) {
		return c, fmt.Errorf("--without and --html or --trace-events of a single run are both given, legal is one of them: a recording is of the whole harness")
	}
	for _, alone := range []struct {
		flag  string
		given bool
	}{{"--trace", o.trace.given}, {"--trace-events", o.events.given}} {
		if alone.given && !single(c) {
			return c, fmt.Errorf("%s is of a single run, legal is one --seed with one --scenario of %s", alone.flag, names(scenarios.Names()))
		}
	}
	return c, nil
}

// option is the value of a flag. It implements pflag.Value.
type option[T any] struct {
	value   T
	given   bool
	kind    string // what the value is, for the usage
	initial string // what holds when the flag is not given, for the usage
	parse   func(string) (T, error)
	join    func(before, now T) (T, error) // nil = may be given once
}

func (o *option[T]) Type() string   { return o.kind }
func (o *option[T]) String() string { return o.initial }

func (o *option[T]) Set(text string) error {
	v, err := o.parse(text)
	switch {
	case err != nil:
		return err
	case o.given && o.join == nil:
		return fmt.Errorf("it is given before, legal is once")
	case o.given:
		if v, err = o.join(o.value, v); err != nil {
			return err
		}
	}
	o.value, o.given = v, true
	return nil
}

// seedRange is a range of seeds, both ends included.
type seedRange struct{ from, to uint64 }

func parseSeed(text string) (uint64, error) {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("legal are 0 to %d", uint64(math.MaxUint64))
	}
	return seed, nil
}

func parseSeeds(text string) (seedRange, error) {
	a, b, dots := strings.Cut(text, "..")
	from, errA := parseSeed(a)
	to, errB := parseSeed(cmp.Or(b, strconv.FormatUint(math.MaxUint64, 10)))
	if !dots || errA != nil || errB != nil || from > to {
		return seedRange{}, fmt.Errorf("legal are A.. and A..B with 0 <= A <= B <= %d", uint64(math.MaxUint64))
	}
	return seedRange{from, to}, nil
}

// parseNames returns the parser of a comma-separated list of legal names.
func parseNames(legal []string) func(string) ([]string, error) {
	return func(text string) ([]string, error) {
		var all []string
		for name := range strings.SplitSeq(text, ",") {
			if !slices.Contains(legal, name) {
				return nil, fmt.Errorf("legal are %s", names(legal))
			}
			joined, err := joinNames(all, []string{name})
			if err != nil {
				return nil, err
			}
			all = joined
		}
		return all, nil
	}
}

func joinNames(before, now []string) ([]string, error) {
	for _, name := range now {
		if slices.Contains(before, name) {
			return nil, fmt.Errorf("%s is given twice, legal is once", name)
		}
	}
	return slices.Concat(before, now), nil
}

func parseFaults(text string) (scenarios.Faults, error) {
	if !slices.Contains(levels(), text) {
		return "", fmt.Errorf("legal are %s", names(levels()))
	}
	return scenarios.Faults(text), nil
}

func parseSteps(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > scenarios.StepsMax {
		return 0, fmt.Errorf("legal are 1 to %d", scenarios.StepsMax)
	}
	return n, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("legal are times above 0, such as 90s or 10m")
	}
	return d, nil
}

func parseProbability(text string) (float64, error) {
	p, err := strconv.ParseFloat(text, 64)
	if err != nil || !(p > 0 && p < 1) {
		return 0, fmt.Errorf("legal are numbers between 0 and 1")
	}
	return p, nil
}

func parseSwitch(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, fmt.Errorf("legal are true and false")
	}
	return text == "true", nil
}

func parseFile(text string) (string, error) {
	if text == "" {
		return "", fmt.Errorf("legal is the path of a file")
	}
	return text, nil
}

func levels() []string {
	var names []string
	for _, level := range scenarios.FaultLevels() {
		names = append(names, string(level))
	}
	return names
}

func parseStrategy(text string) (scenarios.Strategy, error) {
	if !slices.Contains(strategies(), text) {
		return "", fmt.Errorf("legal are %s", names(strategies()))
	}
	return scenarios.Strategy(text), nil
}

func strategies() []string {
	var names []string
	for _, s := range scenarios.Strategies() {
		names = append(names, string(s))
	}
	return names
}

func parts() []string {
	var names []string
	for _, p := range scenarios.Parts() {
		names = append(names, p.Name)
	}
	return names
}

func names(all []string) string { return strings.Join(all, ", ") }
