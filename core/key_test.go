package core

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Of keys that are gathered one by one, all of the window are there, and never more
// than as many again.
func TestInWindow(t *testing.T) {
	const window, step = 10, 3 // sequences; every third has a key
	var items []keyed
	for sequence := uint64(0); sequence < 1000; sequence += step {
		next := sequence + 1
		items = inWindow(append(items, keyed{sequence: sequence}), window, next)
		var got, want []uint64
		for _, item := range items {
			if item.sequence+window >= next {
				got = append(got, item.sequence)
			}
		}
		for s := uint64(0); s < next; s += step {
			if s+window >= next {
				want = append(want, s)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("keys in the window before %d (-want +got):\n%s", next, d)
		}
		if len(items) > 2*len(want)+1 {
			t.Fatalf("%d keys are held before %d, %d are in the window", len(items), next, len(want))
		}
	}
}

// A scan holds no more keys than that and those of a segment, however many events have
// one, whether it reads segments or their snapshots.
func TestScanHoldsTheKeysOfTheWindow(t *testing.T) {
	const window, events = 10, 200
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 1 << 10, KeyWindow: window})
	for i := range events {
		_, err := s.Append(ctx, Event{Coordinate: Coordinate{"user", "room"}, Kind: KindData, Key: fmt.Sprint("key ", i)})
		must(t, err)
	}
	must(t, s.Close())
	for _, snapshots := range []bool{false, true} {
		_, found := scanLog(t, disk, snapshots, window)
		if (found.recalled > 0) != snapshots {
			t.Fatalf("%d segments by their snapshots, with them: %t", found.recalled, snapshots)
		}
		if n := len(found.keyed); n < window || n > 4*window {
			t.Errorf("snapshots %t: %d keys of %d events are held for a window of %d", snapshots, n, events, window)
		}
	}
}
