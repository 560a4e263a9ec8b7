package reports

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/batpak/batpak-sim/scenarios"
)

// finding appends what a run that did not pass found.
func finding(b *strings.Builder, r scenarios.Result) {
	fmt.Fprintf(b, "%s in %s, seed %d", r.Verdict, r.Scenario, r.Seed)
	if v := r.Violation; v != nil {
		fmt.Fprintf(b, ": oracle %s, %s", printable(v.Oracle), printable(v.Shape))
	}
	b.WriteString("\n")
	if v := r.Violation; v != nil {
		section(b, "expected", v.Expected)
		section(b, "seen", v.Seen)
	}
	section(b, "reason", r.Reason)
	section(b, "last events", strings.Join(r.Tail, "\n"))
	section(b, "stack", r.Stack)
	section(b, "reproduce", Reproduce(r))
}

// section appends a titled text, unless there is none. One of several lines stands
// below its title.
func section(b *strings.Builder, title, text string) {
	text = strings.TrimRight(text, "\n")
	switch {
	case text == "":
	case strings.Contains(text, "\n") || title == "last events":
		fmt.Fprintf(b, "  %s\n", title)
		for line := range strings.SplitSeq(text, "\n") {
			fmt.Fprintf(b, "    %s\n", printable(line))
		}
	default:
		fmt.Fprintf(b, "  %-11s%s\n", title, printable(text))
	}
}

// printable returns the line with what a terminal would not show as it is, or
// obey, in the notation of Go.
func printable(line string) string {
	if !strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) && r != '\t' || r == unicode.ReplacementChar }) {
		return line
	}
	quoted := fmt.Sprintf("%q", line)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
