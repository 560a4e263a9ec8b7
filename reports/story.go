package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// StoryVersion is the number of the format of [Story] as JSON.
const StoryVersion = 1

// Telling is what a story is told of: a run with its whole trace and, if they are there, the
// decisions that make it and the passing run beside it.
type Telling struct {
	Result    scenarios.Result
	Recording *scenarios.Recording // nil = its decisions are not known
	At        []int                // as in scenarios.Replay, of the recording's decisions
	Nearest   *scenarios.Nearest   // nil = none is known
	Prospects *scenarios.Prospects // nil = none were sampled
	Again     string               // the command that shows the run again; empty = as by Reproduce
}

// Story is one run in plain data, made for reading: what was promised, what happened, and
// what led to it.
type Story struct {
	Version   int             `json:"version"`
	Title     string          `json:"title"`
	Verdict   string          `json:"verdict"`
	Promised  string          `json:"promised"`
	Happened  string          `json:"happened"`
	Broke     int             `json:"broke"` // the event that completed the violation; -1 = none
	Again     string          `json:"again"`
	Facts     []StoryFact     `json:"facts"`
	Lanes     []string        `json:"lanes"`
	Classes   []string        `json:"classes"`
	Kinds     []string        `json:"kinds"`
	Texts     []string        `json:"texts"`
	Events    StoryEvents     `json:"events"`
	Lives     []int           `json:"lives"` // the events at which incarnations begin
	Decisions []StoryDecision `json:"decisions"`
	Cuts      []scenarios.Cut `json:"cuts"`
	Beside    *StoryBeside    `json:"beside,omitempty"`
	Lost      *StoryLost      `json:"lost,omitempty"`
	Stack     string          `json:"stack,omitempty"`
}

// StoryFact is a number or a word about the run.
type StoryFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// StoryEvent is an event in numbers: the step, nanoseconds of virtual time, and indexes into
// Lanes, Classes, Kinds and Texts.
type StoryEvent [6]int64

// StoryEvents are events one behind the other. As JSON they are columns, which browsers read quickest:
// steps and times by how much they grow from event to event, the indexes as they are.
type StoryEvents []StoryEvent

// MarshalJSON implements [json.Marshaler].
func (all StoryEvents) MarshalJSON() ([]byte, error) {
	columns := make(map[string][]int64)
	for at, name := range [...]string{"step", "time", "lane", "class", "kind", "text"} {
		column := make([]int64, len(all))
		for i, e := range all {
			column[i] = e[at]
			if at < 2 && i > 0 {
				column[i] -= all[i-1][at]
			}
		}
		columns[name] = column
	}
	return json.Marshal(columns)
}

// StoryDecision is a decision that makes the run what it is.
type StoryDecision struct {
	Text  string `json:"text"`
	Note  string `json:"note,omitempty"` // what it is about
	About string `json:"about"`          // what decisions of its label are about
	Event int    `json:"event"`          // the event that follows it; -1 = it was not asked for
	Turns bool   `json:"turns"`          // without this one the run passes
}

// StoryBeside is the passing run next to this one.
type StoryBeside struct {
	Decision int      `json:"decision"` // that is left out, in Decisions; -1 = it is not shown
	Text     string   `json:"text"`
	Note     string   `json:"note,omitempty"`
	Part     int      `json:"part"` // events that both runs begin with
	Ours     []string `json:"ours"` // from there on, a few
	Theirs   []string `json:"theirs"`
	Outcome  string   `json:"outcome"`
}

// decisionsShown bounds the decisions of a story, and besideShown the events behind the
// parting of two runs.
const (
	decisionsShown = 400
	besideShown    = 12
)

// NewStory tells a run.
func NewStory(t Telling) Story {
	r := t.Result
	s := Story{
		Version: StoryVersion, Verdict: string(r.Verdict), Broke: -1, Again: t.Again, Facts: storyFacts(r),
		Classes: classNames[:], Cuts: r.Cuts, Lives: []int{}, Decisions: []StoryDecision{}, Stack: r.Stack,
	}
	if s.Again == "" {
		s.Again = Reproduce(r)
	}
	if s.Cuts == nil {
		s.Cuts = []scenarios.Cut{}
	}
	s.summary(r)
	s.events(r)
	if t.Recording != nil {
		s.decisions(t)
	}
	if t.Prospects != nil {
		s.lost(*t.Prospects)
	}
	return s
}

// summary says what was promised and what happened.
func (s *Story) summary(r scenarios.Result) {
	switch v := r.Violation; {
	case v != nil:
		s.Title = fmt.Sprintf("%s: %s", v.Oracle, v.Shape)
		s.Promised, s.Happened = v.Expected, v.Seen
	case r.Verdict == scenarios.Pass:
		s.Title = fmt.Sprintf("%s passes", r.Scenario)
		s.Promised = fmt.Sprintf("all %d oracles hold: %s", len(scenarios.Oracles()), strings.Join(scenarios.Oracles(), ", "))
		s.Happened = fmt.Sprintf("nothing broke in %d incarnations; the log was %s", r.Counters.Incarnations, r.Outcome)
	default:
		s.Title = fmt.Sprintf("%s is not judged", r.Scenario)
		s.Promised, s.Happened = "a run ends with a pass or a violation", r.Reason
	}
}

func storyFacts(r scenarios.Result) []StoryFact {
	c := r.Counters
	return []StoryFact{
		{"Scenario", fmt.Sprintf("%s, faults %s; struck: %s", r.Scenario, r.FaultMode, phrase(counts(nil, r.Faults)))},
		{"Lives", fmt.Sprintf("%s, %s", plural(c.Incarnations, "incarnation"), plural(c.PowerCuts, "power cut"))},
		{"Work", fmt.Sprintf("%s, %s delivered, %s saved", plural(c.Appends, "append"), number(c.Deliveries), plural(c.Saved, "checkpoint"))},
		{"Run", fmt.Sprintf("%s, %d switches, %v of virtual time, digest %s", plural(r.Schedule, "step"), r.Switches, r.Virtual, r.Digest)},
	}
}

// events takes in the trace.
func (s *Story) events(r scenarios.Result) {
	lanes, kinds, texts := newWords(), newWords(), newWords()
	s.Events = make(StoryEvents, 0, len(r.Trace))
	for i, e := range r.Trace {
		s.Events = append(s.Events, StoryEvent{
			int64(e.Step), int64(e.Time), lanes.index(lane(e)), int64(classOf(e)), kinds.index(shortKind(e.Kind)), texts.index(describe(e)),
		})
		switch {
		case e.Kind == historyKind+string(scenarios.EventBegan):
			s.Lives = append(s.Lives, i)
		case e.Kind == sim.KindPanic || strings.HasPrefix(e.Kind, historyKind) && s.Verdict == string(scenarios.Violated):
			s.Broke = i // a history takes nothing behind its first violation
		}
	}
	s.Lanes, s.Kinds, s.Texts = lanes.all, kinds.all, texts.all
}

// decisions takes in the recording and the passing run.
func (s *Story) decisions(t Telling) {
	turns := -1
	if t.Nearest != nil {
		turns = t.Nearest.Without
	}
	shown := make(map[int]int)
	for i, d := range t.Recording.Decisions {
		if len(s.Decisions) == decisionsShown {
			break
		}
		shown[i] = len(s.Decisions)
		event := -1
		if i < len(t.At) {
			event = t.At[i]
		}
		s.Decisions = append(s.Decisions, StoryDecision{Text: d.String(), Note: t.Recording.Notes[i], About: scenarios.About(d), Event: event, Turns: i == turns})
	}
	if t.Nearest == nil {
		return
	}
	s.Beside = &StoryBeside{
		Decision: -1, Text: t.Recording.Decisions[turns].String(), Note: t.Recording.Notes[turns], Part: t.Nearest.Part,
		Ours: after(t.Result.Trace, t.Nearest.Part), Theirs: after(t.Nearest.Pass.Trace, t.Nearest.Part),
		Outcome: fmt.Sprintf("%s, %s", t.Nearest.Pass.Verdict, t.Nearest.Pass.Outcome),
	}
	if at, ok := shown[turns]; ok {
		s.Beside.Decision = at
	}
	s.Facts = slices.Insert(s.Facts, 0, StoryFact{"Turns on", cmp.Or(t.Recording.Notes[turns], s.Beside.Text) + "; without it the run passes"})
}

// after is the first events behind a number of them, as lines.
func after(trace []sim.Event, n int) []string {
	lines := []string{}
	for _, e := range trace[n:min(len(trace), n+besideShown)] {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", lane(e), shortKind(e.Kind), describe(e))))
	}
	return lines
}

// words gives every word a number.
type words struct {
	all     []string
	numbers map[string]int64
}

func newWords() *words { return &words{all: []string{}, numbers: make(map[string]int64)} }

func (w *words) index(word string) int64 {
	n, known := w.numbers[word]
	if !known {
		n = int64(len(w.all))
		w.numbers[word] = n
		w.all = append(w.all, word)
	}
	return n
}
