package core

import (
	"bytes"
	"encoding/hex"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// snapshotsOn returns the snapshots in dir by their names.
func snapshotsOn(t testing.TB, disk afero.Fs, dir string) map[string]string {
	t.Helper()
	return filesOn(t, disk, dir, snapshotPrefix)
}

// snapshotFiles has the snapshots of log-v2.
var snapshotFiles = filepath.Join("testdata", "snapshot-v1")

// The golden snapshots are what this build writes when the golden log is closed, and
// what every build opens that log by: to the same values.
func TestGoldenSnapshots(t *testing.T) {
	stored := snapshotsOn(t, afero.NewOsFs(), snapshotFiles)
	if len(stored) != 3 {
		t.Fatalf("%d golden snapshots, want those of three segments", len(stored))
	}
	written := newPowerDisk()
	writeGoldenLog(t, written)
	if d := cmp.Diff(stored, snapshotsOn(t, written, "/log")); d != "" {
		t.Errorf("snapshots (-golden +written):\n%s", d)
	}
	disk := goldenDisk(t, "log-v2")
	for name := range stored {
		b, err := afero.ReadFile(afero.NewOsFs(), filepath.Join(snapshotFiles, name))
		must(t, err)
		must(t, afero.WriteFile(disk, filepath.Join("/log", name), b, 0o600))
	}
	golden := goldenLogs[0]
	golden.recovery.Snapshots = 3
	golden.holds(t, openOn(t, disk, Config{Runtime: newSolo(), ReadOnly: true}))
	golden.holds(t, openOn(t, disk, Config{Runtime: newSolo()}))
}

// FORMAT.md shows the first golden snapshot, and decodeSnapshot reads what it shows.
func TestSnapshotFormat(t *testing.T) {
	golden, err := afero.ReadFile(afero.NewOsFs(), filepath.Join(snapshotFiles, filepath.Base(segmentAt("", 1).snapshotPath())))
	must(t, err)
	if d := cmp.Diff(hex.Dump(golden), hex.Dump(documentedBytes(t, "snapshot"))); d != "" {
		t.Errorf("snapshot (-golden +documented):\n%s", d)
	}
	p, err := decodeSnapshot(bytes.NewReader(golden), int64(len(golden)))
	must(t, err)
	var again bytes.Buffer
	must(t, p.encode(&again))
	if d := cmp.Diff(hex.Dump(golden), hex.Dump(again.Bytes())); d != "" {
		t.Errorf("snapshot (-golden +encoded again):\n%s", d)
	}
}
