package scenarios

import (
	"fmt"

	"github.com/batpak/batpak-sim/sim"
)

// ShrinkConfig bounds [Recording.Shrink]. The zero value works.
type ShrinkConfig struct {
	// RunMax bounds the runs; zero is sim's own bound.
	RunMax uint64
	// Progress, if not nil, is told after every run how far shrinking has come. It
	// stops when this returns false, and keeps what it has.
	Progress func(Shrinking) bool
}

// Shrinking is how far shrinking has come.
type Shrinking struct {
	Runs      uint64
	Before    int  // decisions in the run that was found, but for the plainest
	Decisions int  // left
	Minimal   bool // none of them can be left out
}

// Shrink looks for the fewest and smallest decisions that fail as the recording does.
// Operations of the workload, consumers, pre-emptions, faults, crash points, and what
// survives of the unsynced all shrink together. Of a closed workload the schedule shrinks
// as long as some image fails, and the image is the first that fails, in the order of
// [simfs.Space.States]: the one that is nearest to nothing, or all, lost. The recording must fail; if it does
// not, the error matches [sim.ErrNotReproduced].
func (r *Recording) Shrink(config ShrinkConfig) (Recording, Shrinking, error) {
	if err := r.check(); err != nil {
		return Recording{}, Shrinking{}, err
	}
	first, _ := r.play(sim.NewReplay(r.Decisions), 0)
	if first.Verdict != Violated {
		return Recording{}, Shrinking{}, fmt.Errorf("%w: it ends with the verdict %s", sim.ErrNotReproduced, first.Verdict)
	}
	stepMax := 4*first.Schedule + 1000 // what spins when a decision is left out is another failure
	progress := Shrinking{Before: len(r.Decisions)}
	run := r.runner(stepMax)
	if r.Closed {
		run = r.closedRunner()
	}
	shrunk, err := sim.Shrink(run, sim.Script{Decisions: r.Decisions}, sim.ShrinkConfig{
		RunMax: config.RunMax,
		Progress: func(best sim.Shrunk) bool {
			progress.Runs, progress.Decisions, progress.Minimal = best.Runs, len(best.Decisions), best.Minimal
			return config.Progress == nil || config.Progress(progress)
		},
	})
	if err != nil {
		return Recording{}, progress, err
	}
	progress.Runs, progress.Decisions, progress.Minimal = shrunk.Runs, len(shrunk.Decisions), shrunk.Minimal
	small := *r
	if r.Closed {
		small.aim(shrunk.Decisions, first.Signature())
	}
	small.record(sim.NewReplay(shrunk.Decisions))
	return small, progress, nil
}

// runner carries out runs of the recording's kind for package sim, whose signatures
// are then ours.
func (r *Recording) runner(stepMax uint64) sim.Runner {
	return func(src sim.Source) sim.Outcome {
		result, outcome := r.play(src, stepMax)
		if result.Verdict == Violated {
			outcome.Reason, outcome.Panic = sim.Failed, nil
			outcome.Violation = &sim.Violation{Shape: result.Signature(), Text: result.Violation.Seen}
		}
		return outcome
	}
}
