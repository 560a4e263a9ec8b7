package simfs

import (
	"encoding"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	_ encoding.TextMarshaler   = Rule{}
	_ encoding.TextUnmarshaler = (*Rule)(nil)
)

// String prints the rule for people and for the line that reproduces a run.
// ParseRule reads it back.
func (r Rule) String() string {
	var b strings.Builder
	b.WriteString(r.Ops.String())
	if r.Path != "" {
		b.WriteString(" path=" + quoted(r.Path))
	}
	for _, t := range r.triggers() {
		b.WriteString(" " + t)
	}
	if point := r.Effect.form().point; point == "during" || point == "after" {
		b.WriteString(" " + point)
	}
	b.WriteString(": " + r.word())
	for i := range parameters {
		p := &parameters[i]
		if p.said(&r) || p.needed && slices.Contains(r.Effect.form().takes, p.key) {
			b.WriteString(" " + p.print(&r))
		}
	}
	return b.String()
}

// word is the word for the effect, or its name where the word alone could mean
// another.
func (r *Rule) word() string {
	form := r.Effect.form()
	if slices.Equal(effectsCalled(form.word, form.point, r.Ops), []Effect{r.Effect}) {
		return form.word
	}
	return r.Effect.String()
}

// triggers prints those that are set.
func (r *Rule) triggers() []string {
	var out []string
	for _, t := range triggers {
		if n := *t.field(r); n != 0 {
			out = append(out, fmt.Sprintf("%s=%d", t.key, n))
		}
	}
	return out
}

var triggers = []struct {
	key   string
	field func(*Rule) *uint64
}{
	{"nth", func(r *Rule) *uint64 { return &r.Nth }},
	{"from", func(r *Rule) *uint64 { return &r.From }},
	{"every", func(r *Rule) *uint64 { return &r.Every }},
}

// quoted puts s in quotes if it could not stand as it is.
func quoted(s string) string {
	plain := func(c rune) bool { return strconv.IsPrint(c) && !strings.ContainsRune(" :;\"", c) }
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return !plain(c) }) {
		return s
	}
	return strconv.Quote(s)
}

// MarshalText is String of a rule that is right.
func (r Rule) MarshalText() ([]byte, error) {
	if problems := r.problems(); len(problems) > 0 {
		return nil, &ConfigError{Problems: problems}
	}
	return []byte(r.String()), nil
}

// UnmarshalText is ParseRule.
func (r *Rule) UnmarshalText(text []byte) error {
	parsed, err := ParseRule(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}
