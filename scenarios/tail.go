package scenarios

import (
	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// tail keeps the last events of a history, for the report of a violation.
type tail struct {
	events [tailSize]Event
	next   int
}

const tailSize = 16

func (t *tail) add(e *Event) {
	if e.Kind == EventFrontier {
		return // too many, and seldom what matters
	}
	t.events[t.next%tailSize] = *e
	t.next++
}

// lines returns the events kept, oldest first.
func (t *tail) lines() []string {
	var lines []string
	for i := max(0, t.next-tailSize); i < t.next; i++ {
		lines = append(lines, t.events[i%tailSize].String())
	}
	return lines
}

// emit puts the event into the trace: everything observable about it in a few
// numbers and one text.
func (e *Event) emit(t *sim.Trace) {
	kind := "history/" + string(e.Kind)
	switch {
	case e.Kind == EventFrontier:
		t.Emit(kind, e.Actor, "", e.Frontier.Allocated, e.Frontier.Written, e.Frontier.Durable, e.Frontier.Visible)
	case len(e.Entries) > 0:
		first, last := e.Entries[0], e.Entries[len(e.Entries)-1]
		t.Emit(kind, e.Actor, name(first.Payload), uint64(len(e.Entries)), first.Sequence, last.Sequence, digest(e.Entries))
	case e.Err != nil:
		t.Emit(kind, e.Actor, e.Op+": "+e.Err.Error())
	default:
		t.Emit(kind, e.Actor, e.Op+e.Fence, e.First, e.Position, flag(e.Durable || e.Started || e.Commit), uint64(len(e.Events)))
	}
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// digest folds the entries' names, clocks and times by FNV-1a.
func digest(entries []core.Entry) uint64 {
	const prime, basis = 1099511628211, 14695981039346656037
	h := uint64(basis)
	for i := range entries {
		for _, b := range nameBytes(entries[i].Payload) {
			h = (h ^ uint64(b)) * prime
		}
		h = (h ^ uint64(entries[i].Clock)) * prime
		h = (h ^ uint64(entries[i].Time.UnixMilli())) * prime
	}
	return h
}
