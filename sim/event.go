package sim

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Kinds of the events that the scheduler itself emits. Users may emit any other kind.
const (
	KindStart  = "start"  // Task created the task Object
	KindSwitch = "switch" // Task goes on, from the Site with kind Detail and object Object; another ran before
	KindTimer  = "timer"  // the timer of Task fired, at the Site with kind Detail and object Object
	KindKill   = "kill"   // Task killed the process Object
	KindPanic  = "panic"  // Task panicked with Detail
	KindCancel = "cancel" // Task cancelled the context Object, or that has reached its deadline; Detail is its Err
	KindFail   = "fail"   // Task found a violation of the shape Object, with the text Detail
	KindClock  = "clock"  // the clock of the process Object jumps by Args[0] nanoseconds, or is skewed by Args[0] ppm; see Detail
	KindEnd    = "end"    // Task ended; Detail is returned, killed, panicked or exited
	KindOver   = "over"   // the run is over for the reason Detail, after Args[0] steps and Args[1] switches
)

// An Event is one thing that happened in a run.
type Event struct {
	Step   uint64        // steps made before it
	Time   time.Duration // virtual time
	Task   string        // the task it happened in; empty outside any task
	Kind   string
	Object string
	Detail string
	Args   [4]uint64
}

// args is Args without the zeros at its end.
func (e *Event) args() []uint64 {
	n := len(e.Args)
	for n > 0 && e.Args[n-1] == 0 {
		n--
	}
	return e.Args[:n]
}

// String is the event as one line for people, without line end and the same in every run: step, seconds, task, kind,
// object, detail, args. Empty fields show as "-", fields that would confuse as Go string literals.
func (e Event) String() string { return string(e.appendLine(nil)) }

func (e *Event) appendLine(b []byte) []byte {
	b = strconv.AppendUint(b, e.Step, 10)
	b = append(b, ' ')
	b = appendSeconds(b, e.Time)
	for _, field := range [...]string{e.Task, e.Kind, e.Object, e.Detail} {
		b = append(b, ' ')
		b = appendField(b, field)
	}
	for _, a := range e.args() {
		b = append(b, ' ')
		b = strconv.AppendUint(b, a, 10)
	}
	return b
}

// appendSeconds appends d, which is not negative, as seconds with nine decimals.
func appendSeconds(b []byte, d time.Duration) []byte {
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	nanos := strconv.AppendInt(nil, int64(d%time.Second), 10)
	b = append(b, '.')
	b = append(b, "000000000"[len(nanos):]...)
	return append(b, nanos...)
}

func appendField(b []byte, s string) []byte {
	switch {
	case s == "":
		return append(b, '-')
	case s == "-" || strings.ContainsFunc(s, confuses):
		return strconv.AppendQuote(b, s)
	}
	return append(b, s...)
}

func confuses(r rune) bool {
	return r == '"' || r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r)
}
