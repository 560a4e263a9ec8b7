package scenarios

import (
	"slices"

	"github.com/batpak/batpak-sim/sim"
)

// Nearest is the passing run that differs from a failing recording in one decision and goes
// along with it the longest.
type Nearest struct {
	Without int    // the decision of the recording that it answers with the plainest
	Part    int    // events that both runs have in common at their beginning
	Pass    Result // with its whole trace
}

// nearestMax bounds the decisions that Nearest leaves out in turn: the last ones.
const nearestMax = 200

// Nearest leaves out each of the last decisions in turn. Of those without which the run
// passes it takes the one after which the two runs part last. Failing is the trace of the
// recording. It returns nil if there is none; a recording that is small has one nearly always.
func (r *Recording) Nearest(failing []sim.Event) (*Nearest, error) {
	var nearest *Nearest
	for i := max(0, len(r.Decisions)-nearestMax); i < len(r.Decisions); i++ {
		other := *r
		other.Decisions = slices.Delete(slices.Clone(r.Decisions), i, i+1)
		got, err := other.Replay(sim.KeepAll)
		if err != nil {
			return nil, err
		}
		part := common(failing, got.Trace)
		if got.Verdict == Pass && (nearest == nil || part > nearest.Part) {
			nearest = &Nearest{Without: i, Part: part, Pass: got.Result}
		}
	}
	return nearest, nil
}

// common is how many events two traces begin with alike.
func common(a, b []sim.Event) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
