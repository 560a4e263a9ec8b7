package scenarios_test

import (
	"errors"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

func written(t *testing.T, config scenarios.Config) (scenarios.Recording, scenarios.Result) {
	t.Helper()
	r, result, err := scenarios.Record(config)
	if err != nil {
		t.Fatal(err)
	}
	return r, result
}

// A recording of a run says all about it: its text read back and replayed is the same
// run, event by event.
func TestRecordingReplaysExactly(t *testing.T) {
	for _, config := range mixes() {
		t.Run(mixName(config), func(t *testing.T) {
			for config.Seed = range seedsOf(2) {
				r, result := written(t, config)
				if plain := run(t, config); plain.Digest != result.Digest {
					t.Fatalf("seed %d: digest %v while recorded, %v otherwise", config.Seed, result.Digest, plain.Digest)
				}
				read, err := scenarios.ParseRecording(r.String())
				if err != nil {
					t.Fatal(err)
				}
				got, err := read.Replay(0)
				if err != nil {
					t.Fatal(err)
				}
				if got.Fit() != sim.Exact || got.Digest != result.Digest || got.Count(sim.Exact) != len(r.Decisions) {
					t.Errorf("seed %d: replay %v (%s) with digest %v, want exact with %v", config.Seed, got.Fit(), got.Deviation, got.Digest, result.Digest)
				}
			}
		})
	}
}

// What is printed is read back the same: only the order of decisions of different
// labels is another.
func TestRecordingReadsBack(t *testing.T) {
	r, _ := written(t, scenarios.Config{Scenario: "region-mismatch", Seed: 3, Faults: scenarios.FaultsHeavy, Steps: 4})
	r.Revision, r.Closed, r.Images, r.Signature = "v1.2.3", true, []simfs.StateID{"37-1f", "41-0"}, "no-ghost/half a batch"
	once, err := scenarios.ParseRecording(r.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(once.Decisions) != len(r.Decisions) || len(once.Notes) != len(r.Notes) || len(r.Notes) == 0 {
		t.Errorf("read back %d decisions and %d notes, want %d and %d", len(once.Decisions), len(once.Notes), len(r.Decisions), len(r.Notes))
	}
	twice, err := scenarios.ParseRecording(once.String())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(once, twice); d != "" {
		t.Errorf("read back twice (-once +twice):\n%s", d)
	}
	r.Decisions, r.Notes, r.Tail = once.Decisions, once.Notes, nil
	if d := cmp.Diff(r, once); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
}

// An edited recording is followed as far as it goes, and the replay says how far.
func TestRecordingEdited(t *testing.T) {
	r, result := written(t, scenarios.Config{Scenario: "crash", Seed: 1})
	tests := []struct {
		name string
		edit func(*scenarios.Recording)
		fit  sim.Fit
		want string // of the deviation
	}{
		{"not at all", func(*scenarios.Recording) {}, sim.Exact, ""},
		{"an operation less", func(r *scenarios.Recording) {
			for i, d := range r.Decisions {
				if d.Label == "keep" {
					r.Decisions[i].Value = 0
				}
			}
		}, sim.Rotten, "outcome rolled-back, recorded was committed-prefix"},
		{"another range", func(r *scenarios.Recording) { r.Decisions[0].N++ }, sim.Adapted, ""},
		{"a decision that nobody asks for", func(r *scenarios.Recording) {
			r.Decisions = append(r.Decisions, sim.Decision{Label: "nobody", N: 2, Value: 1})
		}, sim.Rotten, ""},
		{"another result", func(r *scenarios.Recording) { r.Digest++ }, sim.Adapted, "digest " + result.Digest.String() + ", recorded was "},
		{"another verdict", func(r *scenarios.Recording) { r.Verdict = scenarios.Violated }, sim.Adapted, "verdict pass, recorded was violation"},
		{"no result", func(r *scenarios.Recording) { r.Verdict, r.Digest = "", 0 }, sim.Exact, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			edited := r
			edited.Decisions = append([]sim.Decision(nil), r.Decisions...)
			tt.edit(&edited)
			got, err := edited.Replay(0)
			if err != nil {
				t.Fatal(err)
			}
			if got.Fit() != tt.fit || !strings.Contains(got.Deviation, tt.want) || tt.want == "" && got.Deviation != "" {
				t.Errorf("replay = %v, %q, want %v, %q", got.Fit(), got.Deviation, tt.fit, tt.want)
			}
		})
	}
}

func TestParseRecordingRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", `recording line 1: it ends before the line "decisions"`},
		{"another format", "\nsim script 1\n", `recording line 2: want "batpak-sim recording 1"`},
		{"a later version", "batpak-sim recording 2\n", `recording line 1: want "batpak-sim recording 1"`},
		{"an unknown field", "batpak-sim recording 1\nscenarios crash\n", `recording line 2: unknown field "scenarios", legal are scenario, faults, steps, `},
		{"steps", "batpak-sim recording 1\nscenario crash\nsteps x\ndecisions\n", `recording line 3: steps "x": legal is a number`},
		{"digest", "batpak-sim recording 1\ndigest xyz\ndecisions\n", `recording line 2: digest "xyz": legal are 16 hexadecimal digits`},
		{"a decision", "batpak-sim recording 1\nscenario crash\n# why\ndecisions\n\n# how\nshape - - - #1 -> 3 of 3 // large\n", `recording line 7: value 3 is not below its range 3`},
		{"no scenario", "batpak-sim recording 1\ndecisions\n", `unknown scenario "", legal are crash, `},
		{"fault level", "batpak-sim recording 1\nscenario crash\nfaults wild\ndecisions\n", `unknown fault level "wild"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := scenarios.ParseRecording(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseRecording = %v, want %s", err, tt.want)
			}
		})
	}
}

// A note is behind a decision; a name in quotes may look like one.
func TestRecordingNotes(t *testing.T) {
	r, err := scenarios.ParseRecording("batpak-sim recording 1\nscenario crash\ndecisions\nkeep \"a // b\" - - #1 -> 1 of 64 // it is // so\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := "a // b"; len(r.Decisions) != 1 || r.Decisions[0].Key.Task != want || r.Notes[0] != "it is // so" {
		t.Errorf("ParseRecording = %+v, want task %q with a note", r, want)
	}
}

// What makes an operation says which one, so that a reader finds what a line is about.
func TestRecordingNotesParts(t *testing.T) {
	r, _ := written(t, scenarios.Config{Scenario: "crash", Seed: 1})
	text, parts := r.String(), 0
	for i, d := range r.Decisions {
		name, part := strings.CutPrefix(r.Notes[i], "part of ")
		if !part {
			continue
		}
		if strings.Contains(text, "// "+name+": ") { // it is not left out
			parts++
		}
		if d.Value == 0 || d.Label != "workload" {
			t.Errorf("%v is part of %s: the plainest are left out, and others say what they are", d, name)
		}
	}
	if parts < 20 {
		t.Errorf("%d parts of operations that take part, want 20 and more", parts)
	}
}

func TestShrinkWantsAFailure(t *testing.T) {
	r, _ := written(t, scenarios.Config{Scenario: "crash", Seed: 1})
	if _, _, err := r.Shrink(scenarios.ShrinkConfig{}); !errors.Is(err, sim.ErrNotReproduced) {
		t.Errorf("Shrink of a run that passes = %v, want %v", err, sim.ErrNotReproduced)
	}
}

func TestGoTest(t *testing.T) {
	r, _ := written(t, scenarios.Config{Scenario: "torn-write", Seed: 2, Steps: 2})
	for _, signature := range []string{"no-ghost/half a batch", "no-panic/index out of `range` #"} {
		r.Signature = signature
		source, err := r.GoTest("storage_test")
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), "x_test.go", source, 0)
		if err != nil || f.Name.Name != "storage_test" {
			t.Errorf("GoTest for %s = %v\n%s", signature, err, source)
		}
	}
}
