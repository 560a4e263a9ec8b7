package reports

import (
	"encoding/json"
	"io"

	"github.com/batpak/batpak-sim/sim"
)

// traceEvents is a file in Chrome's trace-event format, which Perfetto opens.
type traceEvents struct {
	Events []traceEvent `json:"traceEvents"`
	Unit   string       `json:"displayTimeUnit"`
}

type traceEvent struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"` // X = it takes time, M = it names a thread
	Time     uint64         `json:"ts"` // microseconds
	Duration uint64         `json:"dur,omitempty"`
	Process  int            `json:"pid"`
	Thread   int64          `json:"tid"`
	Args     map[string]any `json:"args"`
}

// WriteTraceEvents writes a trace in Chrome's trace-event format, with a thread for each lane.
// A microsecond stands for an event, since virtual time stands still while tasks run; the
// virtual time is in the arguments.
func WriteTraceEvents(w io.Writer, trace []sim.Event) error {
	const process = 1
	lanes := newWords()
	file := traceEvents{Events: []traceEvent{}, Unit: "ns"}
	for i, e := range trace {
		file.Events = append(file.Events, traceEvent{
			Name: shortKind(e.Kind), Category: classNames[classOf(e)], Phase: "X", Time: uint64(i), Duration: 1,
			Process: process, Thread: lanes.index(lane(e)) + 1,
			Args: map[string]any{"event": i, "step": e.Step, "virtual_ns": int64(e.Time), "text": describe(e), "task": e.Task},
		})
	}
	for i, name := range lanes.all {
		file.Events = append(file.Events, traceEvent{
			Name: "thread_name", Phase: "M", Process: process, Thread: int64(i) + 1, Args: map[string]any{"name": name},
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(file)
}
