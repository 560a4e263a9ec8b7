package scenarios

import (
	"fmt"

	"github.com/batpak/batpak-sim/sim"
)

// notebook is a recorder that takes down, beside each decision, what it was about.
type notebook struct {
	*sim.Recorder
	taken int            // decisions so far
	notes map[int]string // by the index of the decision
	parts map[int]string // what other decisions belong to, alike
	trace *sim.Trace     // of the run; nil = none yet
	at    []int          // events of the trace before each decision
}

func newNotebook(src sim.Source) *notebook {
	return &notebook{Recorder: sim.NewRecorder(src), notes: make(map[int]string), parts: make(map[int]string)}
}

func (n *notebook) book() *notebook { return n }

// Draw implements [sim.Source].
func (n *notebook) Draw(label string, bound uint64) uint64 {
	n.take()
	return n.Recorder.Draw(label, bound)
}

// Next implements [sim.Strategy].
func (n *notebook) Next(c *sim.Choice) int {
	if len(c.Runnable) > 1 {
		n.take()
	}
	return n.Recorder.Next(c)
}

func (n *notebook) take() {
	n.taken++
	events := 0
	if n.trace != nil {
		events = int(n.trace.Count())
	}
	n.at = append(n.at, events)
}

// noted is how many decisions there are so far, if anybody takes them down.
func noted(src sim.Source) int {
	if n, ok := src.(interface{ book() *notebook }); ok {
		return n.book().taken
	}
	return 0
}

// notePart says what the decisions since there were so many belong to, if anybody takes it down.
func notePart(src sim.Source, since int, of string) {
	if n, ok := src.(interface{ book() *notebook }); ok {
		for i := since; i < n.book().taken; i++ {
			n.book().parts[i] = of
		}
	}
}

// note says what the latest decision, or the last few, came to, if anybody takes it down.
func note(src sim.Source, format string, args ...any) {
	if n, ok := src.(interface{ book() *notebook }); ok {
		n.book().notes[n.book().taken-1] = fmt.Sprintf(format, args...)
	}
}
