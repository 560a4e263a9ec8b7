package scenarios

import (
	"fmt"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Strategy is how the decisions of a run are searched.
type Strategy string

const (
	StrategyWalk  Strategy = "walk"  // every decision uniform, see sim.RandomWalk
	StrategyPCT   Strategy = "pct"   // the schedule by priorities that change one to five times, see sim.PCT
	StrategySwarm Strategy = "swarm" // some kinds of decisions are left plain in a whole run, see sim.Swarm
)

// Strategies lists the legal values.
func Strategies() []Strategy { return []Strategy{StrategyWalk, StrategyPCT, StrategySwarm} }

// ParseStrategy returns the strategy of that name; the empty name is StrategyWalk.
func ParseStrategy(name string) (Strategy, error) {
	if name == "" {
		return StrategyWalk, nil
	}
	for _, s := range Strategies() {
		if name == string(s) {
			return s, nil
		}
	}
	return "", fmt.Errorf("unknown strategy %q, legal are %v", name, Strategies())
}

const (
	pctDepthMax = 5

	// pctSteps is about how many steps a run of StepsDefault takes: the changes of priority are spread over them.
	pctSteps = 2500
)

// swarmed are the kinds of decisions that a swarm leaves plain: the faults, the crashes, the workload, the segments'
// size, and what of the unsynced survives, which then is nothing.
var swarmed = []string{
	labelFault, labelCrash, labelWorkload, labelSegment, simfs.LabelName, simfs.LabelSize, simfs.LabelUnit, simfs.LabelGap,
}

// drive returns the source that makes the decisions of src by the strategy.
func (s Strategy) drive(src sim.Source) sim.Source {
	switch s {
	case StrategyPCT:
		return sim.Drive(src, sim.PCT(src, sim.Between(src, sim.LabelPCT, 1, pctDepthMax), pctSteps))
	case StrategySwarm:
		return sim.Swarm(src, swarmed...)
	}
	return src
}
