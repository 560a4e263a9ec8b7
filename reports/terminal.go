package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Terminal says what a story is written to. The zero value is a file or a pipe: plain text,
// nothing cut.
type Terminal struct {
	Width  int  // columns; zero = no limit
	Colour bool // escape sequences for colours
}

// The colours, as the terminal's own numbers.
const (
	plainColour = 0
	badColour   = 31
	goodColour  = 32
	quietColour = 90
)

// line appends a line, cut to the width, in a colour.
func (t Terminal) line(b *strings.Builder, colour int, text string) {
	text = strings.TrimRight(printable(text), " ")
	if t.Width > 1 && utf8.RuneCountInString(text) > t.Width {
		text = string([]rune(text)[:t.Width-1]) + "…"
	}
	if t.Colour && colour != plainColour {
		text = fmt.Sprintf("\x1b[%dm%s\x1b[0m", colour, text)
	}
	b.WriteString(text + "\n")
}

// WriteStoryText writes a story as text: what was promised and what happened, then the events
// in aligned columns, those of the scheduler and the watermarks left out unless something was
// decided there; > marks a decision, x where the run was lost, ! where the promise broke. Then the disk at every power
// cut.
func WriteStoryText(w io.Writer, s Story, t Terminal) error {
	var b strings.Builder
	colour := badColour
	if s.Broke < 0 {
		colour = goodColour
	}
	t.line(&b, colour, s.Verdict+": "+s.Title)
	top := append([]StoryFact{{"Promised", s.Promised}, {"Happened", s.Happened}, {"Again", s.Again}}, s.Facts...)
	for _, f := range top {
		for i, text := range strings.Split(f.Value, "\n") {
			t.line(&b, plainColour, fmt.Sprintf("  %-9s %s", when(i == 0, f.Name), text))
		}
	}
	if s.Lost != nil {
		t.line(&b, quietColour, fmt.Sprintf("  %-9s %s of %d continuations, after 0 to %d decisions", "Failing", s.Lost.spark(), s.Lost.Samples, s.Lost.Of))
	}
	b.WriteString("\n")
	s.timeline(&b, t)
	for _, c := range s.Cuts {
		b.WriteString("\n")
		t.line(&b, plainColour, fmt.Sprintf("power cut of incarnation %d, after event %d: image %s of %s", c.Incarnation, c.Event, c.Image, c.Images))
		for _, f := range c.Fates {
			t.line(&b, map[bool]int{true: goodColour, false: badColour}[f.Outcome == "survived"],
				fmt.Sprintf("  %-9s %s %s", f.Outcome, shortened(f.What), f.Detail))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// timeline appends the events that are worth a line.
func (s *Story) timeline(b *strings.Builder, t Terminal) {
	decided := make(map[int][]StoryDecision)
	for _, d := range s.Decisions {
		decided[d.Event] = append(decided[d.Event], d)
	}
	lanes := 0
	for _, name := range s.Lanes {
		lanes = max(lanes, utf8.RuneCountInString(name))
	}
	for i, e := range s.Events {
		for _, d := range decided[i] {
			note := d.Note
			if note == "" {
				note = fmt.Sprintf("%s, %s", d.Text, d.About)
			}
			t.line(b, quietColour, fmt.Sprintf("> %7s %s", "", note+when(d.Turns, "; without this the run passes")))
		}
		if s.Lost != nil && i == s.Lost.Event {
			t.line(b, badColour, fmt.Sprintf("x %7s from here on every continuation fails", ""))
		}
		if c := class(e[3]); i != s.Broke && (c == classSchedule || c == classFrontier) {
			continue
		}
		mark, colour := " ", plainColour
		switch c := class(e[3]); {
		case i == s.Broke:
			mark, colour = "!", badColour
		case c == classCrash || c == classFault:
			colour = badColour
		case c == classFile || c == classSync:
			colour = quietColour
		}
		t.line(b, colour, fmt.Sprintf("%s %7d %9.3fms  %-*s  %-10s  %s", mark, i, float64(e[1])/1e6, lanes, s.Lanes[e[2]], s.Kinds[e[4]], s.Texts[e[5]]))
	}
}
