package core

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// A consumer resumes on an event that was not read, by the hash that the snapshot has
// of it, and on no other.
func TestCheckpointsBehindSnapshots(t *testing.T) {
	for _, tt := range []struct {
		name   string
		befall func(testing.TB, afero.Fs)
		want   error
	}{
		{"its event", func(testing.TB, afero.Fs) {}, nil},
		{"another event", changed(snapshotAt(2), forged(func(p *segmentSnapshot) { p.records[0].Hash[0]++ })), ErrCheckpointUnproven},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := afero.NewMemMapFs()
			s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: twoEvents})
			appendTexts(t, s, eightTexts...)
			commits(t, consumer(t, s), 3) // up to the first event of the second segment
			must(t, s.Close())
			tt.befall(t, disk)
			s = openOn(t, disk, Config{Runtime: newSolo()})
			if s.Recovery().Snapshots != 3 {
				t.Fatalf("recovery = %+v, want three snapshots", s.Recovery())
			}
			c, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")})
			if !errors.Is(err, tt.want) {
				t.Fatalf("Cursor = %v, want %v", err, tt.want)
			}
			if err == nil {
				polls(t, c, eightTexts[3:]...)
			}
		})
	}
}

// impatient is a runtime whose caller gives up waiting for the first task.
type impatient struct {
	*solo
	giveUp context.CancelFunc
	begun  int
}

func (r *impatient) Go(name string, body func()) Task {
	r.begun++
	return &impatientTask{r, r.solo.Go(name, body)}
}

type impatientTask struct {
	rt   *impatient
	task Task
}

func (t *impatientTask) Join(ctx context.Context) error {
	if t.rt.giveUp != nil {
		t.rt.giveUp()
		t.rt.giveUp = nil
		return ctx.Err()
	}
	return t.task.Join(ctx)
}

// A Shutdown whose context ends does not wait for snapshots; the next one waits for
// those that are being written, and has none written twice.
func TestShutdownGivesUpOnSnapshots(t *testing.T) {
	ending, cancel := context.WithCancel(ctx)
	disk, rt := afero.NewMemMapFs(), &impatient{solo: newSolo(), giveUp: cancel}
	s := openOn(t, disk, Config{Runtime: rt, SegmentBytes: twoEvents})
	appendTexts(t, s, eightTexts...)
	if err := s.Shutdown(ending); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown = %v, want %v", err, context.Canceled)
	}
	must(t, s.Close())
	if rt.begun != 1 {
		t.Errorf("%d tasks write snapshots, want one", rt.begun)
	}
	if got := openOn(t, disk, Config{Runtime: newSolo()}).Recovery().Snapshots; got != 3 {
		t.Errorf("%d snapshots, want 3", got)
	}
}

// What is dropped takes its snapshots with it, and what is left is recalled as it would
// be read.
func TestSnapshotsOfDroppedSegments(t *testing.T) {
	disk := afero.NewMemMapFs()
	config := Config{Runtime: newSolo(), SegmentBytes: twoEvents, KeyWindow: 1}
	snapshotLog(t, disk, eightTexts...)
	s := openOn(t, disk, config)
	dropped, err := s.DropBefore(ctx, 4)
	must(t, err)
	if dropped.Segments != 2 {
		t.Fatalf("DropBefore = %+v, want two segments", dropped)
	}
	left := snapshotsOn(t, disk, "/log")
	if _, found := left["snapshot-0000000000000003.bps"]; !found || len(left) != 1 {
		t.Errorf("%d snapshots are left, want that of segment 3", len(left))
	}
	must(t, s.Close())
	if got := snapshotsAgree(t, disk, 1); got != 1 {
		t.Errorf("%d segments are recalled, want 1", got)
	}
	s = openOn(t, disk, config)
	logHolds(t, s, eightTexts[4:]...)
}

// A read-only store writes no snapshots, although it has read the segments.
func TestReadOnlyWritesNoSnapshots(t *testing.T) {
	disk := afero.NewMemMapFs()
	snapshotLog(t, disk, eightTexts...)
	for number := range uint64(3) {
		must(t, disk.Remove(snapshotAt(number+1)))
	}
	before := contents(t, disk)
	s := openOn(t, disk, Config{Runtime: newSolo(), ReadOnly: true})
	logHolds(t, s, eightTexts...)
	must(t, s.Close())
	if d := cmp.Diff(before, contents(t, disk)); d != "" {
		t.Errorf("files (-before +after):\n%s", d)
	}
}
