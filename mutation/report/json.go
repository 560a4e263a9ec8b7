package report

import (
	"encoding/json"
	"io"

	"github.com/batpak/batpak-sim/mutation/trial"
)

// Version is the number of the format that [JSON] writes.
const Version = 1

// line is one mutant in the JSON output.
type line struct {
	Version  int          `json:"version"`
	ID       string       `json:"id"`
	Name     string       `json:"name,omitempty"`
	Operator string       `json:"operator"`
	Status   trial.Status `json:"status"`
	Package  string       `json:"package"`
	Function string       `json:"function,omitempty"`
	File     string       `json:"file"`
	Line     int          `json:"line"`
	Column   int          `json:"column"`
	Old      string       `json:"old"`
	New      string       `json:"new"`
	Killer   string       `json:"killer,omitempty"`
	Millis   int64        `json:"ms,omitempty"` // how long the run took that killed it
	Reached  []string     `json:"reached,omitempty"`
	Kills    []string     `json:"kills,omitempty"`
	Flaky    bool         `json:"flaky,omitempty"`
	Race     bool         `json:"race,omitempty"`
	Apart    bool         `json:"apart,omitempty"`
	Cached   bool         `json:"cached,omitempty"`
	Reason   string       `json:"reason,omitempty"`
}

// JSON writes one object a line for every mutant.
func JSON(w io.Writer, r trial.Report) error {
	e := json.NewEncoder(w)
	for _, v := range r.Verdicts {
		err := e.Encode(line{
			Version: Version,
			ID:      v.ID, Name: v.Name, Operator: v.Operator, Status: v.Status, Package: v.Package, Function: v.Function,
			File: file(r, v), Line: v.Line, Column: v.Column, Old: v.Old, New: v.New,
			Killer: v.Killer, Millis: v.Took.Milliseconds(), Reached: v.Reached, Kills: v.Kills,
			Flaky: v.Flaky, Race: v.Race, Apart: v.Apart, Cached: v.Cached, Reason: v.Reason,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
