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

// line tells on standard error how far something has come: on a terminal in one line
// that is written over, elsewhere in a line now and then.
type line struct {
	w        io.Writer
	terminal bool
	now      func() time.Time
	began    time.Time
	due      time.Time
	shown    int // length of the line on the terminal
}

// newLine returns the line of what begins now. A quiet one speaks only to terminals.
func newLine(w io.Writer, now func() time.Time, quiet bool) *line {
	l := &line{w: w, terminal: isTerminal(w), now: now, began: now()}
	l.due = l.began.Add(progressFirst)
	if quiet && !l.terminal {
		l.w = io.Discard
	}
	return l
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// tell shows the text, made of the time since the beginning, if it is time.
func (l *line) tell(text func(elapsed time.Duration) string) {
	now := l.now()
	if now.Before(l.due) {
		return
	}
	if l.terminal {
		l.due = now.Add(progressUpdates)
		l.replace(text(now.Sub(l.began)))
	} else {
		l.due = now.Add(progressPlain)
		fmt.Fprintln(l.w, text(now.Sub(l.began)))
	}
}

// replace writes over the line that was shown last.
func (l *line) replace(text string) {
	fmt.Fprintf(l.w, "\r%s%s", text, strings.Repeat(" ", max(0, l.shown-len(text))))
	l.shown = len(text)
}

// clear takes the line off the terminal.
func (l *line) clear() {
	if l.shown > 0 {
		l.replace("")
		fmt.Fprint(l.w, "\r")
	}
}

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
	p.tell(func(elapsed time.Duration) string { return p.text(elapsed, config) })
}

func (p *progress) text(elapsed time.Duration, config scenarios.SweepConfig) string {
	planned := (float64(config.To-config.From) + 1) * float64(len(config.Scenarios))
	rate := float64(p.runs) / elapsed.Seconds()
	done := p.before + p.runs
	left := min((planned-float64(done))/rate, 1e9) // in seconds, what fits a Duration
	if p.budget > 0 {
		left = min(left, (p.budget - elapsed).Seconds())
	}
	return fmt.Sprintf("%d of %.0f runs, %.1f runs/s, %v to go, %d did not pass",
		done, planned, rate, time.Duration(left*1e9).Round(time.Second), p.found)
}
