package simfs_test

import (
	"fmt"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// recorder is a test that notes what it is told.
type recorder struct {
	helped bool
	errors []string
}

func (r *recorder) Helper() { r.helped = true }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

var _ simfs.TB = testing.TB(nil)

func TestRequireFired(t *testing.T) {
	tests := []struct {
		name    string
		rules   string
		unfired []string
		errors  []string
	}{
		{"none armed", "", nil, []string{"simfs: no rule is armed, so none has fired"}},
		{"all fired", "write nth=2: fail; sync: lie", nil, nil},
		{"nothing matched", "write path=*.dat: fail", []string{"write path=*.dat: fail"}, []string{
			`simfs: rule "write path=*.dat: fail" never fired: saw 0 operations: nothing matched`,
		}},
		{"too few", "write nth=5: fail; write nth=2: fail; write every=9: delay d=1s; write from=4: fail",
			[]string{"write nth=5: fail", "write every=9: delay d=1s", "write from=4: fail"}, []string{
				`simfs: rule "write nth=5: fail" never fired: saw 3, nth=5`,
				`simfs: rule "write every=9: delay d=1s" never fired: saw 3, every=9`,
				`simfs: rule "write from=4: fail" never fired: saw 3, from=4`,
			}},
		{"in the shadow of another", "write: fail; write: crash", []string{"write: crash"}, []string{
			`simfs: rule "write: crash" never fired: saw 3, but each was struck by an earlier rule or left it nothing to change`,
		}},
		{"its turn taken by another", "write nth=3: fail; write nth=3: crash", []string{"write nth=3: crash"}, []string{
			`simfs: rule "write nth=3: crash" never fired: saw 3, but each was struck by an earlier rule or left it nothing to change`,
		}},
		{"a disk that never filled up", "write: full capacity=99", []string{"write: full capacity=99"}, []string{
			`simfs: rule "write: full capacity=99" never fired: saw 0 operations: nothing matched`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			parse(t, f, tt.rules)
			h, err := f.Create("/w/a.log")
			must(t, err)
			for range 3 {
				_, _ = h.WriteString("x")
			}
			_ = h.Sync()
			var unfired []string
			for _, r := range f.Unfired() {
				unfired = append(unfired, r.String())
			}
			if diff := cmp.Diff(tt.unfired, unfired); diff != "" {
				t.Errorf("Unfired(), -want +got:\n%s", diff)
			}
			var r recorder
			simfs.RequireFired(&r, f)
			if diff := cmp.Diff(tt.errors, r.errors); diff != "" || !r.helped {
				t.Errorf("RequireFired(), Helper called: %t, -want +got:\n%s", r.helped, diff)
			}
		})
	}
}

// The counters outlive a crash, so that the test can ask at its end.
func TestRequireFiredAfterACrash(t *testing.T) {
	f := newFS(t, simfs.Config{})
	parse(t, f, "write: crash")
	_ = afero.WriteFile(f, "/w/f", []byte("x"), 0o600)
	simfs.RequireFired(t, f)
	simfs.RequireFired(t, f.Crash())
}
