package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// replaying are the flags of the replay command.
type replaying struct {
	json  option[bool]
	trace option[string]
	html  option[string]
	story option[bool]

	continuations option[int]
}

// replay carries out what a file has recorded.
func (p *program) replay() *cobra.Command {
	var r replaying
	c := &cobra.Command{
		Use:   "replay FILE [flags]",
		Short: "Carry out a recorded run again",
		Long: `Carry out a recorded run again.

FILE is text, as --save, shrink and explore write it; it may be edited. The replay is exact
if every decision was met with the same alternatives and the result is the recorded
one, event by event; adapted if the decisions could be followed but something was
different; rotten if some were not asked for any more. The exit code is that of the
run: 0 if it passes now, 1 if it fails.`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error { return p.replayFile(args[0], &r) },
	}
	r.json = option[bool]{kind: "bool", parse: parseSwitch}
	r.trace = option[string]{kind: "FILE", parse: parseFile}
	r.html = option[string]{kind: "FILE", parse: parseFile}
	r.story = option[bool]{kind: "bool", parse: parseSwitch}
	r.continuations = option[int]{value: scenarios.ProspectsDefault, kind: "N", initial: strconv.Itoa(scenarios.ProspectsDefault), parse: parseContinuations}
	f := c.Flags()
	f.SortFlags = false
	f.Var(&r.json, "json", "write one JSON object")
	f.Var(&r.trace, "trace", "write the events of the run to a file, one a line")
	f.Var(&r.html, "html", "write the run to a file as a page")
	f.Var(&r.story, "story", "write what led to the result, event by event")
	f.Var(&r.continuations, "continuations", "for page and story, go on with so many other seeds after each part of a run that fails, and tell from where all of them fail; 0 = do not")
	f.Lookup("story").NoOptDefVal = "true"
	f.Lookup("json").NoOptDefVal = "true"
	return c
}

func parseContinuations(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1000 {
		return 0, fmt.Errorf("legal are 0 to 1000")
	}
	return n, nil
}

func (p *program) replayFile(path string, o *replaying) error {
	if o.json.value && o.story.value {
		return errors.New("--json and --story are both given, legal is one of them")
	}
	recording, err := readRecording(path)
	if err != nil {
		return err
	}
	keep := 0
	if o.trace.given || o.html.given || o.story.value {
		keep = sim.KeepAll
	}
	got, err := recording.Replay(keep)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	p.verdict = got.Verdict
	if o.trace.given {
		if err := writeFile(o.trace.value, func(w io.Writer) error { return reports.WriteTrace(w, got.Trace) }); err != nil {
			return err
		}
	}
	if o.html.given || o.story.value {
		story, err := p.newStory(recording, got, reports.ReproduceReplay(path), o.continuations.value)
		if err != nil {
			return err
		}
		if o.html.given {
			if err := writeFile(o.html.value, func(w io.Writer) error { return reports.WriteStory(w, story) }); err != nil {
				return err
			}
		}
		if o.story.value {
			return reports.WriteStoryText(p.stdout, story, terminalOf(p.stdout))
		}
	}
	if o.json.value {
		return reports.WriteReplayJSON(p.stdout, path, got)
	}
	return reports.WriteReplay(p.stdout, recording, got)
}
