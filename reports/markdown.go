package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
)

// WriteMarkdown writes a sweep as Markdown: the verdict, and a table of the findings with the
// line that shows each again. It suits the summary of a step on GitHub.
func WriteMarkdown(w io.Writer, s scenarios.Summary) error {
	var b strings.Builder
	b.WriteString("### ")
	headline(&b, s)
	fmt.Fprintf(&b, "\n%s over %s: %s.\n", plural(s.Runs, "run"), strings.Join(s.Config.Scenarios, ", "), phrase(verdictCounts(s)))
	if len(s.Findings) > 0 {
		b.WriteString("\n| finding | runs | first | again |\n| --- | ---: | --- | --- |\n")
	}
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "| %s | %d | %s, seed %d | `%s` |\n", markdownCell(f.Signature), f.Count, f.First.Scenario, f.First.Seed, Reproduce(f.First))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownCell keeps a text in its cell, whatever it has in it.
func markdownCell(text string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`").Replace(printable(text))
}
