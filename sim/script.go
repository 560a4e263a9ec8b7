package sim

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Script is a failure as text: its signature and the decisions that make it, one line for each, which is
//
//	label task site-kind site-object #ordinal -> task value of range
//
// with "->" followed by the task that goes on only in a decision of the schedule. Empty fields show as "-", fields that would
// confuse as Go string literals. Empty lines and lines that begin with # are skipped. A script that is to be replayed need
// not hold the decisions of value 0.
type Script struct {
	Signature string
	Decisions []Decision
}

const scriptHead = "sim script 1"

// String is the script as text.
func (s Script) String() string {
	b, _ := s.MarshalText() // it never fails
	return string(b)
}

// MarshalText implements [encoding.TextMarshaler]. It never fails.
func (s Script) MarshalText() ([]byte, error) {
	b := append([]byte(scriptHead), "\nsignature "...)
	b = append(appendField(b, s.Signature), '\n')
	for _, d := range s.Decisions {
		b = append(d.appendLine(b), '\n')
	}
	return b, nil
}

// String is the decision as a line of a [Script].
func (d Decision) String() string { return string(d.appendLine(nil)) }

func (d Decision) appendLine(b []byte) []byte {
	for _, field := range [...]string{d.Label, d.Key.Task, d.Key.Site.Kind, d.Key.Site.Object} {
		b = append(appendField(b, field), ' ')
	}
	b = append(b, '#')
	b = strconv.AppendUint(b, d.Key.Ordinal, 10)
	b = append(b, " -> "...)
	if d.Choice != "" {
		b = append(appendField(b, d.Choice), ' ')
	}
	b = strconv.AppendUint(b, d.Value, 10)
	b = append(b, " of "...)
	return strconv.AppendUint(b, d.N, 10)
}

// UnmarshalText implements [encoding.TextUnmarshaler]. Its error is a [*ScriptError].
func (s *Script) UnmarshalText(text []byte) error {
	var out Script
	headed, signed := false, false
	n := 0
	for line := range bytes.Lines(text) {
		n++
		fields, ok := splitFields(strings.TrimSpace(string(line)))
		switch {
		case ok && (len(fields) == 0 || fields[0].comment()):
		case !ok:
			return &ScriptError{n, "a string literal does not end"}
		case !headed:
			if strings.TrimSpace(string(line)) != scriptHead {
				return &ScriptError{n, "want " + strconv.Quote(scriptHead)}
			}
			headed = true
		case !signed:
			if len(fields) != 2 || fields[0].text != "signature" {
				return &ScriptError{n, "want signature and a text"}
			}
			out.Signature, signed = fields[1].value(), true
		default:
			d, err := parseDecision(fields)
			if err != "" {
				return &ScriptError{n, err}
			}
			out.Decisions = append(out.Decisions, d)
		}
	}
	if !signed {
		return &ScriptError{n, "it ends before the signature"}
	}
	*s = out
	return nil
}

// ScriptError is the error of reading a text that is not a script.
type ScriptError struct {
	Line    int // from 1
	Problem string
}

func (e *ScriptError) Error() string {
	return fmt.Sprintf("sim: script line %d: %s", e.Line, e.Problem)
}

// parseDecision returns what is wrong with the fields, if anything.
func parseDecision(fields []field) (d Decision, problem string) {
	const shape = "want label task kind object #ordinal -> [task] value of range"
	if n := len(fields); n != 9 && n != 10 {
		return d, shape
	}
	tail := fields[len(fields)-3:]
	ordinal, numbered := strings.CutPrefix(fields[4].text, "#")
	if !numbered || fields[5].text != "->" || tail[1].text != "of" {
		return d, shape
	}
	d.Label = fields[0].value()
	d.Key = Key{Task: fields[1].value(), Site: Site{fields[2].value(), fields[3].value()}}
	if len(fields) == 10 {
		d.Choice = fields[6].value()
	}
	for _, number := range []struct {
		text string
		into *uint64
	}{{ordinal, &d.Key.Ordinal}, {tail[0].text, &d.Value}, {tail[2].text, &d.N}} {
		v, err := strconv.ParseUint(number.text, 10, 64)
		if err != nil {
			return d, fmt.Sprintf("%s is no number", number.text)
		}
		*number.into = v
	}
	if d.Value >= d.N {
		return d, fmt.Sprintf("value %d is not below its range %d", d.Value, d.N)
	}
	return d, ""
}

// field is what [appendField] has written, or a bare word.
type field struct {
	text   string
	quoted bool
}

func (f field) value() string {
	if f.text == "-" && !f.quoted {
		return ""
	}
	return f.text
}

func (f field) comment() bool { return !f.quoted && strings.HasPrefix(f.text, "#") }

// splitFields splits a line at its blanks, outside string literals.
func splitFields(line string) (fields []field, ok bool) {
	for line = strings.TrimLeft(line, " \t"); line != ""; line = strings.TrimLeft(line, " \t") {
		if line[0] == '"' {
			literal, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, false
			}
			text, err := strconv.Unquote(literal)
			if err != nil {
				return nil, false
			}
			fields = append(fields, field{text, true})
			line = line[len(literal):]
			continue
		}
		word, _, _ := strings.Cut(line, " ")
		fields = append(fields, field{word, false})
		line = line[len(word):]
	}
	return fields, true
}
