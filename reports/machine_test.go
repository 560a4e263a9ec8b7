package reports_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// sweptFindings is a sweep with a finding of each kind.
func sweptFindings() scenarios.Summary {
	s := of(passed("racing-publish", 1), violated("crash", 17), bounded("crash", 18), panicked("torn-write", 19))
	s.Config.Scenarios = []string{"crash", "racing-publish", "torn-write"}
	s.Findings = []scenarios.Finding{
		{Signature: "at-least-once/passed over", Count: 20, First: violated("crash", 17)},
		{Signature: "inconclusive", Count: 1, First: bounded("crash", 18)},
		{Signature: "harness-error/panic \x1b", Count: 1, First: panicked("torn-write", 19)},
	}
	return s
}

func TestWriteMarkdown(t *testing.T) {
	var b strings.Builder
	s := sweptFindings()
	s.Findings[1].Signature = "a|b <c> *d*"
	if err := reports.WriteMarkdown(&b, s); err != nil {
		t.Fatal(err)
	}
	golden(t, "markdown", b.String())
}

func TestWriteJUnit(t *testing.T) {
	var b strings.Builder
	if err := reports.WriteJUnit(&b, sweptFindings()); err != nil {
		t.Fatal(err)
	}
	golden(t, "junit", b.String())
	d := xml.NewDecoder(strings.NewReader(b.String()))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteGitHub(t *testing.T) {
	var b strings.Builder
	s := sweptFindings()
	s.Runs, s.Armed = 2000, map[string]uint64{"drop-sync": 200}
	s.Faults = nil
	if err := reports.WriteGitHub(&b, s); err != nil {
		t.Fatal(err)
	}
	golden(t, "github", b.String())
}

func TestWriteTraceEvents(t *testing.T) {
	var b strings.Builder
	if err := reports.WriteTraceEvents(&b, trace()); err != nil {
		t.Fatal(err)
	}
	golden(t, "trace-events", b.String())
}

// strict is the trace-event format as its description has it, and nothing besides.
type strict struct {
	TraceEvents []struct {
		Name, Cat, Ph string
		TS            *float64
		Dur           float64
		PID, TID      *int
		Args          map[string]any
	}
	DisplayTimeUnit string
}

// TestTraceEventsAreStrict reads the events of a real run as a strict reader does: every
// event on a thread that has a name, in order, and none over another on its thread.
func TestTraceEventsAreStrict(t *testing.T) {
	r, err := scenarios.Run(scenarios.Config{Scenario: "crash", Seed: 1, Keep: sim.KeepAll})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := reports.WriteTraceEvents(&b, r.Trace); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	var file strict
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.DisplayTimeUnit != "ns" {
		t.Errorf("unit %q, want ns", file.DisplayTimeUnit)
	}
	named, free, complete := map[int]bool{}, map[int]float64{}, 0
	for _, e := range file.TraceEvents {
		if e.Ph == "M" {
			named[*e.TID] = e.Name == "thread_name" && e.Args["name"] != ""
		}
	}
	for i, e := range file.TraceEvents {
		switch {
		case e.Name == "" || e.TS == nil || e.PID == nil || e.TID == nil || e.Ph != "X" && e.Ph != "M":
			t.Fatalf("event %d lacks something: %+v", i, e)
		case !named[*e.TID]:
			t.Fatalf("event %d is on thread %d, which has no name", i, *e.TID)
		case e.Ph == "X" && (*e.TS < free[*e.TID] || e.Dur <= 0):
			t.Fatalf("event %d at %v for %v overlaps the one before", i, *e.TS, e.Dur)
		case e.Ph == "X":
			free[*e.TID] = *e.TS + e.Dur
			complete++
		}
	}
	if complete != len(r.Trace) {
		t.Errorf("%d events, want %d", complete, len(r.Trace))
	}
}
