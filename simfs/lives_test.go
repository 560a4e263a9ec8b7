package simfs_test

import (
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

// TestLivesLeaveNoInodes crashes one filesystem again and again while it writes: what a
// life leaves behind that no name reaches would add up.
func TestLivesLeaveNoInodes(t *testing.T) {
	const lives = 10_000
	f, err := simfs.New(simfs.Config{})
	must(t, err)
	must(t, f.Mkdir("/w", 0o755))
	syncDir(t, f, "/")
	for life := range lives {
		put(t, f, "/w/tmp", os.O_CREATE|os.O_TRUNC, "n", life%2 == 0)
		must(t, f.Rename("/w/tmp", "/w/f"))
		f = f.Crash()
		// Of this crash: the root, /w, and a file under either name.
		if got := simfs.Inodes(f); got > 4 {
			t.Fatalf("after %d crashes: %d inodes, want at most 4", life+1, got)
		}
	}
}
