package sim

import (
	"fmt"
	"slices"
	"strings"
)

// Mismatch is where two runs that had to be the same were not. It is a mistake of the harness, or code that escapes the
// scheduler: a map ranged over, a real clock, a goroutine.
type Mismatch struct {
	At            uint64 // the number of the first event that differs, from 1; zero if the traces were not kept
	Before        []Event
	First, Second []Event // that event, and some after it, in each run; empty where that has ended
	Outcomes      [2]Outcome
}

// mismatchContext is how many events are shown on each side of the first that differs.
const mismatchContext = 6

// Twice carries out a run two times and compares the events and outcomes. It returns nil if they are the same. The run
// must put the trace into its [Config] and use a source of its own each time.
func Twice(run func(*Trace) Outcome) *Mismatch {
	first, second := NewTrace(TraceConfig{Keep: KeepAll}), NewTrace(TraceConfig{Keep: KeepAll})
	outcomes := [2]Outcome{run(first), run(second)}
	a, b := first.events, second.events
	for i := range max(len(a), len(b)) {
		if i < len(a) && i < len(b) && a[i] == b[i] {
			continue
		}
		return &Mismatch{
			At:     uint64(i) + 1,
			Before: slices.Clone(a[max(i-mismatchContext, 0):i]),
			First:  around(a, i), Second: around(b, i),
			Outcomes: outcomes,
		}
	}
	if outcomes[0].String() != outcomes[1].String() {
		return &Mismatch{Outcomes: outcomes}
	}
	return nil
}

func around(events []Event, at int) []Event {
	at = min(at, len(events))
	return slices.Clone(events[at:min(at+mismatchContext, len(events))])
}

// Error implements error: it shows both runs from where they part.
func (m *Mismatch) Error() string {
	var b strings.Builder
	b.WriteString("sim: two runs that had to be the same differ")
	if m.At > 0 {
		fmt.Fprintf(&b, " at event %d", m.At)
	}
	section := func(title string, events []Event) {
		fmt.Fprintf(&b, "\n%s:", title)
		for _, e := range events {
			fmt.Fprintf(&b, "\n  %v", e)
		}
	}
	if len(m.Before) > 0 {
		section("before", m.Before)
	}
	section("first", m.First)
	fmt.Fprintf(&b, "\n  %v", m.Outcomes[0])
	section("second", m.Second)
	fmt.Fprintf(&b, "\n  %v", m.Outcomes[1])
	return b.String()
}
