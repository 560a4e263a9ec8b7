package core

import (
	"errors"
	"testing"
)

// A removal that failed says so and gives the id back; once the workers of a store have
// ended there is none.
func TestRemoveCheckpointFails(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	id := checkpointID(t, "consumer")
	c, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: id})
	must(t, err)
	must(t, c.Commit(ctx))
	must(t, c.Close())
	disk.fail(opSync, diskFault{nth: 1, err: errDisk})
	if err := s.RemoveCheckpoint(ctx, id); !errors.Is(err, errDisk) {
		t.Errorf("RemoveCheckpoint over a failing disk = %v, want %v", err, errDisk)
	}
	must(t, s.RemoveCheckpoint(ctx, id))
	s.end()
	if err := s.RemoveCheckpoint(ctx, id); !errors.Is(err, ErrClosed) {
		t.Errorf("RemoveCheckpoint of a store that has ended = %v, want %v", err, ErrClosed)
	}
}
