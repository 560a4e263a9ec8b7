package scenarios_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// mixes are all combinations of a scenario and a fault level.
func mixes() []scenarios.Config {
	var all []scenarios.Config
	for _, name := range scenarios.Names() {
		for _, level := range scenarios.FaultLevels() {
			all = append(all, scenarios.Config{Scenario: name, Faults: level})
		}
	}
	return all
}

func mixName(c scenarios.Config) string {
	return fmt.Sprintf("scenario=%s/faults=%s", c.Scenario, c.Faults)
}

// seedsOf is how many seeds a test tries: fewer with -short.
func seedsOf(many uint64) uint64 {
	if testing.Short() {
		return max(many/8, 2)
	}
	return many
}

func run(t *testing.T, config scenarios.Config) scenarios.Result {
	t.Helper()
	r, err := scenarios.Run(config)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// complain says what a run that should have passed has found.
func complain(t *testing.T, r scenarios.Result) {
	t.Helper()
	t.Errorf("seed %d = %v (%s), want %v\n%+v\n%s\n%s", r.Seed, r.Verdict, r.Outcome, scenarios.Pass,
		r.Violation, r.Reason, strings.Join(r.Tail, "\n"))
}

func TestRunPasses(t *testing.T) {
	for _, config := range mixes() {
		t.Run(mixName(config), func(t *testing.T) {
			for seed := range seedsOf(24) {
				config.Seed = seed
				r := run(t, config)
				refused := r.Outcome == scenarios.Refused && r.Faults["drop-sync"]+r.Faults["rot"] > 0
				if r.Verdict != scenarios.Pass || !r.Outcome.Drained() && !refused {
					complain(t, r)
				}
			}
		})
	}
}

// Whatever a run reports of itself is the same in a second run, and so is every
// event of its trace, byte for byte.
func TestRunTwiceIsTheSame(t *testing.T) {
	for _, config := range mixes() {
		t.Run(mixName(config), func(t *testing.T) {
			config.Keep = sim.KeepAll
			for seed := range seedsOf(4) {
				config.Seed = seed
				first, second := run(t, config), run(t, config)
				sameTrace(t, seed, first.Trace, second.Trace)
				first.Trace, second.Trace = nil, nil
				if d := cmp.Diff(first, second); d != "" {
					t.Errorf("seed %d: results (-first +second):\n%s", seed, d)
				}
			}
		})
	}
}

// sameTrace compares the events of two traces.
func sameTrace(t *testing.T, seed uint64, first, second []sim.Event) {
	t.Helper()
	if len(first) == 0 || len(first) != len(second) {
		t.Errorf("seed %d: traces of %d and %d events, want as many, and some", seed, len(first), len(second))
	}
	for i := range min(len(first), len(second)) {
		if first[i] != second[i] {
			t.Errorf("seed %d: event %d = %v, in the second run %v", seed, i, first[i], second[i])
			return
		}
	}
}

// Every seed of a mix is a run of its own.
func TestRunsDiffer(t *testing.T) {
	for _, config := range mixes() {
		seen := make(map[scenarios.Digest]uint64)
		for seed := range seedsOf(8) {
			config.Seed = seed
			digest := run(t, config).Digest
			if other, known := seen[digest]; known {
				t.Errorf("%s: seeds %d and %d have the same digest %v", mixName(config), other, seed, digest)
			}
			seen[digest] = seed
		}
	}
}

const digestSeeds = 2

func digests(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, config := range mixes() {
		for seed := range uint64(digestSeeds) {
			config.Seed = seed
			fmt.Fprintf(&b, "digest %s %d %v\n", mixName(config), seed, run(t, config).Digest)
		}
	}
	return b.String()
}

// childVariable makes the test below, in a process of its own, print digests
// instead of comparing them.
const childVariable = "SCENARIOS_TEST_PRINT_DIGESTS"

func TestRunInAnotherProcess(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		fmt.Print(digests(t))
		return
	}
	want := digests(t)
	for _, setting := range []string{"GOMAXPROCS=1", "GOMAXPROCS=2", "GOGC=10"} {
		t.Run(setting, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestRunInAnotherProcess$")
			child.Env = append(os.Environ(), childVariable+"=1", setting)
			out, err := child.Output()
			if err != nil {
				t.Fatalf("child: %v\n%s", err, out)
			}
			var got strings.Builder
			for line := range strings.Lines(string(out)) {
				if strings.HasPrefix(line, "digest ") {
					got.WriteString(line)
				}
			}
			if d := cmp.Diff(want, got.String()); d != "" {
				t.Errorf("digests (-this process +child):\n%s", d)
			}
		})
	}
}

// A recording does not change a run, and its replay is the same run, to the last
// decision.
func TestRunReplays(t *testing.T) {
	for _, config := range mixes() {
		t.Run(mixName(config), func(t *testing.T) {
			for seed := range seedsOf(4) {
				config.Seed, config.Source = seed, nil
				want := run(t, config)
				recorder := sim.NewRecorder(sim.NewSeed(seed))
				config.Source = recorder
				if got := run(t, config); got.Digest != want.Digest {
					t.Errorf("seed %d: digest %v when recorded, want %v", seed, got.Digest, want.Digest)
				}
				replay := sim.NewReplay(recorder.Decisions())
				config.Source = replay
				if d := cmp.Diff(want, run(t, config)); d != "" {
					t.Errorf("seed %d: replay (-run +replay):\n%s", seed, d)
				}
				if replay.Exact() == 0 || replay.Adapted()+replay.Missing()+replay.Rotten() > 0 {
					t.Errorf("seed %d: %d decisions exact, %d adapted, %d missing, %d rotten; want exact ones only",
						seed, replay.Exact(), replay.Adapted(), replay.Missing(), replay.Rotten())
				}
			}
		})
	}
}

var update = flag.Bool("update", false, "rewrite the golden files in testdata with what the tests see")

// What one short run consists of, from the first draw to the drained log. The file
// begins with prose that says what there is to see.
func TestRunGolden(t *testing.T) {
	const path = "testdata/crash.txtar"
	r := run(t, scenarios.Config{Scenario: "crash", Seed: goldenSeed, Steps: 1, Keep: sim.KeepAll})
	if r.Verdict != scenarios.Pass || r.Counters.PowerCuts != 1 || r.Counters.TailsCut != 1 || r.Counters.Deliveries == 0 {
		t.Errorf("verdict %v, %+v; want a run that passes, with one power cut, one torn tail and a delivery: choose another seed",
			r.Verdict, r.Counters)
	}
	var trace bytes.Buffer
	for _, e := range r.Trace {
		fmt.Fprintln(&trace, e)
	}
	golden, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		golden.Files = []txtar.File{{Name: "trace", Data: trace.Bytes()}}
		if err := os.WriteFile(path, txtar.Format(golden), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(golden.Comment) == 0 || len(golden.Files) != 1 {
		t.Fatalf("%s has %d files and %d bytes of prose, want one file after some prose", path, len(golden.Files), len(golden.Comment))
	}
	if d := cmp.Diff(strings.Split(string(golden.Files[0].Data), "\n"), strings.Split(trace.String(), "\n")); d != "" {
		t.Errorf("trace (-golden +run), -update rewrites it:\n%s", d)
	}
}

// goldenSeed is a seed with a trace that is short enough to read, of those
// that show what the test asks for.
const goldenSeed = 1989

func TestRunRefusesConfig(t *testing.T) {
	tests := []struct {
		name   string
		config scenarios.Config
		want   []string // parts of the message: what was given and what is legal
	}{
		{"no scenario", scenarios.Config{}, []string{`""`, "crash, torn-write, racing-publish, region-mismatch, lying-disk"}},
		{"unknown scenario", scenarios.Config{Scenario: "crush"}, []string{`"crush"`, "crash, torn-write, racing-publish, region-mismatch, lying-disk"}},
		{"unknown fault level", scenarios.Config{Scenario: "crash", Faults: "severe"}, []string{`"severe"`, "off light heavy"}},
		{"negative steps", scenarios.Config{Scenario: "crash", Steps: -1}, []string{"-1 steps", "1 to 1000"}},
		{"too many steps", scenarios.Config{Scenario: "crash", Steps: scenarios.StepsMax + 1}, []string{"1001 steps", "1 to 1000"}},
		{"all of it", scenarios.Config{Scenario: "crush", Faults: "severe", Steps: -1}, []string{`"crush"`, `"severe"`, "-1 steps"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := scenarios.Run(tt.config)
			if err == nil {
				t.Fatalf("Run = %v, want an error", r.Verdict)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("Run = %q, want it to name %q", err, part)
				}
			}
			if d := cmp.Diff(scenarios.Result{}, r); d != "" {
				t.Errorf("result beside the error (-want +got):\n%s", d)
			}
		})
	}
}

func TestRunDefaults(t *testing.T) {
	short := run(t, scenarios.Config{Scenario: "torn-write", Seed: 3})
	long := run(t, scenarios.Config{
		Scenario: "torn-write", Seed: 3, Faults: scenarios.FaultsLight, Steps: scenarios.StepsDefault,
		Source: sim.NewSeed(3), Keep: 0,
	})
	if d := cmp.Diff(long, short); d != "" {
		t.Errorf("a run of zeros (-spelled out +zero):\n%s", d)
	}
	if len(short.Trace) != 0 {
		t.Errorf("a run that keeps nothing has a trace of %d events", len(short.Trace))
	}
	if kept := run(t, scenarios.Config{Scenario: "torn-write", Seed: 3, Keep: 5}); len(kept.Trace) != 5 || kept.Digest != short.Digest {
		t.Errorf("a run that keeps 5 events has %d, digest %v, want 5 and %v", len(kept.Trace), kept.Digest, short.Digest)
	}
}

// exercised is what a great many runs did, all together.
type exercised struct {
	counters scenarios.Counters
	faults   map[string]uint64
	points   map[string]uint64
	events   map[string]bool // kinds in the traces
	refusals map[error]bool
	outcomes map[scenarios.Outcome]bool
}

// refusalClasses are all the ways in which the engine refuses what it is not to
// believe, or is asked to do at the wrong time.
var refusalClasses = []error{
	core.ErrCheckpointCorrupt, core.ErrCheckpointFuture, core.ErrCheckpointUnproven,
	core.ErrRegionMismatch, core.ErrLineageMismatch, core.ErrIDMismatch,
	core.ErrJournalCorrupt, core.ErrPoisoned, core.ErrFenceActive,
}

func exercise(t *testing.T, level scenarios.Faults, seeds uint64) exercised {
	t.Helper()
	x := exercised{
		faults: make(map[string]uint64), points: make(map[string]uint64), events: make(map[string]bool),
		refusals: make(map[error]bool), outcomes: make(map[scenarios.Outcome]bool),
	}
	for _, name := range scenarios.Names() {
		for seed := range seeds {
			x.add(run(t, scenarios.Config{Scenario: name, Seed: seed, Faults: level, Keep: sim.KeepAll}))
		}
	}
	return x
}

func (x *exercised) add(r scenarios.Result) {
	x.counters.Add(r.Counters)
	x.outcomes[r.Outcome] = true
	for name, n := range r.Faults {
		x.faults[name] += n
	}
	for name, n := range r.Points {
		x.points[name] += n
	}
	for i := range r.Trace {
		x.events[r.Trace[i].Kind] = true
		for _, refusal := range refusalClasses {
			if !x.refusals[refusal] && strings.Contains(r.Trace[i].Detail, refusal.Error()) {
				x.refusals[refusal] = true
			}
		}
	}
}

// No vacuity: what the runs are there to try, they do try. Every fault that a level
// plans strikes, every yield point is passed, every refusal and every kind of event
// occurs, and no counter stays at zero.
func TestRunsExerciseEverything(t *testing.T) {
	seeds := uint64(32) // with -short too: fewer do not meet everything
	heavy := exercise(t, scenarios.FaultsHeavy, seeds)
	for _, effect := range scenarios.Effects(scenarios.FaultsHeavy) {
		if heavy.faults[effect] == 0 {
			t.Errorf("fault %s struck in no run", effect)
		}
	}
	for _, p := range core.Points() {
		if heavy.points[string(p)] == 0 {
			t.Errorf("yield point %s was passed in no run", p)
		}
	}
	for _, kind := range historyKinds {
		if !heavy.events["history/"+string(kind)] {
			t.Errorf("event %s occurred in no run", kind)
		}
	}
	for _, refusal := range refusalClasses {
		if !heavy.refusals[refusal] {
			t.Errorf("refusal %q occurred in no run", refusal)
		}
	}
	for _, c := range heavy.counters.List() {
		if *c.Value == 0 {
			t.Errorf("counter %q is zero after all runs", c.Name)
		}
	}
	for _, outcome := range []scenarios.Outcome{scenarios.Committed, scenarios.RolledBack, scenarios.Refused} {
		if !heavy.outcomes[outcome] {
			t.Errorf("no run ended %s", outcome)
		}
	}
}

// historyKinds are all kinds of events.
var historyKinds = []scenarios.EventKind{
	scenarios.EventBegan, scenarios.EventOpened, scenarios.EventOpenFailed, scenarios.EventAttempt, scenarios.EventAcked,
	scenarios.EventFailed, scenarios.EventSynced, scenarios.EventFencing, scenarios.EventFenceless, scenarios.EventFenceTry, scenarios.EventFenceDone, scenarios.EventFrontier,
	scenarios.EventResumed, scenarios.EventRefused, scenarios.EventForgetting, scenarios.EventForgotten,
	scenarios.EventTrespassed, scenarios.EventPlanted, scenarios.EventDelivered, scenarios.EventAccepted,
	scenarios.EventDeclined, scenarios.EventSaved, scenarios.EventIdle, scenarios.EventUnread, scenarios.EventLied, scenarios.EventStruck,
	scenarios.EventUnconfirmed, scenarios.EventGaveUp, scenarios.EventCloseFailed,
	scenarios.EventContending, scenarios.EventContended, scenarios.EventReleased,
	scenarios.EventDrained,
}

// A level and a scenario strike with what they plan and with nothing else. A journal is
// refused only where a sync was dropped, or bits have rotted.
func TestRunsKeepToTheirEffects(t *testing.T) {
	for _, config := range mixes() {
		planned := scenarios.Summary{Config: scenarios.SweepConfig{Scenarios: []string{config.Scenario}, Faults: config.Faults}}.Effects()
		for config.Seed = range seedsOf(8) {
			r := run(t, config)
			for effect, n := range r.Faults {
				if !slices.Contains(planned, effect) {
					t.Errorf("%s: %s struck %d times, planned are %v", mixName(config), effect, n, planned)
				}
			}
			if r.Outcome == scenarios.Refused && r.Faults["drop-sync"]+r.Faults["rot"] == 0 {
				t.Errorf("%s: seed %d: a journal was refused on an honest disk", mixName(config), config.Seed)
			}
		}
	}
}

// A source that answers zero for ever, as one that shrinking has emptied, makes a
// run that ends and passes, and in which nothing happens that was not kept.
func TestRunOfNoDecisions(t *testing.T) {
	keepAll := sim.SourceFunc(func(label string, n uint64) uint64 {
		if label == "keep" {
			return n - 1
		}
		return 0
	})
	for _, config := range mixes() {
		config.Source = sim.NewReplay(nil)
		r := run(t, config)
		if r.Verdict != scenarios.Pass || !r.Outcome.Drained() {
			complain(t, r)
		}
		if r.Switches == 0 || r.Counters.Appends+r.Counters.Deliveries > 0 {
			t.Errorf("%s: %d switches, %+v; want some, with no appends", mixName(config), r.Switches, r.Counters)
		}
		config.Source = sim.Drive(keepAll, sim.RandomWalk(keepAll))
		r = run(t, config)
		if r.Outcome == scenarios.Refused && r.Faults["rot"] > 0 {
			continue // the first thing that rots is the log
		}
		if r.Verdict != scenarios.Pass || !r.Outcome.Drained() {
			complain(t, r)
		}
		if r.Switches == 0 || r.Counters.Appends == 0 || r.Counters.Deliveries == 0 {
			t.Errorf("%s: %d switches, %+v; want some, with appends and deliveries", mixName(config), r.Switches, r.Counters)
		}
	}
}
