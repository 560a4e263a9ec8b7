package reports_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// told is a story with something of everything: a real run that passes, with its decisions and
// the nearest other run, and a violation that is made up.
func told(t testing.TB) reports.Story {
	t.Helper()
	recording, _, err := scenarios.Record(scenarios.Config{Scenario: "torn-write", Seed: 7, Faults: scenarios.FaultsHeavy, Steps: 6})
	if err != nil {
		t.Fatal(err)
	}
	recording.Decisions = recording.Decisions[:min(len(recording.Decisions), 60)]
	got, err := recording.Replay(sim.KeepAll)
	if err != nil {
		t.Fatal(err)
	}
	nearest, err := recording.Nearest(got.Trace)
	if err != nil {
		t.Fatal(err)
	}
	got.Verdict = scenarios.Violated
	got.Violation = &scenarios.Violation{
		Oracle: "at-least-once", Shape: "passed over", Expected: "an event of the consumer's region is handed over at least once",
		Seen: "consumer-1 was never handed 17 </script><b>producer-0.1.4.0",
	}
	return reports.NewStory(reports.Telling{Result: got.Result, Recording: &recording, At: got.At, Nearest: nearest, Prospects: prospects(len(got.Trace))})
}

// prospects of a run of so many events that is lost after two thirds of them.
func prospects(events int) *scenarios.Prospects {
	p := &scenarios.Prospects{Samples: 20, Lost: 7}
	for i := range 11 {
		p.Parts = append(p.Parts, scenarios.Prospect{Decisions: i * 30, Event: i * (events - 1) / 10, Failed: min(20, 2+i*18/7)})
	}
	return p
}

// long is a story of the first n events of a long run.
func long(t testing.TB, n int) reports.Story {
	t.Helper()
	run, err := scenarios.Run(scenarios.Config{Scenario: "many-lanes", Seed: 3, Steps: scenarios.StepsMax, Keep: sim.KeepAll})
	if err != nil {
		t.Fatal(err)
	}
	run.Trace = run.Trace[:n]
	return reports.NewStory(reports.Telling{Result: run})
}

func storyPage(t testing.TB, s reports.Story) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := reports.WriteStory(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStory holds a story to the run that it tells.
func TestStory(t *testing.T) {
	s := told(t)
	if s.Promised == "" || !strings.Contains(s.Happened, "never handed") || s.Verdict != "violation" {
		t.Errorf("story %q promised %q happened %q", s.Title, s.Promised, s.Happened)
	}
	if s.Broke < 0 || s.Broke >= len(s.Events) {
		t.Fatalf("broke at event %d of %d", s.Broke, len(s.Events))
	}
	if len(s.Lives) < 2 || len(s.Decisions) == 0 || s.Beside == nil || len(s.Cuts) == 0 {
		t.Fatalf("%d lives, %d decisions, beside %v, %d cuts: want some of each", len(s.Lives), len(s.Decisions), s.Beside, len(s.Cuts))
	}
	turning := 0
	for _, d := range s.Decisions {
		if d.Turns {
			turning++
		}
	}
	if turning != 1 {
		t.Errorf("%d decisions turn the run, want 1", turning)
	}
	for i, e := range s.Events {
		for at, words := range map[int][]string{2: s.Lanes, 3: s.Classes, 4: s.Kinds, 5: s.Texts} {
			if e[at] < 0 || int(e[at]) >= len(words) {
				t.Fatalf("event %d: %v points beyond %d words", i, e, len(words))
			}
		}
	}
}

// TestStoryLines bounds what stands above the timeline: a minute is fifteen lines.
func TestStoryLines(t *testing.T) {
	s := told(t)
	if lines := 4 + len(s.Facts); lines > 15 { // title, promised, happened, again
		t.Errorf("%d lines at the top, want at most 15", lines)
	}
}

// TestStoryLost tells where the run was lost, as a fact and part by part.
func TestStoryLost(t *testing.T) {
	s := told(t)
	l := s.Lost
	if l == nil || l.Event != 7*(len(s.Events)-1)/10 || l.Decisions != 210 || l.Of != 300 || len(l.Parts) != 11 {
		t.Fatalf("lost %+v of %d events", l, len(s.Events))
	}
	want := fmt.Sprintf("at event %d: from there on all 20 continuations by other seeds fail; from the beginning 2 do", l.Event)
	facts := map[string]string{}
	for _, f := range s.Facts {
		facts[f.Name] = f.Value
	}
	if facts["Lost"] != want {
		t.Errorf("fact %q, want %q", facts["Lost"], want)
	}
	if marks := l.Chart().Marks; len(marks) != 11 || marks[7].Y != 14 || marks[7].Label != fmt.Sprintf("after event %d: 20 of 20 fail", l.Event) {
		t.Errorf("marks %v", marks)
	}
	var b strings.Builder
	if err := reports.WriteStoryText(&b, s, reports.Terminal{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "  Failing   ▁▂▃▄▅▅▆████ of 20 continuations, after 0 to 300 decisions\n") || strings.Count(b.String(), "\nx         from here on every continuation fails\n") != 1 {
		t.Errorf("story in a terminal:\n%.2000s", b.String())
	}
}

// TestStoryInPage reads the story back from its page, as the page does.
func TestStoryInPage(t *testing.T) {
	s := told(t)
	_, data, _ := bytes.Cut(storyPage(t, s), []byte(`id="story">`))
	data, _, _ = bytes.Cut(data, []byte("</script>"))
	var back struct {
		Version int
		Events  struct{ Step, Time, Lane, Class, Kind, Text []int64 }
	}
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	var got reports.StoryEvents
	var step, time int64
	for i, c := 0, back.Events; i < len(c.Step); i++ {
		step, time = step+c.Step[i], time+c.Time[i]
		got = append(got, reports.StoryEvent{step, time, c.Lane[i], c.Class[i], c.Kind[i], c.Text[i]})
	}
	if d := cmp.Diff(s.Events, got); d != "" || back.Version != reports.StoryVersion {
		t.Errorf("version %d in the page, want %d; events (-want +got):\n%s", back.Version, reports.StoryVersion, d)
	}
}

func BenchmarkStory(b *testing.B) {
	s := long(b, 100_000)
	for b.Loop() {
		storyPage(b, s)
	}
	b.ReportMetric(float64(len(s.Events))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
