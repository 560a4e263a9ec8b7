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
	First, Second []Event    // that event, and some after it, in each run; empty where that has ended
	Outcomes      [2]Outcome // zero if they are not known
}

// mismatchContext is how many events are shown on each side of the first that differs.
const mismatchContext = 6

// Twice carries out a run two times and compares the events and outcomes. It returns nil if they are the same. The run
// must put the trace into its [Config] and use a source of its own each time.
func Twice(run func(*Trace) Outcome) *Mismatch {
	first, second := newWitness(), newWitness()
	outcomes := [2]Outcome{run(first), run(second)}
	m := Compare(first.events, second.events)
	if m == nil && outcomes[0].String() != outcomes[1].String() {
		m = new(Mismatch)
	}
	if m != nil {
		m.Outcomes = outcomes
	}
	return m
}

// Compare compares the events of two runs that were kept whole. It returns nil if they are the same, and otherwise a
// Mismatch without outcomes.
func Compare(first, second []Event) *Mismatch {
	for i := range max(len(first), len(second)) {
		if i < len(first) && i < len(second) && first[i] == second[i] {
			continue
		}
		return &Mismatch{
			At:     uint64(i) + 1,
			Before: slices.Clone(first[max(i-mismatchContext, 0):i]),
			First:  around(first, i), Second: around(second, i),
		}
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
	for i, title := range []string{"first", "second"} {
		section(title, [][]Event{m.First, m.Second}[i])
		if o := m.Outcomes[i]; o.Reason != undecided {
			fmt.Fprintf(&b, "\n  %v", o)
		}
	}
	return b.String()
}
