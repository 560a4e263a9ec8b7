package main

import (
	"fmt"
	"io"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

// progress tells how far a sweep has come.
type progress struct {
	*line
	before uint64        // runs that an earlier sweep has made
	budget time.Duration // zero = none
	runs   uint64
	found  uint64 // runs that did not pass
}

func newProgress(w io.Writer, now func() time.Time, quiet bool) *progress {
	return &progress{line: newLine(w, now, quiet)}
}

// update takes one result and tells about it, if it is time.
func (p *progress) update(r scenarios.Result, config scenarios.SweepConfig) {
	p.runs++
	if r.Verdict != scenarios.Pass {
		p.found++
	}
	planned := (float64(config.To-config.From) + 1) * float64(len(config.Scenarios))
	p.tell(p.share(planned), func(elapsed time.Duration) string { return p.text(elapsed, planned) })
}

// share is how much is done, of the runs or of the time for them.
func (p *progress) share(planned float64) float64 {
	share := float64(p.before+p.runs) / planned
	if p.budget > 0 {
		share = max(share, p.now().Sub(p.began).Seconds()/p.budget.Seconds())
	}
	return share
}

func (p *progress) text(elapsed time.Duration, planned float64) string {
	rate := float64(p.runs) / elapsed.Seconds()
	done := p.before + p.runs
	left := (planned - float64(done)) / rate // in seconds
	if p.budget > 0 {
		left = min(left, (p.budget - elapsed).Seconds())
	}
	of, togo := fmt.Sprintf(" of %.0f", planned), "no end"
	if planned > runsFinite {
		of = ""
	}
	if left < leftMax {
		togo = fmt.Sprintf("%v to go", time.Duration(left*1e9).Round(time.Second))
	}
	return fmt.Sprintf("%d%s runs, %.1f runs/s, %s, %d did not pass", done, of, rate, togo, p.found)
}

// A sweep of more runs than runsFinite has no last seed, and one of more seconds than leftMax no end in sight.
const (
	runsFinite = 1e18
	leftMax    = 1e9
)
