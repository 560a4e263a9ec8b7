package properties

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// snapshotted opens the log, appends texts, acknowledging each, and closes it.
func snapshotted(fs afero.Fs, acks *simfs.Acks, texts ...string) error {
	store, err := core.Open(context.Background(), fs, repairedLog, core.Config{SegmentBytes: 512})
	if err != nil {
		return err
	}
	for _, text := range texts {
		if _, err := store.Append(context.Background(), noted(strings.Repeat(text, 60))); err != nil {
			return err
		}
		acks.Add(text)
	}
	return store.Close()
}

// Whatever a crash leaves of a log that is closed, each snapshot in it is right or not
// there, and the log holds what was acknowledged.
func TestSnapshotsSurviveCrashes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		depth int // crashes in the recoveries, and in what they write
	}{
		{"crashed once", 0},
		{"crashed twice", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			snapshots := 0
			report := simfs.CrashTest{
				Setup: func(fs afero.Fs) error { return snapshotted(fs, new(simfs.Acks), "a", "b", "c") },
				Workload: func(fs afero.Fs, acks *simfs.Acks) error {
					return snapshotted(fs, acks, "d", "e", "f", "g")
				},
				Check: func(fs afero.Fs, acks *simfs.Acks) error {
					if err := snapshotted(fs, new(simfs.Acks)); err != nil {
						return err
					}
					in, err := core.Inspect(context.Background(), fs, repairedLog)
					if err != nil {
						return err
					}
					if acked := uint64(3 + len(acks.All())); in.Damage != nil || in.Events < acked {
						return fmt.Errorf("want %d sound events:\n%v", acked, in)
					}
					for i, s := range in.Segments {
						if full := i < len(in.Segments)-1; s.Snapshot != full || s.SnapshotRefusal != "" {
							return fmt.Errorf("segment %d, full: %t:\n%v", s.Number, full, in)
						}
						if s.Snapshot {
							snapshots++
						}
					}
					return nil
				},
				EveryOp: true,
				Depth:   tt.depth,
			}.Test(t)
			if report.Points < 40 || snapshots == 0 {
				t.Errorf("%v with %d snapshots, want 40 crash points and more", report, snapshots)
			}
		})
	}
}
