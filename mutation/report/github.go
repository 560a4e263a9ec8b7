package report

import (
	"fmt"
	"io"

	"github.com/batpak/batpak-sim/internal/workflow"
	"github.com/batpak/batpak-sim/mutation/trial"
)

// GitHub writes an annotation for each survivor, as workflow commands.
func GitHub(w io.Writer, r trial.Report) error {
	for _, v := range r.Verdicts {
		if !v.Alive() {
			continue
		}
		_, err := fmt.Fprintln(w, workflow.Annotation{
			Level: workflow.Error, Title: "mutant " + string(v.Status) + ": " + v.Operator, Message: Diff(v),
			File: file(r, v), Line: v.Line, LineEnd: v.LineEnd, Column: v.Column,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
