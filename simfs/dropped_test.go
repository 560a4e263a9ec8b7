package simfs_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/simfs"
)

// TestCrashAfterReplacingWhatADroppedSyncLeft replaces a file twice, the directory
// sync between the two being dropped: the file in the middle has no name in any
// view when the power fails.
func TestCrashAfterReplacingWhatADroppedSyncLeft(t *testing.T) {
	disk, err := simfs.New(simfs.Config{Choose: func(string, uint64) uint64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	replace := func(content string) {
		t.Helper()
		if err := afero.WriteFile(disk, "/temp", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		syncName(t, disk, "/temp")
		if err := disk.Rename("/temp", "/file"); err != nil {
			t.Fatal(err)
		}
	}
	replace("first")
	syncName(t, disk, "/")
	replace("second")
	if err := disk.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpSyncDir), Effect: simfs.DropSync}); err != nil {
		t.Fatal(err)
	}
	syncName(t, disk, "/")
	replace("third")
	got, err := afero.ReadFile(disk.Crash(), "/file")
	if err != nil || string(got) != "first" {
		t.Errorf("after a crash that keeps nothing pending the file holds %q, %v, want first", got, err)
	}
}

func syncName(t *testing.T, disk afero.Fs, name string) {
	t.Helper()
	f, err := disk.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
