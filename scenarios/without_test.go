package scenarios

import (
	"slices"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

func TestPartsHaveNamesOfTheirOwn(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range Parts() {
		if p.Name == "" || seen[p.Name] {
			t.Errorf("part %+v: its name is empty, or taken", p)
		}
		seen[p.Name] = true
	}
	for _, want := range []string{"at-least-once", "no-panic", "liveness", "short-write", "drop-sync", "rot", clockJumps, ruleNameLost} {
		if !seen[want] {
			t.Errorf("no part is called %q", want)
		}
	}
}

func TestWithoutIsRefused(t *testing.T) {
	for _, bad := range [][]string{{"luck"}, {"order", "order"}} {
		if _, err := Run(Config{Scenario: "crash", Without: bad}); err == nil {
			t.Errorf("Run without %v = nil error, want one", bad)
		}
	}
}

// TestWithoutFault checks that no run plans a fault that it does without, and that runs which
// never met that fault stay as they were.
func TestWithoutFault(t *testing.T) {
	off := []string{simfs.Fail.String(), simfs.CrashDuring.String(), crashAtYield, clockJumps}
	same, other := 0, 0
	for seed := range uint64(4) {
		for _, name := range Names() {
			whole, err := Run(Config{Scenario: name, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			part, err := Run(Config{Scenario: name, Seed: seed, Without: off})
			if err != nil {
				t.Fatal(err)
			}
			met := false
			for _, f := range off {
				met = met || whole.Faults[f] > 0
				if part.Armed[f] > 0 || part.Faults[f] > 0 {
					t.Errorf("%s, seed %d: %s was planned", name, seed, f)
				}
			}
			switch {
			case met:
				other++
			case whole.Digest != part.Digest:
				t.Errorf("%s, seed %d met none of the faults, and its digest is %v, was %v", name, seed, part.Digest, whole.Digest)
			default:
				same++
			}
		}
	}
	if same == 0 || other == 0 {
		t.Errorf("%d runs met none, %d one, want some of both", same, other)
	}
}

// TestWithoutOracle takes away the oracles that a history would be found by, one by one.
func TestWithoutOracle(t *testing.T) {
	ghost := Event{Kind: EventOpened, Entries: nil}
	lost := []Event{
		{Kind: EventBegan},
		{Kind: EventFrontier},
		ghost,
	}
	lost[1].Frontier.Visible = 1 // above durable
	all, less := NewHistory(), newHistory(without{"frontier"})
	for _, e := range lost {
		all.Record(e)
		less.Record(e)
	}
	if v := all.Violation(); v == nil || v.Oracle != "frontier" {
		t.Errorf("all oracles find %+v, want one of frontier", v)
	}
	if v := less.Violation(); v != nil {
		t.Errorf("without it they find %+v, want nothing", v)
	}
}

// TestWithoutCrashRule samples images of a disk with everything unsynced, and looks at what
// became of it.
func TestWithoutCrashRule(t *testing.T) {
	ofKind := func(kinds ...string) func(simfs.Fate) bool {
		return func(f simfs.Fate) bool {
			return slices.Contains(kinds, f.Kind) && f.Outcome != simfs.Survived && f.Detail != "with the name of the file"
		}
	}
	tests := []struct {
		rule string
		lost func(simfs.Fate) bool // what no image may show
	}{
		{ruleNameLost, ofKind("link", "unlink", "rename")},
		{ruleSizeLost, ofKind("truncate")},
		{ruleDataLost, func(f simfs.Fate) bool {
			return strings.HasPrefix(f.Detail, "the size of") || strings.HasPrefix(f.Detail, "not [")
		}},
		{ruleTornWrite, func(f simfs.Fate) bool { return strings.HasPrefix(f.Detail, "not [") }},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			if shown(t, nil, tt.lost) == 0 {
				t.Error("with the rule no image shows it")
			}
			if n := shown(t, without{tt.rule}, tt.lost); n > 0 {
				t.Errorf("without the rule %d images show it", n)
			}
		})
	}
}

// shown counts the sampled images that show a fate.
func shown(t *testing.T, off without, is func(simfs.Fate) bool) int {
	t.Helper()
	n := 0
	for seed := range uint64(300) {
		config := simfs.Config{Unit: 512}
		src := sim.NewSeed(seed)
		config.Choose = src.Draw
		off.crashes(&config, src)
		disk, err := simfs.New(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/a", "/b"} {
			f, err := disk.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := f.Write(make([]byte, 700)); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Truncate(3000); err != nil {
				t.Fatal(err)
			}
			if err := disk.Rename(path, path+"c"); err != nil {
				t.Fatal(err)
			}
		}
		if slices.ContainsFunc(disk.Space().Sample(config.Choose).Fates(), is) {
			n++
		}
	}
	return n
}
