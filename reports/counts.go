package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
)

// count is how often something was met.
type count struct {
	name string
	n    uint64
}

// counts lists the known names first, in their order and with a zero where nothing
// was counted, then what else was counted, by name.
func counts(known []string, counted map[string]uint64) []count {
	var all []count
	for _, name := range known {
		all = append(all, count{name, counted[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		if !slices.Contains(known, name) {
			all = append(all, count{name, counted[name]})
		}
	}
	return all
}

func faultCounts(s scenarios.Summary) []count {
	return counts(s.Effects(), s.Faults)
}

func pointCounts(s scenarios.Summary) []count {
	return counts(texts(core.Points()), s.Points)
}

func verdictCounts(s scenarios.Summary) []count {
	var all []count
	for _, v := range scenarios.Verdicts() {
		all = append(all, count{string(v), s.Verdicts[v]})
	}
	return all
}

func outcomeCounts(s scenarios.Summary) []count {
	var all []count
	for _, o := range scenarios.Outcomes() {
		all = append(all, count{string(o), s.Outcomes[o]})
	}
	return all
}

func counterCounts(c scenarios.Counters) []count {
	var all []count
	for _, counter := range c.List() {
		all = append(all, count{counter.Name, *counter.Value})
	}
	return all
}

// phrase lists what was met at all: "fail 2, drop-sync 1".
func phrase(all []count) string {
	var parts []string
	for _, c := range all {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.name, c.n))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func sum(all map[string]uint64) uint64 {
	total := uint64(0)
	for _, n := range all {
		total += n
	}
	return total
}

func texts[T ~string](from []T) []string {
	var to []string
	for _, s := range from {
		to = append(to, string(s))
	}
	return to
}
