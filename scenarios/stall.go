package scenarios

import (
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// stallable are the yield points at which a task may be held up: an append or a sync is half done
// there, and nobody can see anything of it. Where readers can, a stall would look like a lost wake-up.
var stallable = map[core.Point]bool{
	core.PointAppendReserved: true, core.PointAppendWritten: true, core.PointSyncCaptured: true, core.PointSyncDone: true,
}

const (
	stallOdds = 8 // one in so many passes of such a point is held up
	stallMax  = 3 * time.Millisecond
)

// stall holds the task up for a while now and then, as a machine does that has more to do: all others
// come to where they wait before it goes on.
func (w *world) stall(at core.Point) {
	if !w.shape.stalls || !stallable[at] || !sim.Chance(w.src, labelStall, 1, stallOdds) {
		return
	}
	d := time.Duration(sim.Between(w.src, labelStall, 1, uint64(stallMax/time.Millisecond))) * time.Millisecond
	note(w.src, "incarnation %d: held up at %s for %v", w.number, at, d)
	w.sim.Sleep(d)
}
