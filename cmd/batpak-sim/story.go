package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// writeFiles writes what is asked for besides the report. Wall is the time that the runs took.
func (p *program) writeFiles(o *options, c scenarios.SweepConfig, s scenarios.Summary, wall time.Duration) error {
	if o.junit.given {
		if err := writeFile(o.junit.value, func(w io.Writer) error { return reports.WriteJUnit(w, s) }); err != nil {
			return err
		}
	}
	if o.markdown.given {
		if err := writeFile(o.markdown.value, func(w io.Writer) error { return reports.WriteMarkdown(w, s) }); err != nil {
			return err
		}
	}
	if o.summary.given {
		record := reports.NewSweepRecord(s, wall, build())
		if err := writeFile(o.summary.value, func(w io.Writer) error { return reports.WriteSweepJSON(w, record) }); err != nil {
			return err
		}
	}
	if o.history.given {
		entry := reports.NewHistoryEntry(s, wall, build(), time.Now())
		if err := appendFile(o.history.value, func(w io.Writer) error { return reports.WriteHistoryEntry(w, entry) }); err != nil {
			return err
		}
	}
	if o.html.given && !single(c) {
		return writeFile(o.html.value, func(w io.Writer) error { return reports.WriteCampaign(w, reports.NewCampaign(s, wall)) })
	}
	if !o.html.given && !o.events.given {
		return nil
	}
	return p.writeRun(o, c)
}

// single tells that there is one run only.
func single(c scenarios.SweepConfig) bool { return c.From == c.To && len(c.Scenarios) == 1 }

// writeRun writes the single run again, with all that led to it.
func (p *program) writeRun(o *options, c scenarios.SweepConfig) error {
	recording, _, err := scenarios.Record(scenarios.Config{
		Scenario: c.Scenarios[0], Seed: c.From, Faults: c.Faults, Steps: c.Steps, Strategy: c.Strategy,
	})
	if err != nil {
		return err
	}
	got, err := recording.Replay(sim.KeepAll)
	if err != nil {
		return err
	}
	got.Seed = c.From
	if o.events.given {
		if err := writeFile(o.events.value, func(w io.Writer) error { return reports.WriteTraceEvents(w, got.Trace) }); err != nil {
			return err
		}
	}
	if !o.html.given {
		return nil
	}
	story, err := p.newStory(recording, got, "", scenarios.ProspectsDefault)
	if err != nil {
		return err
	}
	return writeFile(o.html.value, func(w io.Writer) error { return reports.WriteStory(w, story) })
}

// newStory tells a recording that was replayed with its whole trace. A run that passes is
// told without its decisions: none of them is the reason for anything.
func (p *program) newStory(recording scenarios.Recording, got scenarios.Replay, again string, continuations int) (reports.Story, error) {
	t := reports.Telling{Result: got.Result, Again: again}
	if got.Verdict == scenarios.Pass {
		return reports.NewStory(t), nil
	}
	var err error
	if t.Nearest, err = recording.Nearest(got.Trace); err != nil {
		return reports.Story{}, err
	}
	line := newLine(p.stderr, time.Now, false)
	defer line.clear()
	t.Prospects, err = recording.Prospects(continuations, func(done, most int) bool {
		line.tell(min(1, float64(done)/float64(most)), func(time.Duration) string {
			return fmt.Sprintf("%d parts of the run continued %d times each", done, continuations)
		})
		return true
	})
	if err != nil {
		return reports.Story{}, err
	}
	t.Recording, t.At = &recording, got.At
	return reports.NewStory(t), nil
}

// terminalOf tells how wide a terminal is and whether it wants colours; NO_COLOR says no.
func terminalOf(w io.Writer) reports.Terminal {
	if !isTerminal(w) {
		return reports.Terminal{}
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil {
		width = 0 // as wide as it gets
	}
	return reports.Terminal{Width: width, Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}
