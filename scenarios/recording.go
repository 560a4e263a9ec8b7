package scenarios

import (
	"errors"
	"fmt"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Recording is one run written down: every decision that is not the plainest, and what
// came of them. It needs no seed. It is made by [Record], [Explore] and
// [Recording.Shrink], and printed and read back as text, which a person can edit.
//
// What it says of the result, and where it came from, does not matter to a replay
// but is compared with what the replay comes to.
type Recording struct {
	Scenario string
	Faults   Faults
	Steps    int

	// Closed means a run of the scenario's closed workload, as Explore finds them. Images
	// say where it is cut and what the disk is left with: the first at a crash of the
	// workload, the second at one of the recovery from that.
	Closed bool
	Images []simfs.StateID

	Decisions []sim.Decision
	Notes     map[int]string // what decisions are about, for people, by their index

	Origin    string // where it was found, for people: a seed, an exploration
	Revision  string // the build that it was made with; empty = not known
	Verdict   Verdict
	Outcome   Outcome
	Signature string // as by Result.Signature; empty for a pass
	Digest    Digest
	Tail      []string // the last events before the violation, for people
}

// Record carries out a run as [Run] does and writes it down.
func Record(config Config) (Recording, Result, error) {
	config, _, err := config.withDefaults()
	if err != nil {
		return Recording{}, Result{}, err
	}
	r := Recording{Scenario: config.Scenario, Faults: config.Faults, Steps: config.Steps, Origin: fmt.Sprintf("seed %d", config.Seed)}
	result := r.record(config.Source)
	return r, result, nil
}

// config is that of the runs of the recording.
func (r *Recording) config(src sim.Source) Config {
	return Config{Scenario: r.Scenario, Faults: r.Faults, Steps: r.Steps, Source: src}
}

// record carries out the run that src decides and takes down its decisions and what
// they came to.
func (r *Recording) record(src sim.Source) Result {
	book := newNotebook(src)
	result, _ := r.play(book, 0)
	r.keep(book)
	r.Verdict, r.Outcome, r.Digest, r.Tail = result.Verdict, result.Outcome, result.Digest, result.Tail
	if r.Signature = ""; result.Verdict != Pass {
		r.Signature = result.Signature()
	}
	return result
}

// keep takes down the decisions that matter: those that are not the plainest, and those
// that something is noted about, but for what is left out.
func (r *Recording) keep(book *notebook) {
	r.Decisions, r.Notes = nil, make(map[int]string)
	for i, d := range book.Decisions() {
		note, noted := book.notes[i]
		if noted = noted && (d.Value != 0 || d.Label != labelKeep); noted {
			r.Notes[len(r.Decisions)] = note
		}
		if part := book.parts[i]; !noted && part != "" && d.Value != 0 {
			r.Notes[len(r.Decisions)] = "part of " + part
		}
		if noted || d.Value != 0 {
			r.Decisions = append(r.Decisions, d)
		}
	}
}

// trim leaves out the decisions that are rotten.
func (r *Recording) trim(fits []sim.Fit) {
	decisions, notes := r.Decisions, r.Notes
	r.Decisions, r.Notes = nil, make(map[int]string)
	for i, d := range decisions {
		if fits[i] == sim.Rotten {
			continue
		}
		if note, noted := notes[i]; noted {
			r.Notes[len(r.Decisions)] = note
		}
		r.Decisions = append(r.Decisions, d)
	}
}

// play carries out the run that src decides. A bound of zero leaves the scheduler its own.
func (r *Recording) play(src sim.Source, stepMax uint64) (Result, sim.Outcome) {
	if r.Closed {
		result, outcome, _ := r.playClosed(src, stepMax, 0)
		return result, outcome
	}
	config := r.config(src)
	config.stepMax = stepMax
	result, outcome, err := carryOut(config)
	if err != nil {
		panic(err) // the configuration was checked
	}
	return result, outcome
}

// check reports what is wrong with the recording before anything is run.
func (r *Recording) check() error {
	_, _, err := r.config(nil).withDefaults()
	if len(r.Images) > 0 && !r.Closed {
		err = errors.Join(err, errors.New(`images are of a closed workload: add the line "workload closed", or take them out`))
	}
	return err
}

// Replay is what became of a recording that was carried out again.
type Replay struct {
	Result
	Fits      []sim.Fit       // of the recording's decisions, in its order
	Lost      []simfs.StateID // images that no crash of the run leaves any more
	At        []int           // events of the trace before each decision of the recording was asked for; -1 = it was not
	Deviation string          // how the result differs from what the recording says; empty if in nothing
}

// Replay carries the recording out again. The error is about the recording: it names
// a scenario or a fault level that there is not.
func (r *Recording) Replay(keep int) (Replay, error) {
	if err := r.check(); err != nil {
		return Replay{}, err
	}
	src := sim.NewReplay(r.Decisions)
	book := newNotebook(src)
	if r.Closed {
		result, _, reached := r.playClosed(book, 0, keep)
		replay := Replay{Result: result, Fits: src.Fits(), At: r.places(book), Deviation: r.deviation(result)}
		if replay.Lost = r.Images[reached:]; len(replay.Lost) > 0 {
			replay.Deviation = fmt.Sprintf("no crash leaves image %s", replay.Lost[0])
		}
		return replay, nil
	}
	config := r.config(book)
	config.Keep = keep
	result, err := Run(config)
	if err != nil {
		return Replay{}, err
	}
	return Replay{Result: result, Fits: src.Fits(), At: r.places(book), Deviation: r.deviation(result)}, nil
}

// places finds the decisions of the recording among those that a run has taken down.
func (r *Recording) places(book *notebook) []int {
	type name struct {
		label string
		key   sim.Key
	}
	taken := make(map[name]int)
	for i, d := range book.Decisions() {
		taken[name{d.Label, d.Key}] = book.at[i]
	}
	at := make([]int, len(r.Decisions))
	for i, d := range r.Decisions {
		events, ok := taken[name{d.Label, d.Key}]
		if !ok {
			events = -1
		}
		at[i] = events
	}
	return at
}

// deviation says in what a result differs from what the recording says.
func (r *Recording) deviation(got Result) string {
	signature := ""
	if got.Verdict != Pass {
		signature = got.Signature()
	}
	switch {
	case r.Verdict == "":
		return "" // written by hand: it says nothing
	case got.Verdict != r.Verdict:
		return fmt.Sprintf("verdict %s, recorded was %s", got.Verdict, r.Verdict)
	case signature != r.Signature:
		return fmt.Sprintf("signature %s, recorded was %s", signature, r.Signature)
	case got.Outcome != r.Outcome:
		return fmt.Sprintf("outcome %s, recorded was %s", got.Outcome, r.Outcome)
	case got.Digest != r.Digest:
		return fmt.Sprintf("digest %v, recorded was %v", got.Digest, r.Digest)
	}
	return ""
}

// Fit is the worst of what became of the decisions. [sim.Exact] means that the
// result is the one that was recorded too, event by event.
func (r *Replay) Fit() sim.Fit {
	if r.Deviation != "" {
		return min(sim.Adapted, r.DecisionsFit())
	}
	return r.DecisionsFit()
}

// DecisionsFit is Fit without regard to the result: what was recorded of a defective
// build may be exact so in a sound one.
func (r *Replay) DecisionsFit() sim.Fit {
	worst := sim.Exact
	if len(r.Lost) > 0 {
		worst = sim.Rotten
	}
	for _, f := range r.Fits {
		worst = min(worst, f)
	}
	return worst
}

// Count tells how many decisions fit so.
func (r *Replay) Count(fit sim.Fit) int {
	n := 0
	for _, f := range r.Fits {
		if f == fit {
			n++
		}
	}
	return n
}
