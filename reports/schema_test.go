package reports_test

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/internal/schematest"
	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

// TestSchemas holds results of every kind to the schemas, and keeps them as golden files.
func TestSchemas(t *testing.T) {
	tests := []struct {
		name   string // of the golden file
		schema string
		write  func(io.Writer) error
	}{
		{"json-sweep", "sweep-1.json", func(w io.Writer) error {
			return reports.WriteSweepJSON(w, reports.NewSweepRecord(campaign(), 5*time.Second, "v1"))
		}},
		{"json-sweep-nothing-done", "sweep-1.json", func(w io.Writer) error {
			return reports.WriteSweepJSON(w, reports.NewSweepRecord(scenarios.Summary{Config: config(), Planned: 2}, 0, "v1"))
		}},
		{"json-certificate", "certificate-1.json", func(w io.Writer) error {
			return reports.WriteCertificateJSON(w, scenarios.Certificate{
				Scenario: "crash", Workload: "one event", Preemptions: 1, Crashes: 2, Unit: 512, Profile: "posix-strict",
				Schedules: 3, Runs: 4, Moments: 5, Known: 1, Images: 6, Duplicates: 2, Recoveries: 4, Digest: 0xc0ffee, Found: "order/backwards",
			})
		}},
		{"json-replay", "replay-1.json", func(w io.Writer) error {
			return reports.WriteReplayJSON(w, "small.run", scenarios.Replay{Result: violated("crash", 0), Deviation: "digest 1, recorded was 2"})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := tt.write(&b); err != nil {
				t.Fatal(err)
			}
			if err := schematest.Check(os.DirFS("schema"), tt.schema, b.String()); err != nil {
				t.Error(err)
			}
			golden(t, tt.name, b.String())
		})
	}
}
