package mutation

import (
	"context"
	"slices"
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
	Runs      uint64 `json:"runs"` // zero = something that was found does not hang on the part
}

// ablate hunts again without each part that the first finding may hang on. Without any other part the same
// run is found by the same oracle: it need not be made again.
func (h Hunt) ablate(ctx context.Context, program string, seen []sighting) ([]Loss, error) {
	var losses []Loss
	for _, p := range h.Parts {
		if len(seen) == 0 || !seen[0].hangsOn(p) {
			continue
		}
		loss, err := h.lose(ctx, program, p, seen)
		if err != nil {
			return nil, err
		}
		losses = append(losses, loss)
	}
	return losses, nil
}

// lose tells what becomes of the defect without a part: what was found may be found without it, be it that
// a run does not hang on it, or is found again when it is made without. If none is, seeds are tried.
func (h Hunt) lose(ctx context.Context, program string, p Part, seen []sighting) (Loss, error) {
	loss := Loss{Part: p}
	for _, s := range seen {
		if !s.hangsOn(p) {
			loss.Found, loss.Signature = true, s.signature
			return loss, nil
		}
	}
	first := seen[0]
	seeds := min(h.Seeds, max(ablatedSeeds*(first.seed-first.search.from+1), ablatedSeedsMin))
	searches := []search{{from: first.search.from, seeds: seeds, strategy: first.search.strategy, without: p.Name}}
	for _, s := range slices.Backward(seen) {
		searches = slices.Insert(searches, 0, search{from: s.seed, seeds: 1, scenario: s.scenario, strategy: s.search.strategy, without: p.Name})
	}
	for _, s := range searches {
		again, err := h.sweep(ctx, program, s)
		if err != nil {
			return Loss{}, err
		}
		loss.Found, loss.Signature, loss.Runs = again.found, again.signature, loss.Runs+again.runs
		if again.found {
			break
		}
	}
	return loss, nil
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
