package properties

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// A change of a checkpoint whose directory could not be synced is seen by all who look, and
// a power cut may take it back. Nobody builds on it before it is durable: nothing that the
// checkpoint before it needs is dropped, and a cursor resumes nowhere to which it would not
// come back.
func TestNobodyBuildsOnAVolatileCheckpoint(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *core.Cursor, s *core.Store) error // of a checkpoint that stands on sequence 0
		build  func(s *core.Store, acks *simfs.Acks) error
	}{
		{"a drop on one that was saved", saveOn, dropAll},
		{"a drop on one that was removed", removeCheckpoint, dropAll},
		{"a cursor on one that was saved", saveOn, resumeAgain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report, err := simfs.CrashTest{
				Config: simfs.Config{Faults: []simfs.Rule{
					{Ops: simfs.Ops(simfs.OpSyncDir), Path: logDir + "/cursors", Effect: simfs.FailSync, Err: syscall.EIO, Nth: 2},
				}},
				Workload: func(fs afero.Fs, acks *simfs.Acks) error {
					s, err := core.Open(ctx, fs, logDir, oneEventSegments)
					if err != nil {
						return err
					}
					c, err := standOnTheFirst(s)
					if err == nil {
						err = tt.change(c, s)
					}
					if !errors.Is(err, core.ErrCheckpointIndeterminate) {
						return fmt.Errorf("the change ended with %w, want an indeterminate one", err)
					}
					return tt.build(s, acks)
				},
				Check: func(fs afero.Fs, acks *simfs.Acks) error {
					s, err := core.Open(ctx, fs, logDir, oneEventSegments)
					if err != nil {
						return err
					}
					defer s.Close()
					return notBefore(s, acks)
				},
			}.Run()
			if err != nil {
				t.Fatal(err)
			}
			if report.Failure != nil || !report.Complete || len(report.Unfired) > 0 {
				t.Errorf("%v\n%v", report, report.Failure)
			}
		})
	}
}

// oneEventSegments has an event of 100 bytes fill a segment.
var oneEventSegments = core.Config{SegmentBytes: 256}

// standOnTheFirst appends eight events, each in a segment of its own, and saves a checkpoint
// that stands on the first.
func standOnTheFirst(s *core.Store) (*core.Cursor, error) {
	where, err := core.NewCoordinate("user", "shop")
	for range 8 {
		if err == nil {
			_, err = s.Append(ctx, core.Event{Coordinate: where, Kind: core.KindData, Payload: make([]byte, 100)})
		}
	}
	if err != nil {
		return nil, err
	}
	c, err := openAgain(s)
	if err != nil {
		return nil, err
	}
	if _, err := c.PollBatch(ctx, 1); err != nil {
		return nil, err
	}
	return c, c.Commit(ctx)
}

func openAgain(s *core.Store) (*core.Cursor, error) {
	id, err := core.NewCheckpointID("consumer")
	if err != nil {
		return nil, err
	}
	return s.Cursor(ctx, core.Region{}, core.CursorConfig{Checkpoint: id})
}

// saveOn saves the checkpoint further on, and closes its cursor.
func saveOn(c *core.Cursor, _ *core.Store) error {
	if _, err := c.PollBatch(ctx, 6); err != nil {
		return err
	}
	return errors.Join(c.Commit(ctx), c.Close())
}

func removeCheckpoint(c *core.Cursor, s *core.Store) error {
	if err := c.Close(); err != nil {
		return err
	}
	id, err := core.NewCheckpointID("consumer")
	if err != nil {
		return err
	}
	return s.RemoveCheckpoint(ctx, id)
}

// dropAll drops what may go.
func dropAll(s *core.Store, _ *simfs.Acks) error {
	dropped, err := s.DropBefore(ctx, 8)
	if err == nil && dropped.Segments < 6 {
		err = fmt.Errorf("dropped %+v, want at least six segments", dropped)
	}
	return err
}

// resumeAgain takes down where a cursor resumes.
func resumeAgain(s *core.Store, acks *simfs.Acks) error {
	c, err := openAgain(s)
	if err != nil {
		return err
	}
	position, _ := c.Position()
	acks.Add(strconv.FormatUint(position, 10))
	return c.Close()
}

// notBefore checks that a cursor opens, and resumes not before where it did.
func notBefore(s *core.Store, acks *simfs.Acks) error {
	c, err := openAgain(s)
	if err != nil {
		return err
	}
	position, _ := c.Position()
	for _, before := range acks.All() {
		if at, err := strconv.ParseUint(before, 10, 64); err != nil || position < at {
			return fmt.Errorf("resumes at %d, after %s", position, before)
		}
	}
	return c.Close()
}
