package mutation

import (
	"encoding/json"
	"io"
)

// FindingVersion is the number of the format that [WriteJSON] writes.
const FindingVersion = 1

// WriteJSON writes what became of a defect as one line.
func WriteJSON(w io.Writer, f Finding) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Version int `json:"version"`
		Finding
	}{FindingVersion, f})
}
