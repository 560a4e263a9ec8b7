package mutation

import (
	"context"
	"strings"
)

// Part is a part of the harness that it can do without, as the program's flag takes it.
type Part struct {
	Kind PartKind `json:"kind"`
	Name string   `json:"part"`
}

// PartKind says when a finding may hang on a part.
type PartKind string

const (
	PartOracle PartKind = "oracle"     // if it is the one that found
	PartFault  PartKind = "fault"      // if it struck in the run that was found
	PartCrash  PartKind = "crash rule" // if a life of that run was cut
)

// Loss is what became of one defect when the harness did without a part.
type Loss struct {
	Part
	Found     bool   `json:"found"`
	Signature string `json:"signature,omitempty"`
	Runs      uint64 `json:"runs"`
}

// ablate hunts again without each part that the finding may hang on. Without any other part the same run
// is found by the same oracle: it need not be made again.
func (h Hunt) ablate(ctx context.Context, program string, found sighting) ([]Loss, error) {
	var losses []Loss
	less := h
	less.Seeds = min(h.Seeds, max(ablatedSeeds*found.seed, ablatedSeedsMin))
	for _, p := range h.Parts {
		if !found.found || !found.hangsOn(p) {
			continue
		}
		seen, err := less.sweep(ctx, program, search{from: 1, strategy: h.usual(), without: p.Name})
		if err != nil {
			return nil, err
		}
		losses = append(losses, Loss{Part: p, Found: seen.found, Signature: seen.signature, Runs: seen.runs})
	}
	return losses, nil
}

// A defect escapes if it is not found in so many times as many seeds as the whole harness takes, and
// in so many at least; or in as many as the hunt has.
const (
	ablatedSeeds    = 6
	ablatedSeedsMin = 4
)

// hangsOn reports whether the run may not be there, or not be found, without the part.
func (s *sighting) hangsOn(p Part) bool {
	switch p.Kind {
	case PartOracle:
		return strings.HasPrefix(s.signature, p.Name+"/")
	case PartFault:
		return s.faults[p.Name] > 0
	}
	return s.cuts > 0
}
