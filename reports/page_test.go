package reports_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// pages makes TestPages leave its pages in a directory, for the tests in browsertest.
var pages = flag.String("pages", "", "leave the pages that the tests make in this directory")

// TestPages holds the pages to need nothing else, and that of a small failure to its size.
func TestPages(t *testing.T) {
	passing, err := scenarios.Run(scenarios.Config{Scenario: "crash", Seed: 1, Keep: sim.KeepAll})
	if err != nil {
		t.Fatal(err)
	}
	story := func(s reports.Story) func(io.Writer) error {
		return func(w io.Writer) error { return reports.WriteStory(w, s) }
	}
	sweep := func(s scenarios.Summary) func(io.Writer) error {
		return func(w io.Writer) error { return reports.WriteCampaign(w, reports.NewCampaign(s, 5*time.Second)) }
	}
	tests := []struct {
		name    string
		write   func(io.Writer) error
		scripts int
		most    int // bytes
	}{
		{"violation", story(told(t)), 2, 300_000},
		{"pass", story(reports.NewStory(reports.Telling{Result: passing})), 2, 300_000},
		{"long", story(long(t, 100_000)), 2, 8_000_000},
		{"sweep", sweep(campaign()), 1, 100_000},
		{"sweep-pass", sweep(summary()), 1, 100_000},
		{"defects", func(w io.Writer) error { return reports.WriteDefects(w, hunted()) }, 1, 100_000},
		{"trend", func(w io.Writer) error { return reports.WriteTrendPage(w, reports.NewTrend(history())) }, 1, 100_000},
	}
	elsewhere := regexp.MustCompile(`(src|href)="(https?:)?//|@import|url\(`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := tt.write(&b); err != nil {
				t.Fatal(err)
			}
			got := b.Bytes()
			if len(got) > tt.most {
				t.Errorf("%d bytes, want at most %d", len(got), tt.most)
			}
			if found := elsewhere.Find(got); found != nil {
				t.Errorf("the page asks for %q", found)
			}
			if n := bytes.Count(got, []byte("</script>")); n != tt.scripts {
				t.Errorf("%d scripts end, want %d: a text broke out", n, tt.scripts)
			}
			if *pages != "" {
				if err := os.WriteFile(filepath.Join(*pages, tt.name+".html"), got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
