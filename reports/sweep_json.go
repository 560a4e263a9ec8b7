package reports

import (
	"encoding/json"
	"io"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

// SweepVersion is the number of the format that [WriteSweepJSON] writes.
const SweepVersion = 1

// SweepRecord is a sweep as JSON.
type SweepRecord struct {
	Version      int                          `json:"version"`
	Revision     string                       `json:"revision"` // the build
	Verdict      scenarios.Verdict            `json:"verdict"`
	Scenarios    []string                     `json:"scenarios"`
	From         uint64                       `json:"from"`
	To           uint64                       `json:"to"`
	FaultMode    scenarios.Faults             `json:"fault_mode"`
	Steps        int                          `json:"steps"`
	Strategy     scenarios.Strategy           `json:"strategy,omitempty"`
	Without      []string                     `json:"without,omitempty"`
	Checked      bool                         `json:"determinism_checked"`
	Planned      uint64                       `json:"planned"`
	Runs         uint64                       `json:"runs"`
	Ended        scenarios.Ended              `json:"ended,omitempty"`
	Wall         time.Duration                `json:"wall_ns"`
	Verdicts     map[scenarios.Verdict]uint64 `json:"verdicts"`
	Outcomes     map[scenarios.Outcome]uint64 `json:"outcomes"`
	Counters     scenarios.Counters           `json:"counters"`
	Faults       map[string]uint64            `json:"faults"`
	Armed        map[string]uint64            `json:"planned_faults"`
	Points       map[string]uint64            `json:"points"`
	NeverReached []string                     `json:"never_reached"`
	Vacuities    []string                     `json:"vacuities"`
	Schedule     uint64                       `json:"schedule_steps"`
	Switches     uint64                       `json:"switches"`
	Virtual      time.Duration                `json:"virtual_ns"`
	Behaviours   behavioursRecord             `json:"behaviours"`
	Findings     []findingRecord              `json:"findings"`
	Unlisted     uint64                       `json:"unlisted"`
	Slowest      []slowRecord                 `json:"slowest"`
	Reproduce    string                       `json:"reproduce"`
}

type behavioursRecord struct {
	Samples  uint64      `json:"samples"`
	Distinct uint64      `json:"distinct"`
	Unseen   float64     `json:"unseen"`
	Left     float64     `json:"left"`
	Curve    [][2]uint64 `json:"curve"`
}

type findingRecord struct {
	Signature string `json:"signature"`
	Runs      uint64 `json:"runs"`
	First     Record `json:"first"`
}

type slowRecord struct {
	Scenario string        `json:"scenario"`
	Seed     uint64        `json:"seed"`
	Schedule uint64        `json:"schedule_steps"`
	Virtual  time.Duration `json:"virtual_ns"`
}

// NewSweepRecord returns the record of a sweep by the build of that revision, which took wall.
func NewSweepRecord(s scenarios.Summary, wall time.Duration, revision string) SweepRecord {
	c := s.Config
	r := SweepRecord{
		Version: SweepVersion, Revision: revision, Verdict: s.Verdict(), Scenarios: c.Scenarios, From: c.From, To: c.To,
		FaultMode: c.Faults, Steps: c.Steps, Strategy: c.Strategy, Without: c.Without, Checked: c.CheckDeterminism, Planned: s.Planned, Runs: s.Runs, Ended: s.Ended, Wall: wall,
		Verdicts: orEmpty(s.Verdicts), Outcomes: orEmpty(s.Outcomes), Counters: s.Counters,
		Faults: orEmpty(s.Faults), Armed: orEmpty(s.Armed), Points: orEmpty(s.Points),
		NeverReached: append([]string{}, neverReached(s)...), Vacuities: append([]string{}, s.Vacuities()...),
		Schedule: s.Schedule, Switches: s.Switches, Virtual: s.Virtual,
		Findings: []findingRecord{}, Unlisted: s.Unlisted, Slowest: []slowRecord{}, Reproduce: ReproduceSweep(s),
	}
	d := s.Behaviours
	r.Behaviours = behavioursRecord{d.Samples(), d.Distinct(), d.Unseen(), d.Left(), [][2]uint64{}}
	for _, f := range d.Curve() {
		r.Behaviours.Curve = append(r.Behaviours.Curve, [2]uint64{f.Samples, f.Distinct})
	}
	for _, f := range s.Findings {
		r.Findings = append(r.Findings, findingRecord{f.Signature, f.Count, NewRecord(f.First)})
	}
	for _, slow := range s.Slowest {
		r.Slowest = append(r.Slowest, slowRecord(slow))
	}
	return r
}

// WriteSweepJSON writes a sweep as one object.
func WriteSweepJSON(w io.Writer, r SweepRecord) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
