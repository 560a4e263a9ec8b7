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

// factIndent is how far the values of facts are from the left.
const factIndent = 12

// fact appends a fact, in as many lines as it takes.
func (t Terminal) fact(b *strings.Builder, colour int, f StoryFact) {
	name := f.Name
	for _, text := range strings.Split(f.Value, "\n") {
		for _, part := range t.wrapped(text, t.Width-factIndent) {
			t.line(b, colour, fmt.Sprintf("  %-*s%s", factIndent-2, name, part))
			name = ""
		}
	}
}

// wrapped breaks a text between words, so that no line is longer than the room there is unless a
// word is.
func (t Terminal) wrapped(text string, room int) []string {
	words := strings.Split(text, " ")
	if t.Width == 0 {
		return []string{text}
	}
	lines := []string{words[0]}
	for _, word := range words[1:] {
		last := &lines[len(lines)-1]
		if utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) > room {
			lines = append(lines, word)
			continue
		}
		*last += " " + word
	}
	return lines
}

// fitted takes so much out of the middle of a text that it has room: names differ at their ends.
func (t Terminal) fitted(text string, room int) string {
	letters := []rune(text)
	if t.Width == 0 || len(letters) <= room || room < 8 {
		return text
	}
	head := room / 3
	return string(letters[:head]) + "…" + string(letters[len(letters)-(room-head-1):])
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
		t.fact(&b, plainColour, f)
	}
	if s.Lost != nil {
		t.fact(&b, quietColour, StoryFact{"Failing", fmt.Sprintf("%s of %d continuations, after 0 to %d decisions", s.Lost.spark(), s.Lost.Samples, s.Lost.Of)})
	}
	b.WriteString("\n")
	s.timeline(&b, t)
	for _, c := range s.Cuts {
		b.WriteString("\n")
		t.line(&b, plainColour, fmt.Sprintf("power cut of incarnation %d, after event %d: image %s of %s", c.Incarnation, c.Event, c.Image, c.Images))
		for _, f := range c.Fates {
			t.line(&b, map[bool]int{true: goodColour, false: badColour}[f.Outcome == "survived"],
				fmt.Sprintf("  %-9s %s", f.Outcome, t.fitted(spaced(shortened(f.What), f.Detail), t.Width-factIndent)))
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
		left := fmt.Sprintf("%s %7d %9.3fms  %-*s  %-10s  ", mark, i, float64(e[1])/1e6, lanes, s.Lanes[e[2]], s.Kinds[e[4]])
		t.line(b, colour, left+t.fitted(s.Texts[e[5]], t.Width-utf8.RuneCountInString(left)))
	}
}
