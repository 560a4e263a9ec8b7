package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/sim"
)

// replaying are the flags of the replay command.
type replaying struct {
	json  option[bool]
	trace option[string]
	html  option[string]
	story option[bool]
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
	f := c.Flags()
	f.SortFlags = false
	f.Var(&r.json, "json", "write one JSON object")
	f.Var(&r.trace, "trace", "write the events of the run to a file, one a line")
	f.Var(&r.html, "html", "write the run to a file as a page")
	f.Var(&r.story, "story", "write what led to the result, event by event")
	f.Lookup("story").NoOptDefVal = "true"
	f.Lookup("json").NoOptDefVal = "true"
	return c
}

func (p *program) replayFile(path string, o *replaying) error {
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
	if o.html.given {
		if err := writeStory(o.html.value, recording, got, reports.ReproduceReplay(path)); err != nil {
			return err
		}
	}
	if o.json.value && o.story.value {
		return errors.New("--json and --story are both given, legal is one of them")
	}
	if o.story.value {
		story, err := newStory(recording, got, reports.ReproduceReplay(path))
		if err != nil {
			return err
		}
		return reports.WriteStoryText(p.stdout, story, terminalOf(p.stdout))
	}
	if o.json.value {
		return reports.WriteReplayJSON(p.stdout, path, got)
	}
	return reports.WriteReplay(p.stdout, recording, got)
}
