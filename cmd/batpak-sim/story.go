package main

import (
	"fmt"
	"os"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// writeSeedStory writes the page of the run of a seed.
func writeSeedStory(path string, c scenarios.SweepConfig) error {
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
	return writeStory(path, recording, got, "")
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
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := reports.WriteStory(f, reports.NewStory(t)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// replayLine is the command that carries out a recording again.
func replayLine(path string) string {
	return fmt.Sprintf("go run ./cmd/batpak-sim replay %s", path)
}
