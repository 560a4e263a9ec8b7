package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// ReplayVersion is the number of the format that [WriteReplayJSON] writes.
const ReplayVersion = 1

// replayRecord is a replay as JSON.
type replayRecord struct {
	Version   int    `json:"version"`
	File      string `json:"file"`
	Fit       string `json:"fit"`
	Exact     int    `json:"exact"`
	Adapted   int    `json:"adapted"`
	Rotten    int    `json:"rotten"`
	Deviation string `json:"deviation,omitempty"`
	Result    Record `json:"result"`
}

// WriteReplayJSON writes what became of the recording in a file as one line.
func WriteReplayJSON(w io.Writer, file string, r scenarios.Replay) error {
	record := NewRecord(r.Result)
	record.Reproduce = ReproduceReplay(file)
	return writeLine(w, replayRecord{
		Version: ReplayVersion, File: file, Fit: r.Fit().String(), Exact: r.Count(sim.Exact), Adapted: r.Count(sim.Adapted), Rotten: r.Count(sim.Rotten),
		Deviation: r.Deviation, Result: record,
	})
}

// WriteReplay writes for people what became of a recording that was carried out again:
// the verdict, how well it fits, each decision that does not, and what was found.
func WriteReplay(w io.Writer, recording scenarios.Recording, r scenarios.Replay) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s replay, %s of %s\n\n", r.Verdict, r.Fit(), r.Scenario, plural(uint64(len(recording.Decisions)), "decision"))
	var facts table
	facts.left = 2
	facts.add("fit", fmt.Sprintf("%d exact, %d adapted, %d rotten", r.Count(sim.Exact), r.Count(sim.Adapted), r.Count(sim.Rotten)))
	if r.Deviation != "" {
		facts.add("differs", printable(r.Deviation))
	}
	facts.add("outcome", string(r.Outcome))
	facts.add("digest", r.Digest.String())
	for _, line := range facts.lines() {
		b.WriteString(line + "\n")
	}
	for i, f := range r.Fits {
		if f != sim.Exact {
			fmt.Fprintf(&b, "    %-7s  %s\n", f, recording.Decisions[i])
		}
	}
	if v := r.Violation; v != nil {
		fmt.Fprintf(&b, "\n%s in %s: oracle %s, %s\n", r.Verdict, r.Scenario, printable(v.Oracle), printable(v.Shape))
		section(&b, "expected", v.Expected)
		section(&b, "seen", v.Seen)
		section(&b, "last events", strings.Join(r.Tail, "\n"))
		section(&b, "stack", r.Stack)
	}
	section(&b, "reason", r.Reason)
	_, err := io.WriteString(w, b.String())
	return err
}
