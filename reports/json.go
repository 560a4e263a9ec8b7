package reports

import (
	"encoding/json"
	"io"

	"github.com/batpak/batpak-sim/scenarios"
)

// Version is the number of the format that [WriteJSON] writes.
const Version = 1

// Record is one run as a line of JSON.
type Record struct {
	Version int `json:"version"`
	scenarios.Result
	Signature string `json:"signature,omitempty"` // of what was found, if the run did not pass
	Reproduce string `json:"reproduce"`           // the command line of the run
}

// NewRecord returns the record of a run.
func NewRecord(r scenarios.Result) Record {
	r.Faults, r.Points = orEmpty(r.Faults), orEmpty(r.Points)
	record := Record{Version: Version, Result: r, Reproduce: Reproduce(r)}
	if r.Verdict != scenarios.Pass {
		record.Signature = r.Signature()
	}
	return record
}

// orEmpty keeps null out of the JSON of what never began.
func orEmpty[K ~string](m map[K]uint64) map[K]uint64 {
	if m == nil {
		return map[K]uint64{}
	}
	return m
}

// WriteJSON writes a run as one line, in one call of w.
func WriteJSON(w io.Writer, r scenarios.Result) error { return writeLine(w, NewRecord(r)) }

// writeLine writes an object as one line, in one call of w.
func writeLine(w io.Writer, object any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(object)
}
