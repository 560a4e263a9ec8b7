package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/batpak/batpak-sim/internal/workflow"
	"github.com/batpak/batpak-sim/scenarios"
)

// WriteGitHub writes an annotation for every finding of a sweep, and for what it has not tried,
// as commands of a GitHub workflow. [WriteMarkdown] suits the summary of the step.
func WriteGitHub(w io.Writer, s scenarios.Summary) error {
	var b strings.Builder
	for _, f := range s.Findings {
		level := workflow.Error
		if f.First.Verdict == scenarios.Inconclusive {
			level = workflow.Warning
		}
		var text strings.Builder
		finding(&text, f.First)
		fmt.Fprintln(&b, workflow.Annotation{
			Level: level, Title: fmt.Sprintf("%s in %s", printable(f.Signature), plural(f.Count, "run")), Message: strings.TrimSpace(text.String()),
		})
	}
	for _, v := range s.Vacuities() {
		fmt.Fprintln(&b, workflow.Annotation{Level: workflow.Error, Title: string(scenarios.Vacuous), Message: v})
	}
	_, err := io.WriteString(w, b.String())
	return err
}
