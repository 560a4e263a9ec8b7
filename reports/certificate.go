package reports

import (
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/scenarios"
)

// CertificateVersion is the number of the format that [WriteCertificateJSON] writes.
const CertificateVersion = 1

// WriteCertificateJSON writes what an exploration has covered as one line.
func WriteCertificateJSON(w io.Writer, c scenarios.Certificate) error {
	if c.Pruned == nil {
		c.Pruned = new(big.Int) // of one that never began
	}
	return writeLine(w, struct {
		Version int `json:"version"`
		scenarios.Certificate
	}{CertificateVersion, c})
}

// WriteCertificate writes for people what an exploration has covered, and wall, the
// time that it took.
func WriteCertificate(w io.Writer, c scenarios.Certificate, wall time.Duration) error {
	var b strings.Builder
	extent := "complete"
	if !c.Complete {
		extent = "not complete"
	}
	fmt.Fprintf(&b, "%s: %s explored, %s\n\n", c.Verdict(), c.Scenario, extent)
	var facts table
	facts.left = 2
	facts.add("workload", c.Workload)
	facts.add("bounds", fmt.Sprintf("%s, %s one after the other, %s, units of %d bytes",
		plural(uint64(c.Preemptions), "pre-emption"), crashes(c.Crashes), c.Profile, c.Unit))
	facts.add("schedules", fmt.Sprintf("%d, in %d runs at all bounds", c.Schedules, c.Runs))
	facts.add("crashes", fmt.Sprintf("%d, of which %d were known: the same disk under the same promises", c.Moments, c.Known))
	facts.add("images", fmt.Sprintf("%d that power cuts leave at the others, %v pruned", c.Images, c.Pruned))
	facts.add("restarts", fmt.Sprintf("%d, one at each of the others: the process dies, the page cache lives on", c.Restarts))
	facts.add("recoveries", fmt.Sprintf("%d, each judged by %s; %d more were of equal trees", c.Recoveries, plural(uint64(len(scenarios.Oracles())), "oracle"), c.Duplicates))
	if c.Inconclusive > 0 {
		facts.add("inconclusive", fmt.Sprintf("%s hit a bound", plural(c.Inconclusive, "run")))
	}
	if c.Found != "" {
		facts.add("found", printable(c.Found))
	}
	facts.add("digest", c.Digest.String())
	facts.add("rate", fmt.Sprintf("%.0f images/s, %.0f schedules/s, %v wall",
		float64(c.Images)/max(wall, 1).Seconds(), float64(c.Runs)/max(wall, 1).Seconds(), rounded(wall)))
	for _, line := range facts.lines() {
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func crashes(n int) string {
	if n == 1 {
		return "1 crash"
	}
	return fmt.Sprintf("%d crashes", n)
}
