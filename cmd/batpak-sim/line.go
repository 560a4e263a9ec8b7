package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	progressFirst   = 2 * time.Second        // nothing before
	progressPlain   = 10 * time.Second       // from line to line
	progressUpdates = 200 * time.Millisecond // of the bar on a terminal
)

// barWidth is that of the bar alone, and barFrame of what the bar needs besides.
const (
	barWidth = 20
	barFrame = 12
)

// unknown is the share of something of which nobody knows how far it goes.
const unknown = -1.0

// barSteps are those of a bar, of whatever it tells.
const barSteps = 1000

// line tells on standard error how far something has come: on a terminal by a bar with a text,
// elsewhere by the text in a line now and then.
type line struct {
	w        io.Writer
	terminal bool
	width    int  // of the terminal; zero = no limit
	colour   bool // the bar has one
	now      func() time.Time
	began    time.Time
	due      time.Time
	bar      *progressbar.ProgressBar // nil = nothing is shown yet
}

// newLine returns the line of what begins now. A quiet one speaks only to terminals.
func newLine(w io.Writer, now func() time.Time, quiet bool) *line {
	terminal := terminalOf(w)
	l := &line{w: w, terminal: isTerminal(w), width: terminal.Width, colour: terminal.Colour, now: now, began: now()}
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

// tell shows the share that is done, which may be unknown, and the text, made of the time since
// the beginning, if it is time.
func (l *line) tell(share float64, text func(elapsed time.Duration) string) {
	now := l.now()
	if now.Before(l.due) {
		return
	}
	if !l.terminal {
		l.due = now.Add(progressPlain)
		fmt.Fprintln(l.w, text(now.Sub(l.began)))
		return
	}
	l.due = now.Add(progressUpdates)
	l.show(share, text(now.Sub(l.began)))
}

// show draws the bar. What a terminal does not take is no reason to end the work.
func (l *line) show(share float64, text string) {
	if l.bar == nil {
		l.bar = l.newBar(share == unknown)
	}
	if room := l.width - barWidth - barFrame; l.width > 0 && len(text) > room {
		text = text[:max(0, room)]
	}
	progressbar.OptionSetDescription(text)(l.bar)
	if share == unknown {
		_ = l.bar.Add(1)
		return
	}
	_ = l.bar.Set(min(int(share*barSteps), barSteps-1)) // a full bar would be taken for the end
	l.bar.Describe(text)                                // drawn even if the bar stays
}

// newBar returns a bar to fill, or something that spins.
func (l *line) newBar(spins bool) *progressbar.ProgressBar {
	theme := progressbar.Theme{Saucer: "█", SaucerPadding: "░"}
	if l.colour {
		theme = progressbar.Theme{Saucer: "[green]█[reset]", SaucerPadding: "[dark_gray]░[reset]"}
	}
	steps := barSteps
	if spins {
		steps = -1
	}
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(l.w), progressbar.OptionSetWidth(barWidth),
		progressbar.OptionSetTheme(theme), progressbar.OptionEnableColorCodes(l.colour), progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false), progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionSpinnerType(14))
}

// clear takes the bar off the terminal.
func (l *line) clear() {
	if l.bar != nil {
		_ = l.bar.Clear()
		l.bar = nil
	}
}
