package core

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// C-5: a deadline counts from the call, also where time has passed before.
func TestPullCountsFromItsCall(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	c := cursorOn(t, s, Region{})
	for n := range 3 {
		begun := rt.now
		batch, err := c.Pull(ctx, 8, time.Second)
		if len(batch) != 0 || err != nil || rt.now-begun != time.Second {
			t.Errorf("pull %d = %v, %v after %v, want nothing after a second", n, batch, err, rt.now-begun)
		}
	}
}

// A frame belongs into the segment that it fills to the last byte.
func TestFrameFitsExactly(t *testing.T) {
	j := &journal{segmentBytes: 512, header: segmentHeader{base: 1000}, end: 1000 + segmentHeaderSize + 1}
	room := 512 - segmentHeaderSize - 1 - frameHeaderSize
	for body, want := range map[int]bool{room - 1: true, room: true, room + 1: false} {
		if got := j.fits(body); got != want {
			t.Errorf("a body of %d bytes where %d are left: %v, want %v", body, room, got, want)
		}
	}
	if j.end = 1000 + segmentHeaderSize; !j.fits(4 * room) {
		t.Error("an empty segment refuses a large frame")
	}
}

// What is durable is not synced again.
func TestSyncOfWhatIsDurable(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	before := disk.counts[opSync]
	must(t, s.journal.sync(s.journal.durableMark().offset))
	if got := disk.counts[opSync] - before; got != 0 {
		t.Errorf("%d syncs, want none", got)
	}
}

// A frontier may be asked for at any time; the race detector watches.
func TestFrontierBesideAppends(t *testing.T) {
	s := openOn(t, afero.NewMemMapFs(), Config{Ack: AckWritten})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			if f := s.Frontier(); f.Visible > f.Durable || f.Durable > f.Allocated || f.Written > f.Allocated {
				t.Errorf("frontier %+v", f)
			}
		}
	}()
	for range 50 {
		appendTexts(t, s, "a")
	}
	<-done
	must(t, s.Close())
}

// Only a segment that is gone was dropped or is missing; what cannot be opened says why.
func TestSegmentThatCannotBeOpened(t *testing.T) {
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	segment := segmentAt("/log", 1)
	err := s.payloads.missing(&segment, syscall.EIO)
	if !errors.Is(err, syscall.EIO) || errors.Is(err, ErrJournalCorrupt) || errors.Is(err, ErrDropped) {
		t.Errorf("missing(EIO) = %v, want that and no damage", err)
	}
	must(t, s.Close())
}

// A read-only store is none where the beginning of the log cannot be read.
func TestReadOnlyRefusesADamagedBase(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, openOn(t, disk, Config{Runtime: newSolo()}).Close())
	must(t, afero.WriteFile(disk, "/log/"+baseName, []byte("nonsense"), 0o600))
	s, err := Open(ctx, afero.NewReadOnlyFs(disk), "/log", Config{Runtime: newSolo(), ReadOnly: true})
	if s != nil || !errors.Is(err, ErrJournalCorrupt) {
		t.Errorf("Open = %v, want %v", err, ErrJournalCorrupt)
	}
}

// An event that breaks its chain is named by its place in the frame.
func TestBrokenChainNamesTheEvent(t *testing.T) {
	_, err := scanJournal(brokenChain(func(e *Entry) { e.Clock = 2 }).b, "path")
	if err == nil || !strings.Contains(err.Error(), "event 1 of 1: clock 2 of u on lane 0, want 1") {
		t.Errorf("scan = %v, want the first event of one named", err)
	}
}

// A repair keeps what it cuts, if it is but one byte.
func TestRepairKeepsOneByte(t *testing.T) {
	disk := threeSegments(t)
	path := segmentAt("/log", 1).path
	b, err := afero.ReadFile(disk, path)
	must(t, err)
	must(t, afero.WriteFile(disk, path, append(b, 'x'), 0o600))
	report := repaired(t, disk)
	kept, err := afero.ReadFile(disk, "/log/repair-1/"+cutName)
	if report.Cut != 1 || string(kept) != "x" || err != nil {
		t.Errorf("repair cut %d bytes and kept %q, %v, want the byte that was too much", report.Cut, kept, err)
	}
	must(t, Verify(ctx, disk, "/log"))
}

// What a drop left behind are the segments below the base, and each one's snapshot.
func TestLeftoversOfADrop(t *testing.T) {
	disk := threeSegments(t)
	log, err := listLog(disk, "/log")
	must(t, err)
	for _, s := range log.segments[1:] {
		_ = disk.Remove(s.snapshotPath())
	}
	must(t, afero.WriteFile(disk, log.segments[0].snapshotPath(), nil, 0o600))
	b := base{lineage: testLineage, number: 3, offset: 1024, next: 4, token: 1}
	must(t, b.save(disk, "/log"))
	log, err = listLog(disk, "/log")
	must(t, err)
	want := []string{segmentAt("/log", 1).path, segmentAt("/log", 1).snapshotPath(), segmentAt("/log", 2).path}
	if d := cmp.Diff(want, log.leftovers); d != "" || len(log.segments) != 1 {
		t.Errorf("%d segments are left; leftovers (-want +got):\n%s", len(log.segments), d)
	}
}

func TestSegmentBytesRefusalNamesTheBounds(t *testing.T) {
	_, err := Open(ctx, afero.NewMemMapFs(), "/log", Config{Runtime: newSolo(), SegmentBytes: 1})
	if want := "batpak: Config.SegmentBytes is 1, legal are 256 to "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Open = %v, want %s...", err, want)
	}
}

// A read whose context has ended reads nothing, whatever there is.
func TestReadObeysItsContext(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "a")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for _, sequence := range []uint64{0, 7} {
		if e, found, err := s.Read(ended, sequence); found || !errors.Is(err, context.Canceled) {
			t.Errorf("Read(%d) = %v, %v, %v, want %v", sequence, e, found, err, context.Canceled)
		}
	}
}
