package main

import (
	"fmt"
	"io"
	"os"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// writeFiles writes what is asked for besides the report.
func (o *options) writeFiles(c scenarios.SweepConfig, s scenarios.Summary) error {
	if o.junit.given {
		if err := writeFile(o.junit.value, func(w io.Writer) error { return reports.WriteJUnit(w, s) }); err != nil {
			return err
		}
	}
	if !o.html.given && !o.events.given {
		return nil
	}
	recording, _, err := scenarios.Record(scenarios.Config{
		Scenario: c.Scenarios[0], Seed: c.From, Faults: c.Faults, Steps: c.Steps,
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
	return writeStory(o.html.value, recording, got, "")
}

// writeStory writes the page of a recording that was replayed with its whole trace.
func writeStory(path string, recording scenarios.Recording, got scenarios.Replay, again string) error {
	t := reports.Telling{Result: got.Result, Again: again}
	if got.Verdict != scenarios.Pass {
		nearest, err := recording.Nearest(got.Trace)
		if err != nil {
			return err
		}
		t.Recording, t.At, t.Nearest = &recording, got.At, nearest
	}
	return writeFile(path, func(w io.Writer) error { return reports.WriteStory(w, reports.NewStory(t)) })
}

// writeFile makes a file of what write writes.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// replayLine is the command that carries out a recording again.
func replayLine(path string) string {
	return fmt.Sprintf("go run ./cmd/batpak-sim replay %s", path)
}
