package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
)

// StoryLost is where the run was lost: the first part of it after which every continuation
// that was sampled fails.
type StoryLost struct {
	Event     int              `json:"event"`     // that followed the last decision of the part
	Decisions int              `json:"decisions"` // of the part, of all that the run asks for, the plainest too
	Of        int              `json:"of"`
	Samples   int              `json:"samples"` // continuations of each part, by other seeds
	Parts     []StoryProspects `json:"parts"`
}

// StoryProspects is how many continuations of a part fail.
type StoryProspects struct {
	Decisions int `json:"decisions"`
	Event     int `json:"event"`
	Failed    int `json:"failed"`
}

// lost takes in where the run was lost.
func (s *Story) lost(p scenarios.Prospects) {
	at := p.Parts[p.Lost]
	l := &StoryLost{Event: at.Event, Decisions: at.Decisions, Of: p.Parts[len(p.Parts)-1].Decisions, Samples: p.Samples}
	for _, part := range p.Parts {
		l.Parts = append(l.Parts, StoryProspects(part))
	}
	s.Lost = l
	s.Facts = slices.Insert(s.Facts, 0, StoryFact{"Lost", fmt.Sprintf(
		"at event %d: from there on all %d continuations by other seeds fail; from the beginning %d do", l.Event, l.Samples, l.Parts[0].Failed)})
}

// Chart draws the share of the continuations that fail, over the events.
func (l StoryLost) Chart() chart {
	var points []point
	for _, p := range l.Parts {
		share := 100 * float64(p.Failed) / float64(l.Samples)
		points = append(points, point{float64(p.Event), share, fmt.Sprintf("after event %d: %d of %d fail", p.Event, p.Failed, l.Samples)})
	}
	last := l.Parts[len(l.Parts)-1].Event
	return newChart("Share of continuations that fail", "event of this run up to which it is kept; % of the continuations that fail", points, 100, evenly(float64(last)))
}

// spark draws the same in a line: a column for each part.
func (l StoryLost) spark() string {
	columns := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, p := range l.Parts {
		b.WriteRune(columns[p.Failed*(len(columns)-1)/l.Samples])
	}
	return b.String()
}
