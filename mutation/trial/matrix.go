package trial

import (
	"cmp"
	"slices"
	"time"
)

// KillerReport is one killer of the cheapest set.
type KillerReport struct {
	Killer string
	Took   time.Duration // without a mutant
	Kills  int           // that no killer before it makes
}

// Cheapest returns killers that together kill what all do, most kills for their time
// first. It needs a report with the matrix.
func (r Report) Cheapest() []KillerReport {
	kills := make(map[string][]string) // IDs by killer
	for _, v := range r.Verdicts {
		for _, k := range v.Kills {
			kills[k] = append(kills[k], v.ID)
		}
	}
	var names []string
	for name := range kills {
		names = append(names, name)
	}
	slices.Sort(names)
	dead := make(map[string]bool)
	var chosen []KillerReport
	for {
		best := KillerReport{}
		for _, name := range names {
			fresh := 0
			for _, id := range kills[name] {
				if !dead[id] {
					fresh++
				}
			}
			k := KillerReport{name, r.costs[name], fresh}
			if fresh > 0 && (best.Kills == 0 || cmp.Compare(k.worth(), best.worth()) > 0) {
				best = k
			}
		}
		if best.Kills == 0 {
			return chosen
		}
		for _, id := range kills[best.Killer] {
			dead[id] = true
		}
		chosen = append(chosen, best)
	}
}

func (k KillerReport) worth() float64 { return float64(k.Kills) / (k.Took.Seconds() + 0.001) }
