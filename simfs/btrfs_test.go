package simfs_test

import (
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

// A sync on btrfs makes the place of the file durable, also when it was not the file
// that moved but a directory above it.
func TestBtrfsSyncTakesMovedDirectoryAlong(t *testing.T) {
	f := newFS(t, simfs.Config{Profile: simfs.Btrfs})
	must(t, f.MkdirAll("/w/a/b", 0o700))
	must(t, fsync(f, "/w/a/b"))
	durably(t, f, "/w/a/b/f", "o")
	must(t, f.Rename("/w/a", "/w/c"))
	must(t, fsync(f, "/w/c/b/f"))
	for s, image := range f.Space().States() {
		if got, want := letters(image), "c/ c/b/ c/b/f=o"; got != want {
			t.Errorf("image %s is %q, want %q", s.ID(), got, want)
		}
	}
}
