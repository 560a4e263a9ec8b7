package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

// sweepFile keeps how far a sweep has come, so that a later invocation goes on with it.
type sweepFile struct {
	path   string
	due    time.Time
	broken error
}

// sweepFileEvery is how often the file is written while the sweep goes on.
const sweepFileEvery = 10 * time.Second

// sweepState is the content of the file.
type sweepState struct {
	Version  int               `json:"version"`
	Revision string            `json:"revision"` // of the build: another one would be another sweep
	Summary  scenarios.Summary `json:"summary"`
}

const sweepFileVersion = 1

// openSweepFile lets the sweep go on from what the file has, if there is one, and keep it up
// to date.
func openSweepFile(path string, config *scenarios.SweepConfig) (*sweepFile, error) {
	f := &sweepFile{path: path, due: time.Now().Add(sweepFileEvery)}
	config.Watch = f.watch
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, f.try()
	}
	if err != nil {
		return nil, err
	}
	var state sweepState
	if err := json.Unmarshal(text, &state); err != nil || state.Version != sweepFileVersion {
		return nil, fmt.Errorf("%s is no file that --resume has written, of version %d: name another, or remove it", path, sweepFileVersion)
	}
	if state.Revision != build() {
		return nil, fmt.Errorf("%s is of a sweep by build %s, this one is %s: name another file, or remove it", path, state.Revision, build())
	}
	config.Before = &state.Summary
	return f, nil
}

// try finds out whether the file can be written, before there is anything to lose.
func (f *sweepFile) try() error {
	if err := os.WriteFile(f.path+".new", nil, 0o666); err != nil {
		return err
	}
	return os.Remove(f.path + ".new")
}

func (f *sweepFile) watch(s scenarios.Summary) {
	if now := time.Now(); now.After(f.due) && f.broken == nil {
		f.due = now.Add(sweepFileEvery)
		f.broken = f.write(s)
	}
}

// write replaces the file by one that is whole.
func (f *sweepFile) write(s scenarios.Summary) error {
	if f.broken != nil {
		return f.broken
	}
	text, err := json.MarshalIndent(sweepState{sweepFileVersion, build(), s}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.path+".new", append(text, '\n'), 0o666); err != nil {
		return err
	}
	return os.Rename(f.path+".new", f.path)
}
