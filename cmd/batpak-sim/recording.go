package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/spf13/cobra"
)

// recordingExt is how the names of saved recordings end.
const recordingExt = ".run"

// readRecording reads the recording in a file.
func readRecording(path string) (scenarios.Recording, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return scenarios.Recording{}, err
	}
	r, err := scenarios.ParseRecording(string(text))
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// saveRecording writes a recording into a directory, over one of the same scenario
// and signature, and returns its path.
func saveRecording(dir string, r scenarios.Recording) (string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	h := fnv.New32a()
	h.Write([]byte(r.Signature))
	path := filepath.Join(dir, fmt.Sprintf("%s-%08x%s", r.Scenario, h.Sum32(), recordingExt))
	return path, writeRecording(path, r)
}

func writeRecording(path string, r scenarios.Recording) error {
	return os.WriteFile(path, []byte(r.String()), 0o666)
}

// oneFile accepts exactly one argument, the path of a recording.
func oneFile(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s takes one FILE, %d are given", c.Name(), len(args))
	}
	return nil
}

// recordSeed carries out the run of a seed and writes it down.
func recordSeed(r scenarios.Result) (scenarios.Recording, error) {
	recording, _, err := scenarios.Record(scenarios.Config{Scenario: r.Scenario, Seed: r.Seed, Faults: r.FaultMode, Steps: r.Steps, Strategy: r.Strategy})
	recording.Revision = build()
	return recording, err
}
