package properties

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/spf13/afero"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// checkpointPath is where the checkpoint of the one durable consumer lies.
var checkpointPath = filepath.Join(logDir, "cursors", "consumer.ckpt")

// savedCheckpoint polls some events, saves, and returns what was saved.
func savedCheckpoint(t *rapid.T, m machine, s *core.Store, region core.Region) core.Checkpoint {
	t.Helper()
	c, err := s.Cursor(ctx, region, core.CursorConfig{Checkpoint: checkpointID(t, "consumer")})
	need(t, err)
	_, err = c.PollBatch(ctx, rapid.IntRange(0, 8).Draw(t, "polled"))
	need(t, err)
	need(t, c.Commit(ctx))
	need(t, c.Close())
	content, err := afero.ReadFile(m.disk, checkpointPath)
	need(t, err)
	var saved core.Checkpoint
	need(t, saved.UnmarshalBinary(content))
	return saved
}

// A checkpoint that is sound in itself is refused if any one thing in it is not of this
// id, this log, or an event that this log holds where it says. X-12.
func TestCheckpointOfAnotherIsRefused(t *testing.T) {
	changes := []struct {
		name   string
		change func(t *rapid.T, c *core.Checkpoint)
		want   error
	}{
		{"id", func(t *rapid.T, c *core.Checkpoint) { c.ID = checkpointID(t, "consumer2") }, core.ErrIDMismatch},
		{"lineage", func(t *rapid.T, c *core.Checkpoint) { c.Lineage[rapid.IntRange(0, 15).Draw(t, "byte")] ^= 1 }, core.ErrLineageMismatch},
		{"event", func(t *rapid.T, c *core.Checkpoint) { c.Event[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 }, core.ErrCheckpointUnproven},
		{"position", func(t *rapid.T, c *core.Checkpoint) {
			c.Position += 1 + rapid.OneOf(rapid.Uint64Range(0, 8), rapid.Uint64Range(0, 1<<60)).Draw(t, "ahead")
		}, core.ErrCheckpointUnproven},
	}
	often(t, 5, func(t *rapid.T) {
		m := newMachine(t, simfs.Config{})
		s := m.open(t)
		appendSome(t, s)
		region := legalRegion().Draw(t, "region")
		saved := savedCheckpoint(t, m, s, region)
		c := rapid.SampledFrom(changes).Draw(t, "change")
		if !saved.Started && c.want == core.ErrCheckpointUnproven {
			return // it stands on no event
		}
		changed := saved
		c.change(t, &changed)
		need(t, afero.WriteFile(m.disk, checkpointPath, encode(t, changed), 0o600))
		_, err := s.Cursor(ctx, region, core.CursorConfig{Checkpoint: checkpointID(t, "consumer")})
		if !errors.Is(err, c.want) {
			t.Fatalf("checkpoint with another %s: %v, want %v", c.name, err, c.want)
		}
	})
}

// Two copies of a log go on with events of their own. A checkpoint of one opens on the
// other if and only if it stands on an event that they share. X-12.
func TestCheckpointOfAFork(t *testing.T) {
	often(t, 5, func(t *rapid.T) {
		one := newMachine(t, simfs.Config{})
		s := one.open(t)
		shared, _ := appendSome(t, s)
		need(t, s.Close())
		other := newMachine(t, simfs.Config{})
		copyLog(t, one, other)

		s, fork := one.open(t), other.open(t)
		for i := range rapid.IntRange(0, 3).Draw(t, "own events") {
			_, err := s.Append(ctx, core.Event{Coordinate: coordinate().Draw(t, "coordinate"), Kind: core.KindData, Payload: []byte{1, byte(i)}})
			need(t, err)
			_, err = fork.Append(ctx, core.Event{Coordinate: coordinate().Draw(t, "coordinate"), Kind: core.KindData, Payload: []byte{2, byte(i)}})
			need(t, err)
		}
		saved := savedCheckpoint(t, one, s, core.Region{})
		need(t, other.disk.MkdirAll(filepath.Dir(checkpointPath), 0o700))
		need(t, afero.WriteFile(other.disk, checkpointPath, encode(t, saved), 0o600))

		_, err := fork.Cursor(ctx, core.Region{}, core.CursorConfig{Checkpoint: checkpointID(t, "consumer")})
		common := !saved.Started || len(shared) > 0 && saved.Position <= shared[len(shared)-1].Sequence
		if common && err != nil || !common && !errors.Is(err, core.ErrCheckpointUnproven) {
			t.Fatalf("checkpoint at %d (started %t), %d events shared: %v", saved.Position, saved.Started, len(shared), err)
		}
	})
}

// copyLog puts a copy of the journal on another disk.
func copyLog(t *rapid.T, from, to machine) {
	t.Helper()
	path := filepath.Join(logDir, "segment-0000000000000001.bpj")
	content, err := afero.ReadFile(from.disk, path)
	need(t, err)
	need(t, to.disk.MkdirAll(logDir, 0o700))
	need(t, afero.WriteFile(to.disk, path, content, 0o600))
}
