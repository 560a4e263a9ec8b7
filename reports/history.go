package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
)

// HistoryVersion is the number of the format of [HistoryEntry] as JSON.
const HistoryVersion = 1

// HistoryEntry is what is kept of a sweep, so that sweeps can be seen one behind the other.
type HistoryEntry struct {
	Version    int                `json:"version"`
	When       time.Time          `json:"when"` // it ended
	Revision   string             `json:"revision"`
	Verdict    scenarios.Verdict  `json:"verdict"`
	Scenarios  []string           `json:"scenarios"`
	From       uint64             `json:"from"`
	To         uint64             `json:"to"`
	FaultMode  scenarios.Faults   `json:"fault_mode"`
	Steps      int                `json:"steps"`
	Strategy   scenarios.Strategy `json:"strategy,omitempty"`
	Without    []string           `json:"without,omitempty"`
	Checked    bool               `json:"determinism_checked"`
	Runs       uint64             `json:"runs"` // that were made, not those of a sweep that it went on from
	Wall       time.Duration      `json:"wall_ns"`
	Behaviours uint64             `json:"behaviours"`   // that differ
	Unseen     float64            `json:"unseen"`       // probability that a further run behaves in a new way
	Met        int                `json:"met"`          // faults that struck, and yield points of the engine that were passed
	Meetable   int                `json:"meetable"`     // of so many
	Failed     uint64             `json:"did_not_pass"` // runs, with those of a sweep that it went on from
	Findings   []string           `json:"findings"`     // the signatures of the distinct ones
}

// NewHistoryEntry is what is kept of a sweep by the build of that revision, which took wall and
// ended when it says.
func NewHistoryEntry(s scenarios.Summary, wall time.Duration, revision string, when time.Time) HistoryEntry {
	c := s.Config
	meetable := len(s.Effects()) + len(core.Points())
	e := HistoryEntry{
		Version: HistoryVersion, When: when.UTC().Truncate(time.Second), Revision: revision, Verdict: s.Verdict(), Scenarios: c.Scenarios, From: c.From, To: c.To,
		FaultMode: c.Faults, Steps: c.Steps, Strategy: c.Strategy, Without: c.Without, Checked: c.CheckDeterminism, Runs: s.Runs - s.Earlier, Wall: wall,
		Behaviours: s.Behaviours.Distinct(), Unseen: s.Behaviours.Unseen(), Met: meetable - len(neverReached(s)), Meetable: meetable,
		Failed: s.Runs - s.Verdicts[scenarios.Pass], Findings: []string{},
	}
	for _, f := range s.Findings {
		e.Findings = append(e.Findings, f.Signature)
	}
	return e
}

// WriteHistoryEntry writes an entry as one line, in one call of w.
func WriteHistoryEntry(w io.Writer, e HistoryEntry) error { return writeLine(w, e) }

// historyLineMax bounds a line of a history, in bytes.
const historyLineMax = 1 << 20

// ReadHistory reads what WriteHistoryEntry has written, line by line. The error says which line
// it is that is something else.
func ReadHistory(r io.Reader) ([]HistoryEntry, error) {
	var all []HistoryEntry
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, historyLineMax)
	for n := 1; lines.Scan(); n++ {
		var e HistoryEntry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if e.Version != HistoryVersion {
			return nil, fmt.Errorf("line %d: version %d, legal is %d", n, e.Version, HistoryVersion)
		}
		all = append(all, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
	}
	return all, nil
}

// rate is runs a second.
func (e HistoryEntry) rate() float64 { return float64(e.Runs) / max(e.Wall, 1).Seconds() }

// seeds says which there were.
func (e HistoryEntry) seeds() string { return fmt.Sprintf("%d..%d", e.From, e.To) }

// kind says what must be equal for two sweeps to be compared.
func (e HistoryEntry) kind() string {
	what := fmt.Sprintf("%d scenarios", len(e.Scenarios))
	if slices.Equal(e.Scenarios, scenarios.Names()) {
		what = "all scenarios"
	} else if len(e.Scenarios) <= kindNames {
		what = strings.Join(e.Scenarios, ", ")
	}
	return fmt.Sprintf("%s, faults %s, %d steps", what, e.FaultMode, e.Steps) + when(e.Checked, ", every run twice") + special(e.Strategy, e.Without)
}

// kindNames bounds the scenarios that are named.
const kindNames = 3
