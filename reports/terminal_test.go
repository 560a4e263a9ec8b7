package reports_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/reports"
)

// TestWriteStoryText holds the text to the terminal that it is for: colours are the only
// difference that colours make, and no line is wider than there is room.
func TestWriteStoryText(t *testing.T) {
	s := told(t)
	write := func(to reports.Terminal) string {
		var b strings.Builder
		if err := reports.WriteStoryText(&b, s, to); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	plain, coloured := write(reports.Terminal{}), write(reports.Terminal{Colour: true})
	if strings.Contains(plain, "\x1b") || !strings.Contains(coloured, "\x1b[31m") {
		t.Error("want colours where they are asked for, and only there")
	}
	if got := regexp.MustCompile(`\x1b\[\d+m`).ReplaceAllString(coloured, ""); got != plain {
		t.Error("the text in colours is another")
	}
	if strings.Count(plain, "\n! ") != 1 || strings.Count(plain, "\n> ") == 0 || strings.Count(plain, "without this the run passes") != 1 {
		t.Errorf("want one place where it broke, and the decisions:\n%s", plain)
	}
	narrow := write(reports.Terminal{Width: 60})
	top := func(text string) []string {
		head, _, _ := strings.Cut(text, "\n\n")
		return strings.Fields(head)
	}
	if d := cmp.Diff(top(plain), top(narrow)); d != "" {
		t.Errorf("words of the facts (-plain +narrow):\n%s", d)
	}
	for line := range strings.Lines(narrow) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 60 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	// Paths differ at their ends, and so do the bytes of a file that are written.
	if !regexp.MustCompile(`write +/d[^\n]*…[^\n]*\[\d+,\+\d+\)\n`).MatchString(narrow) {
		t.Errorf("want writes with their ends:\n%s", narrow)
	}
}
