package properties

import "github.com/batpak/batpak-sim/core"

// What is worth seeing in an experiment.
const (
	sightRun       = "runs"
	sightPoisoned  = "poisoned store"
	sightFailed    = "append that failed and left the store in order"
	sightLost      = "written frame lost in a power cut"
	sightKept      = "unsynced frame kept in a power cut"
	sightGhost     = "failed frame found after all"
	sightTail      = "torn tail cut"
	sightHidden    = "hidden events found"
	sightGap       = "gap observed"
	sightDoubt     = "consumer resumed where a save that failed had put it"
	sightBehind    = "consumer resumed behind a save that failed"
	sightRecovery  = "recovery that failed"
	sightRefused   = "append refused by a fence"
	sightSecondTry = "fence resolved at the second try"
)

var sights = []string{
	sightPoisoned, sightFailed, sightLost, sightKept, sightGhost, sightTail, sightHidden, sightGap, sightDoubt,
	sightBehind, sightRecovery, sightRefused, sightSecondTry,
}

// sight counts what is worth seeing, if it is there.
func (x *experiment) sight(name string, there bool) {
	if there {
		x.seen[name]++
	}
}

// sights counts what was found.
func (x *experiment) sights(frames []frame, recovery core.Recovery) {
	m := &x.model
	x.sight(sightLost, len(frames) < len(m.frames))
	x.sight(sightKept, x.unpowered && len(frames) > m.durable && len(frames) <= len(m.frames))
	x.sight(sightTail, recovery.Cut > 0)
	x.sight(sightHidden, recovery.Hidden > 0)
	if last := len(frames) - 1; last >= 0 && len(frames[last].entries) > 0 {
		known := last < len(m.frames) && len(m.frames[last].entries) > 0
		x.sight(sightGhost, !known || m.frames[last].entries[0].Sequence != frames[last].entries[0].Sequence)
	}
}
