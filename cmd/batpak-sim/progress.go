package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

const (
	progressFirst   = 2 * time.Second        // nothing before
	progressPlain   = 10 * time.Second       // from line to line
	progressUpdates = 200 * time.Millisecond // of the line on a terminal
)

// progress tells on standard error how far a sweep has come.
type progress struct {
	w        io.Writer
	terminal bool
	now      func() time.Time
	began    time.Time
	due      time.Time
	runs     uint64
	found    uint64 // runs that did not pass
	shown    int    // length of the line on the terminal
}

// newProgress returns the progress of what begins now. A quiet one speaks only to
// terminals.
func newProgress(w io.Writer, now func() time.Time, quiet bool) *progress {
	p := &progress{w: w, terminal: isTerminal(w), now: now, began: now()}
	p.due = p.began.Add(progressFirst)
	if quiet && !p.terminal {
		p.w = io.Discard
	}
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// update takes one result and tells about it, if it is time.
func (p *progress) update(r scenarios.Result, config scenarios.SweepConfig) {
	p.runs++
	if r.Verdict != scenarios.Pass {
		p.found++
	}
	now := p.now()
	if now.Before(p.due) {
		return
	}
	line := p.line(now.Sub(p.began), config)
	if p.terminal {
		p.due = now.Add(progressUpdates)
		p.replace(line)
	} else {
		p.due = now.Add(progressPlain)
		fmt.Fprintln(p.w, line)
	}
}

func (p *progress) line(elapsed time.Duration, config scenarios.SweepConfig) string {
	planned := (float64(config.To-config.From) + 1) * float64(len(config.Scenarios))
	rate := float64(p.runs) / elapsed.Seconds()
	left := min((planned-float64(p.runs))/rate, 1e9) // in seconds, what fits a Duration
	return fmt.Sprintf("%d of %.0f runs, %.1f runs/s, %v to go, %d did not pass",
		p.runs, planned, rate, time.Duration(left*1e9).Round(time.Second), p.found)
}

// replace writes over the line that was shown last.
func (p *progress) replace(line string) {
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.shown-len(line))))
	p.shown = len(line)
}

// clear takes the line off the terminal.
func (p *progress) clear() {
	if p.shown > 0 {
		p.replace("")
		fmt.Fprint(p.w, "\r")
	}
}
