package mutation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Mode is what became of one defect under one strategy, or in an exploration.
type Mode struct {
	Strategy   string            `json:"strategy"` // or Exploration
	Trials     uint64            `json:"trials"`
	Found      uint64            `json:"found"`                // of the trials
	Median     uint64            `json:"median,omitempty"`     // runs, or states of an exploration, until found; zero = fewer than half of the trials have found it
	Ninetieth  uint64            `json:"percentile,omitempty"` // the 90th percentile, alike
	Tried      uint64            `json:"tried"`                // in all trials
	Signatures map[string]uint64 `json:"signatures,omitempty"` // of what was found, by how many trials
}

// Exploration is the mode that tries every schedule and every crash image of closed workloads.
const Exploration = "explore"

// compare lets every strategy make its trials, over seeds that no other trial of it has, and
// explores. First is the first trial of the first strategy. What the strategies found comes with it.
func (h Hunt) compare(ctx context.Context, program string, first sighting) (modes []Mode, seen []sighting, err error) {
	if first.found {
		seen = append(seen, first)
	}
	for i, strategy := range h.Strategies {
		trials := make([]sighting, h.Trials)
		for t := range trials {
			if i == 0 && t == 0 {
				trials[t] = first
				continue
			}
			if trials[t], err = h.sweep(ctx, program, search{from: 1 + uint64(t)*h.Seeds, strategy: strategy}); err != nil {
				return nil, nil, err
			}
			if trials[t].found {
				seen = append(seen, trials[t])
			}
		}
		modes = append(modes, newMode(strategy, trials))
	}
	if len(h.Closed) == 0 {
		return modes, seen, nil
	}
	explored, err := h.explore(ctx, program)
	if err != nil {
		return nil, nil, err
	}
	return append(modes, newMode(Exploration, []sighting{explored})), seen, nil
}

func newMode(strategy string, trials []sighting) Mode {
	m := Mode{Strategy: strategy, Trials: uint64(len(trials)), Signatures: make(map[string]uint64)}
	var until []uint64
	for _, t := range trials {
		m.Tried += t.runs
		if t.found {
			m.Signatures[t.signature]++
			until = append(until, t.runs)
		}
	}
	m.Found = uint64(len(until))
	slices.Sort(until)
	m.Median, m.Ninetieth = percentile(until, m.Trials, 50), percentile(until, m.Trials, 90)
	return m
}

// percentile is the least of the ascending values that p in a hundred trials do not exceed, or zero
// if there is none: the trials that are not among the values count as beyond all of them.
func percentile(ascending []uint64, trials, p uint64) uint64 {
	at := (trials*p + 99) / 100
	if at == 0 || at > uint64(len(ascending)) {
		return 0
	}
	return ascending[at-1]
}

// explore explores the closed workloads one after the other until one shows a violation. What it
// counts are the states: schedules, and images that were recovered from.
func (h Hunt) explore(ctx context.Context, program string) (sighting, error) {
	var seen sighting
	args := []string{
		"explore", "--json", "--scenario", strings.Join(h.Closed, ","),
		"--preemptions", fmt.Sprint(h.Preemptions), "--runs", fmt.Sprint(exploreRunMax),
	}
	err := lines(ctx, program, args, func(line []byte) (bool, error) {
		var c struct {
			Scenario         string
			Runs, Recoveries uint64
			Found            string
		}
		if err := json.Unmarshal(line, &c); err != nil {
			return false, fmt.Errorf("read a certificate: %w: %s", err, line)
		}
		seen.runs += c.Runs + c.Recoveries
		seen.found, seen.signature, seen.scenario = c.Found != "", c.Found, c.Scenario
		return seen.found, nil
	})
	return seen, err
}

// exploreRunMax bounds the schedules of one closed workload.
const exploreRunMax = 100
