package scenarios

import "fmt"

const (
	// vacuityRuns is how many runs a sweep must have before it is asked whether it has
	// tried what it is there to try.
	vacuityRuns = 1000

	// vacuityArmed is how often a fault must have been planned before it must have struck.
	vacuityArmed = 100
)

// Vacuities says what a sweep has not tried although it was there to try it: a fault that
// was planned again and again and never struck, a yield point of the engine that no
// scenario has passed, a crash with nothing acknowledged at risk. A sweep that is
// empty so has not passed. Short sweeps are not asked; yield points matter only when
// all scenarios take part.
func (s Summary) Vacuities() []string {
	if s.Runs < vacuityRuns {
		return nil
	}
	var all []string
	for _, e := range sortedKeys(s.Armed) {
		if s.Armed[e] >= vacuityArmed && s.Faults[e] == 0 {
			all = append(all, fmt.Sprintf("fault %s was planned %d times and never struck", e, s.Armed[e]))
		}
	}
	if len(s.Config.Scenarios) == len(All()) {
		for _, p := range s.PointsMissed() {
			all = append(all, fmt.Sprintf("yield point %s was never passed", p))
		}
	}
	if s.Counters.AtRisk == 0 {
		all = append(all, "no power cut had anything acknowledged at risk")
	}
	return all
}
