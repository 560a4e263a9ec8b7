package core

import (
	"errors"
	"strings"
	"testing"
)

// A segment that cannot be begun costs the append that needed it, and this one stays
// the last. Once the name of the next may be there, or gone again after a crash, the
// journal is poisoned.
func TestRotationFails(t *testing.T) {
	full := strings.Repeat("a", segmentBytesMin)
	for _, tt := range []struct {
		name     string
		fail     func(*powerDisk, *solo)
		poisoned bool
	}{
		{"the full one cannot be synced", func(d *powerDisk, _ *solo) { d.fail(opSync, diskFault{nth: 1, err: errDisk}) }, true},
		{"the next cannot be made durable", func(d *powerDisk, _ *solo) { d.fail(opSync, diskFault{nth: 2, err: errDisk}) }, false},
		{"the next gets no name", func(d *powerDisk, _ *solo) { d.fail(opRename, diskFault{err: errDisk}) }, false},
		{"its name cannot be made durable", func(d *powerDisk, _ *solo) { d.fail(opSync, diskFault{nth: 3, err: errDisk}) }, true},
		{"it cannot be opened", func(d *powerDisk, rt *solo) {
			rt.once(PointSegmentCreated, func() { must(t, d.Remove(segmentAt("/log", 2).path)) })
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk, rt := newPowerDisk(), newSolo()
			s := openOn(t, disk, Config{Runtime: rt, SegmentBytes: segmentBytesMin})
			appendTexts(t, s, full)
			before := s.Frontier()
			tt.fail(disk, rt)
			_, err := s.Append(ctx, textEvent("b"))
			if err == nil || !strings.HasPrefix(err.Error(), "begin a segment: ") || errors.Is(err, ErrPoisoned) != tt.poisoned {
				t.Fatalf("Append = %v, want the failure to begin a segment, poisoned %v", err, tt.poisoned)
			}
			if s.Frontier() != before || s.journal.header.number != 1 {
				t.Errorf("frontier %+v in segment %d, want it at %+v in segment 1", s.Frontier(), s.journal.header.number, before)
			}
			want := []string{full}
			if !tt.poisoned {
				appendTexts(t, s, "c")
				want = append(want, "c")
				if s.journal.header.number != 2 {
					t.Errorf("the append after it went into segment %d, want 2", s.journal.header.number)
				}
			}
			logHolds(t, s, want...)
			logHolds(t, openOn(t, disk.crash(t), Config{Runtime: newSolo()}), want...)
		})
	}
}

// A witness is the first valid frame behind a place that testifies to it, at whatever
// distance, and not what only looks like one.
func TestDurableBeyond(t *testing.T) {
	header := segmentHeader{lineage: testLineage, number: 2, base: 1 << 20}
	const place, before, witness = 100, 200, 900
	b := make([]byte, 1500)
	for _, decoy := range []int{0, place, 140, 150, 700, 1400} {
		copy(b[decoy:], frameMagic[:])
	}
	put := func(at int, synced int64) {
		f := frame{kind: frameFenceCancel, first: 1, fence: 1, synced: header.base + synced}
		copy(b[at:], f.encode(nil, testLineage, header.base+int64(at)))
	}
	put(before, place) // it was written when the place was not durable
	put(witness, place+1)
	for _, tt := range []struct {
		name string
		at   int64
		want int64
		ok   bool
	}{
		{"far behind", place, witness, true},
		{"just before it", witness - 1, 0, false}, // it testifies to an earlier place
		{"none is left", witness, 0, false},
	} {
		if at, ok := durableBeyond(b, header, tt.at); at != tt.want || ok != tt.ok {
			t.Errorf("%s: durableBeyond(%d) = %d, %v, want %d, %v", tt.name, tt.at, at, ok, tt.want, tt.ok)
		}
	}
}
