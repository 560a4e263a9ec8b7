package reports

import (
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
)

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"style":     func() (template.CSS, error) { return embedded[template.CSS]("page.css") },
	"script":    func(name string) (template.JS, error) { return embedded[template.JS](name) },
	"dump":      dump,
	"rest":      rest,
	"shortened": shortened,
}).ParseFS(pageFiles, "page/*.html"))

// embedded is a file of ours, which the template takes as it is.
func embedded[T ~string](name string) (T, error) {
	text, err := pageFiles.ReadFile("page/" + name)
	return T(text), err
}

// WriteStory writes a story as one HTML file that needs no other and no network.
func WriteStory(w io.Writer, s Story) error { return pages.ExecuteTemplate(w, "story.html", s) }

// WriteCampaign writes a sweep as one HTML file that needs no other and no network.
func WriteCampaign(w io.Writer, c Campaign) error {
	return pages.ExecuteTemplate(w, "campaign.html", c)
}

// WriteTrendPage writes a trend as one HTML file that needs no other and no network.
func WriteTrendPage(w io.Writer, t Trend) error { return pages.ExecuteTemplate(w, "trend.html", t) }

// dumpLine is 16 bytes of a window, as they were and as they are.
type dumpLine struct {
	Offset        int64
	Before, After string
}

// dump lays out a window of a change in lines.
func dump(w scenarios.CutWindow, c scenarios.CutChange) []dumpLine {
	const size = 16
	var lines []dumpLine
	for at := 0; at < max(len(w.Before), len(w.After)); at += size {
		lines = append(lines, dumpLine{w.Offset + int64(at), dumped(w.Before, at, size, c.Before), dumped(w.After, at, size, c.After)})
	}
	return lines
}

// rest is how many bytes of a window are not shown.
func rest(w scenarios.CutWindow) int64 { return w.Length - int64(max(len(w.Before), len(w.After))) }

// dumped is a line of one side. Entry is what is there, empty if nothing is.
func dumped(b []byte, at, size int, entry string) string {
	switch {
	case entry == "":
		return "(no file)"
	case at >= len(b):
		return "(past the end)"
	}
	b = b[at:min(len(b), at+size)]
	digits := hex.EncodeToString(b)
	var groups []string
	for len(digits) > 8 {
		groups, digits = append(groups, digits[:8]), digits[8:]
	}
	return fmt.Sprintf("%-35s  %s", strings.Join(append(groups, digits), " "), letters(b))
}

// letters are bytes as text, with dots for what is none.
func letters(b []byte) string {
	text := slices.Clone(b)
	for i, c := range text {
		if c < ' ' || c > '~' {
			text[i] = '.'
		}
	}
	return string(text)
}
