package mutation_test

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/mutation"
)

const root = ".."

// TestDefectsFit checks that every defect still fits the source and leaves Go that
// parses.
func TestDefectsFit(t *testing.T) {
	names := make(map[string]bool)
	for _, d := range append(mutation.Defects(), mutation.Upstream()...) {
		t.Run(d.Name, func(t *testing.T) {
			if names[d.Name] {
				t.Errorf("the name is taken")
			}
			names[d.Name] = true
			changed, err := d.Apply(root)
			if err != nil {
				t.Fatal(err)
			}
			for file, source := range changed {
				if _, err := parser.ParseFile(token.NewFileSet(), file, source, 0); err != nil {
					t.Errorf("with the defect: %v", err)
				}
			}
		})
	}
}

// TestUpstreamIsComplete checks that each mutant that the upstream tests name is in
// the list, or the list says why not.
func TestUpstreamIsComplete(t *testing.T) {
	here := make(map[string]bool)
	for _, d := range mutation.Upstream() {
		here[d.Name] = true
	}
	absent := mutation.UpstreamAbsent()
	for i := 1; i <= 43; i++ {
		name := fmt.Sprintf("M-%d", i)
		if here[name] == (absent[name] != "") {
			t.Errorf("%s: in the list %v, absent because %q", name, here[name], absent[name])
		}
	}
}

func TestApplyRefusesWhatDoesNotFit(t *testing.T) {
	tests := []struct {
		name string
		old  string
		want error
	}{
		{"nowhere", "no such text in the file", mutation.ErrStale},
		{"more than once", "return", mutation.ErrStale},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mutation.Defect{Name: "d", File: "core/gate.go", Old: tt.old}.Apply(root)
			if !errors.Is(err, tt.want) {
				t.Errorf("Apply = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestFindNamesTheLegalOnes(t *testing.T) {
	if d, err := mutation.Find("epoch-after-poll"); err != nil || d.Name != "epoch-after-poll" {
		t.Errorf("Find = %v, %v", d.Name, err)
	}
	if _, err := mutation.Find("nonsense"); err == nil || !strings.Contains(err.Error(), "epoch-after-poll") {
		t.Errorf("Find(nonsense) = %v, want the legal names", err)
	}
}

// TestHuntFinds builds two engines: one that wakes nobody, which every seed finds,
// and one without a defect, which none does.
func TestHuntFinds(t *testing.T) {
	hunt := mutation.Hunt{Root: mustRoot(t), Seeds: 3, Faults: "off"}
	asleep, err := mutation.Find("publish-without-notify")
	if err != nil {
		t.Fatal(err)
	}
	harmless := mutation.Defect{Name: "none", File: "core/gate.go", Old: "// snapshot returns", New: "// Snapshot returns"}
	tests := []struct {
		name   string
		defect mutation.Defect
		want   string
	}{
		{"asleep", asleep, "no-lost-wakeup/late"},
		{"harmless", harmless, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := hunt.Run(t.Context(), tt.defect)
			if err != nil {
				t.Fatal(err)
			}
			if got.Signature != tt.want || got.Found != (tt.want != "") || got.Runs == 0 {
				t.Errorf("Run = %+v, want signature %q", got, tt.want)
			}
		})
	}
}

func TestHuntReportsABuildThatFails(t *testing.T) {
	broken := mutation.Defect{Name: "broken", File: "core/gate.go", Old: "package core\n", New: "package core\n\nvar x int = \"\"\n"}
	_, err := mutation.Hunt{Root: mustRoot(t), Seeds: 1, Faults: "off"}.Run(t.Context(), broken)
	if err == nil || !strings.Contains(err.Error(), "build defect broken") {
		t.Errorf("Run = %v, want the compiler's error", err)
	}
}

func mustRoot(t *testing.T) string {
	t.Helper()
	dir, err := mutation.Root(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestRunAllGoesOn checks that the error of one defect keeps none of the others from being hunted.
func TestRunAllGoesOn(t *testing.T) {
	stale := func(name string) mutation.Defect {
		return mutation.Defect{Name: name, File: "core/gate.go", Old: "no such text in the file"}
	}
	told := 0
	var last mutation.Progress
	hunt := mutation.Hunt{Root: root, Progress: func(p mutation.Progress) { last = p }}
	err := hunt.RunAll(t.Context(), []mutation.Defect{stale("one"), stale("two")}, func(mutation.Finding) error {
		told++
		return nil
	})
	if !errors.Is(err, mutation.ErrStale) || !strings.Contains(err.Error(), "one") || !strings.Contains(err.Error(), "two") || told != 0 {
		t.Errorf("RunAll = %v with %d findings told, want the errors of both", err, told)
	}
	if want := (mutation.Progress{Done: 2, Total: 2}); last != want {
		t.Errorf("progress = %+v at the end, want %+v", last, want)
	}
}
