package properties

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// A drop writes where the log begins and then removes what is before. When the process dies
// before the first is durable, the next Open finds it all the same, and removes nothing that
// a power cut could bring back into need: the log opens after every crash.
func TestOpenRemovesNothingBeforeItsBaseIsDurable(t *testing.T) {
	report, err := simfs.CrashTest{
		Config: simfs.Config{Faults: []simfs.Rule{failedSync(4), failedSync(5)}},
		Workload: func(fs afero.Fs, _ *simfs.Acks) error {
			s, err := core.Open(ctx, fs, logDir, oneEventSegments)
			if err != nil {
				return err
			}
			if err := appendThree(s); err != nil {
				return err
			}
			if _, err := s.DropBefore(ctx, 3); !errors.Is(err, syscall.EIO) {
				return fmt.Errorf("the drop ended with %w, want the failed sync", err)
			}
			if err := s.Close(); err != nil { // the sync after its snapshots fails, too
				return err
			}
			s, err = core.Open(ctx, fs, logDir, oneEventSegments)
			if err != nil {
				return err
			}
			return s.Close()
		},
		Check: func(fs afero.Fs, _ *simfs.Acks) error {
			s, err := core.Open(ctx, fs, logDir, oneEventSegments)
			if err != nil {
				return err
			}
			return s.Close()
		},
	}.Run()
	if err != nil {
		t.Fatal(err)
	}
	if report.Failure != nil || !report.Complete || len(report.Unfired) > 0 {
		t.Errorf("%v\n%v", report, report.Failure)
	}
}

// failedSync is a sync of the log's directory that fails, its entries pending still.
func failedSync(nth uint64) simfs.Rule {
	return simfs.Rule{Ops: simfs.Ops(simfs.OpSyncDir), Path: logDir, Effect: simfs.FailSync, Err: syscall.EIO, Nth: nth}
}

// appendThree appends three events, each in a segment of its own.
func appendThree(s *core.Store) error {
	where, err := core.NewCoordinate("user", "shop")
	for range 3 {
		if err == nil {
			_, err = s.Append(ctx, core.Event{Coordinate: where, Kind: core.KindData, Payload: make([]byte, 100)})
		}
	}
	return err
}
