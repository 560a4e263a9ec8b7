package simfs_test

import (
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

// After a sync that lied, or failed and was rolled back, the disk knows less of the file
// than programs see. Writing the bytes again brings their size along.
func TestRewriteBringsTheSizeAlong(t *testing.T) {
	tests := []struct {
		name string
		rule simfs.Rule
	}{
		{"dropped", simfs.Rule{Nth: 1, Effect: simfs.DropSync}},
		{"failed", simfs.Rule{Nth: 1, Effect: simfs.FailSync, Metadata: simfs.MetadataRollback}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/f", os.O_APPEND, "nn", false)
			must(t, f.SetFaults(tt.rule))
			_ = fsync(f, "/w/f")
			simfs.RequireFired(t, f)
			if diff := cmp.Diff([]string{"f=o"}, distinct(f)); diff != "" {
				t.Errorf("images after the sync, -want +got:\n%s", diff)
			}
			h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
			must(t, err)
			_, err = h.WriteAt(units("n"), 512)
			must(t, err)
			must(t, h.Sync())
			if diff := cmp.Diff([]string{"f=on"}, distinct(f)); diff != "" {
				t.Errorf("images after a rewrite of the first of its units, -want +got:\n%s", diff)
			}
		})
	}
}
