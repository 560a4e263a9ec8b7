package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// recordingHead is the first line of the text of a recording: its format and version.
const recordingHead = "batpak-sim recording 1"

// chapters are the labels of decisions in the order in which a recording prints
// them, with what a person should know of each.
var chapters = []struct{ label, about string }{
	{labelShape, "how large the run is: incarnations, producers, fencers, consumers and what each reads"},
	{labelReading, "how a consumer with a cursor reads: 2 of 3 = it ranges over the events, else it pulls"},
	{labelKeep, "what takes part; take a line out, or put 0, and that operation or consumer is left out"},
	{labelWorkload, "what producers append and how consumers answer"},
	{labelFault, "which faults of the disk are planned"},
	{labelCrash, "where an incarnation ends, and how"},
	{labelStall, "where a task is held up in the middle of an append or a sync, so that others overtake it"},
	{simfs.LabelSurvival, "the crash image: how much of what is unsynced survives on the whole"},
	{simfs.LabelName, "the crash image: 1 = this change of a directory entry survives"},
	{simfs.LabelOrder, "the crash image: how far the order of metadata has survived"},
	{simfs.LabelSize, "the crash image: how many changes of a file's size survive"},
	{simfs.LabelUnit, "the crash image: which version of a unit survives, 0 = the oldest"},
	{simfs.LabelAttr, "the crash image: 1 = this change of attributes survives"},
	{simfs.LabelGap, "the crash image: what a unit reads as that was never written, 0 = zeros"},
	{simfs.LabelDamage, "the crash image: what is wrong with the last write of a unit"},
	{simfs.LabelFail, "1 = this unit got through a sync that failed"},
	{simfs.LabelCut, "how many units of a write were done at the crash within it"},
	{simfs.LabelRot, "which byte of a file rots, then which bit of it"},
	{labelIdentity, "the engine's random identities"},
	{sim.LabelSchedule, "the schedule: who goes on instead of the task that ran; take all lines out, and nobody is pre-empted"},
}

// About says what decisions of that label are about, for people.
func About(d sim.Decision) string {
	for _, c := range chapters {
		if c.label == d.Label {
			return c.about
		}
	}
	return "something else"
}

// String is the recording as text.
func (r Recording) String() string {
	b, _ := r.MarshalText() // it never fails
	return string(b)
}

// MarshalText implements [encoding.TextMarshaler]. It never fails.
func (r Recording) MarshalText() ([]byte, error) {
	var b strings.Builder
	b.WriteString(recordingHead + "\n")
	for _, f := range recordingFields {
		for _, value := range f.text(&r) {
			fmt.Fprintf(&b, "%s %s\n", f.key, value)
		}
	}
	b.WriteString("decisions\n")
	printed := make([]bool, len(r.Decisions))
	for _, c := range chapters {
		r.chapter(&b, printed, "# "+c.about, func(d sim.Decision) bool { return d.Label == c.label })
	}
	r.chapter(&b, printed, "# other decisions", func(sim.Decision) bool { return true })
	if len(r.Tail) > 0 {
		b.WriteString("\n# the last events:\n")
		for _, line := range r.Tail {
			fmt.Fprintf(&b, "#   %s\n", strings.ReplaceAll(line, "\n", " "))
		}
	}
	return []byte(b.String()), nil
}

// chapter prints the decisions that in selects, each with its note, under a title.
func (r *Recording) chapter(b *strings.Builder, printed []bool, title string, in func(sim.Decision) bool) {
	for i, d := range r.Decisions {
		if printed[i] || !in(d) {
			continue
		}
		if title != "" {
			fmt.Fprintf(b, "\n%s\n", title)
			title = ""
		}
		printed[i] = true
		b.WriteString(d.String())
		if note := r.Notes[i]; note != "" {
			b.WriteString(noteMark + strings.ReplaceAll(note, "\n", " "))
		}
		b.WriteString("\n")
	}
}

// noteMark stands between a decision and what it is about.
const noteMark = " // "

// recordingField is a line above the decisions. Some may be left out, one may come
// several times.
type recordingField struct {
	key  string
	text func(*Recording) []string
	set  func(*Recording, string) error
}

var recordingFields = []recordingField{
	textField("scenario", func(r *Recording) *string { return &r.Scenario }),
	textField("faults", func(r *Recording) *Faults { return &r.Faults }),
	{
		key: "steps",
		text: func(r *Recording) []string {
			if r.Steps == 0 {
				return nil
			}
			return []string{strconv.Itoa(r.Steps)}
		},
		set: func(r *Recording, value string) (err error) {
			if r.Steps, err = strconv.Atoi(value); err != nil {
				return errors.New("legal is a number")
			}
			return nil
		},
	},
	{
		key: "workload",
		text: func(r *Recording) []string {
			if !r.Closed {
				return nil
			}
			return []string{"closed"}
		},
		set: func(r *Recording, value string) error {
			if r.Closed = value == "closed"; !r.Closed {
				return errors.New(`legal is closed`)
			}
			return nil
		},
	},
	{
		key: "image",
		text: func(r *Recording) (all []string) {
			for _, id := range r.Images {
				all = append(all, string(id))
			}
			return all
		},
		set: func(r *Recording, value string) error {
			r.Images = append(r.Images, simfs.StateID(value))
			return nil
		},
	},
	textField("origin", func(r *Recording) *string { return &r.Origin }),
	textField("revision", func(r *Recording) *string { return &r.Revision }),
	textField("verdict", func(r *Recording) *Verdict { return &r.Verdict }),
	textField("outcome", func(r *Recording) *Outcome { return &r.Outcome }),
	textField("signature", func(r *Recording) *string { return &r.Signature }),
	{
		key: "digest",
		text: func(r *Recording) []string {
			if r.Digest == 0 {
				return nil
			}
			return []string{r.Digest.String()}
		},
		set: func(r *Recording, value string) error { return r.Digest.UnmarshalText([]byte(value)) },
	},
}

// textField is a field that is left out when it is empty.
func textField[T ~string](key string, field func(*Recording) *T) recordingField {
	return recordingField{
		key: key,
		text: func(r *Recording) []string {
			if *field(r) == "" {
				return nil
			}
			return []string{strings.ReplaceAll(string(*field(r)), "\n", " ")}
		},
		set: func(r *Recording, value string) error {
			*field(r) = T(value)
			return nil
		},
	}
}

// RecordingError is the error of reading a text that is no recording.
type RecordingError struct {
	Line    int // from 1
	Problem string
}

func (e *RecordingError) Error() string {
	return fmt.Sprintf("recording line %d: %s", e.Line, e.Problem)
}

// ParseRecording reads the text of a recording. Empty lines and lines that begin with #
// are skipped. Its error is a [*RecordingError], or about the scenario and the fault
// level that the text names.
func ParseRecording(text string) (Recording, error) {
	var r Recording
	head, decisions, found := 0, 0, false
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case head == 0 && line != recordingHead:
			return r, &RecordingError{i + 1, fmt.Sprintf("want %q", recordingHead)}
		case head == 0:
			head = i + 1
		case line == "decisions":
			decisions, found = i+1, true
		default:
			if err := r.setField(line); err != nil {
				return r, &RecordingError{i + 1, err.Error()}
			}
		}
		if found {
			break
		}
	}
	if !found {
		return r, &RecordingError{len(lines), `it ends before the line "decisions"`}
	}
	if err := r.parseDecisions(lines[decisions:], decisions); err != nil {
		return r, err
	}
	return r, r.check()
}

func (r *Recording) setField(line string) error {
	key, value, _ := strings.Cut(line, " ")
	at := slices.IndexFunc(recordingFields, func(f recordingField) bool { return f.key == key })
	if at < 0 {
		return fmt.Errorf("unknown field %q, legal are %s", key, strings.Join(recordingKeys(), ", "))
	}
	value = strings.TrimSpace(value)
	if err := recordingFields[at].set(r, value); err != nil {
		return fmt.Errorf("%s %q: %w", key, value, err)
	}
	return nil
}

func recordingKeys() []string {
	var keys []string
	for _, f := range recordingFields {
		keys = append(keys, f.key)
	}
	return append(keys, "decisions")
}

// parseDecisions reads the lines behind the line of that number.
func (r *Recording) parseDecisions(lines []string, above int) error {
	const lead = "sim script 1\nsignature -\n"
	r.Notes = make(map[int]string)
	var b strings.Builder
	b.WriteString(lead)
	n := 0
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			decision, note, noted := cutNote(line)
			if line = decision; noted {
				r.Notes[n] = note
			}
			n++
		}
		b.WriteString(line + "\n")
	}
	var s sim.Script
	var wrong *sim.ScriptError
	err := s.UnmarshalText([]byte(b.String()))
	if errors.As(err, &wrong) {
		return &RecordingError{above + wrong.Line - strings.Count(lead, "\n"), wrong.Problem}
	}
	r.Decisions = s.Decisions
	return err
}

// cutNote cuts a line at the mark of its note, outside string literals.
func cutNote(line string) (decision, note string, found bool) {
	for at := 0; at < len(line); {
		if strings.HasPrefix(line[at:], noteMark) {
			return line[:at], line[at+len(noteMark):], true
		}
		if literal, err := strconv.QuotedPrefix(line[at:]); err == nil && line[at] == '"' {
			at += len(literal)
			continue
		}
		at++
	}
	return line, "", false
}
