package core

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// cancelledLog is a log of "shown", of two cancelled fences with an event each, and of
// "after", if that is not empty.
func cancelledLog(t testing.TB, after string) (*Store, *powerDisk) {
	t.Helper()
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "shown")
	for _, text := range []string{"x", "y"} {
		fence, err := s.BeginFence(ctx)
		must(t, err)
		_, err = fence.Append(ctx, textEvent(text))
		must(t, err)
		must(t, fence.Cancel(ctx))
	}
	if after != "" {
		appendTexts(t, s, after)
	}
	return s, disk
}

// H-1, H-2, H-3: upstream keeps what is hidden in a file of its own. Here the journal
// says it, no other file does, and ranges that touch are one, in this life and the next.
func TestHiddenRangesAreInTheJournal(t *testing.T) {
	s, disk := cancelledLog(t, "after")
	want := []SeqRange{{1, 3}}
	if d := cmp.Diff(want, s.gate.snapshot().hidden); d != "" {
		t.Errorf("hidden (-want +got):\n%s", d)
	}
	must(t, s.Close())
	segment := segmentAt("/log", 1).path
	if files := slices.Sorted(maps.Keys(contents(t, disk))); !slices.Equal(files, []string{segment}) {
		t.Errorf("the log's files are %q, want its segment only", files)
	}
	s = openOn(t, disk, Config{Runtime: newSolo()})
	if d := cmp.Diff(want, s.gate.snapshot().hidden); d != "" {
		t.Errorf("hidden after a reopen (-want +got):\n%s", d)
	}
	logHolds(t, s, "shown", "after")
}

// H-5: what says that events are hidden is never taken for nothing. However much of a
// fence's outcome is lost or changed, its events stay hidden, or the log is refused
// because a later frame testifies that the outcome was durable.
func TestDamagedCancelHidesAllTheSame(t *testing.T) {
	for _, after := range []string{"", "after"} {
		s, disk := cancelledLog(t, after)
		must(t, s.Close())
		whole := journalOn(t, disk)
		from := len(whole) - frameHeaderSize
		if after != "" {
			from -= frameSize(after)
		}
		damages := map[int][]byte{}
		for at := range frameHeaderSize {
			damages[at] = slices.Clone(whole)
			damages[at][from+at] ^= 1
			if after == "" {
				damages[at-frameHeaderSize] = whole[:from+at]
			}
		}
		for at, damaged := range damages {
			disk := afero.NewMemMapFs()
			must(t, afero.WriteFile(disk, segmentAt("/log", 1).path, damaged, 0o600))
			s, err := Open(ctx, disk, "/log", Config{Runtime: newSolo()})
			switch {
			case after != "" && !errors.Is(err, ErrJournalCorrupt):
				t.Errorf("byte %d of an outcome that was durable: Open = %v, want %v", at, err, ErrJournalCorrupt)
			case after == "" && err != nil:
				t.Errorf("damage %d of the last outcome: Open = %v", at, err)
			case after == "":
				logHolds(t, s, "shown")
			}
		}
	}
}
