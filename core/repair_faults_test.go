package core

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Whatever operation fails, a repair says so, and the next one finishes it.
func TestRepairFailsAndIsFinished(t *testing.T) {
	for _, tt := range damages {
		if tt.segment == 0 || tt.refused != nil {
			continue
		}
		struck := 0
		for _, op := range []diskOp{opSync, opRename, opTruncate} {
			for nth := 1; ; nth++ {
				disk := newPowerDisk()
				disk.Fs = threeSegments(t)
				tt.befall(t, disk.Fs)
				before := contents(t, disk.Fs)
				disk.fail(op, diskFault{nth: nth, err: errDisk})
				_, err := Repair(ctx, disk, "/log", RepairConfig{Runtime: newSolo()})
				if err == nil && disk.counts[op] < nth {
					break
				}
				struck++
				what := fmt.Sprintf("%s, %s %d fails", tt.name, op, nth)
				if !errors.Is(err, errDisk) {
					t.Errorf("%s: Repair = %v, want %v", what, err, errDisk)
				}
				report, err := Repair(ctx, disk, "/log", RepairConfig{Runtime: newSolo()})
				if err != nil || Verify(ctx, disk, "/log") != nil {
					t.Fatalf("%s: the next Repair = %v, and then Verify = %v", what, err, Verify(ctx, disk, "/log"))
				}
				if report.Repaired() {
					if d := cmp.Diff(before, restored(t, disk, report)); d != "" {
						t.Errorf("%s: files put together again (-before +after):\n%s", what, d)
					}
				}
			}
		}
		if struck < 5 {
			t.Errorf("%s: %d operations have failed, want all of a repair", tt.name, struck)
		}
	}
}

// The report says what the damage was, and reads so.
func TestRepairReportReads(t *testing.T) {
	disk := threeSegments(t)
	edit(t, disk, 2, flip(50))
	in, err := Inspect(ctx, disk, "/log")
	must(t, err)
	if report := repaired(t, disk); report.Reason != in.Damage.Reason || report.Offset != in.Damage.Offset || report.Lineage != in.Lineage.String() {
		t.Errorf("report = %+v, want the damage %v", report, in.Damage)
	}
	for _, tt := range []struct {
		report RepairReport
		want   string
	}{
		{RepairReport{Lineage: "l", Events: 5}, "log l is sound: nothing was done, 5 events"},
		{RepairReport{
			Dir: "/log/repair-1", Lineage: "l", Segment: 2, Offset: 64, Reason: "torn", Cut: 9, Moved: []uint64{3, 4}, Events: 5, Hidden: 1, Next: 7,
			Refused: []RefusedCheckpoint{{"a.ckpt", "ahead"}},
		}, `log l was damaged in segment 2 at offset 64: torn
cut 9 bytes and moved 2 segments, kept in /log/repair-1
left are 5 events, 1 of them hidden; the next sequence is 7
checkpoint a.ckpt is refused: ahead`},
	} {
		if d := cmp.Diff(tt.want, tt.report.String()); d != "" {
			t.Errorf("text (-want +got):\n%s", d)
		}
	}
}

// unremovable is a filesystem from which nothing goes.
type unremovable struct{ afero.Fs }

func (unremovable) Remove(string) error { return errDisk }

// What a crash left is removed, or the log does not open.
func TestOpenReportsLeftovers(t *testing.T) {
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	must(t, s.Close())
	must(t, afero.WriteFile(disk, segmentAt("/log", 2).path+tempSuffix, nil, 0o600))
	if _, err := Open(ctx, unremovable{disk}, "/log", Config{Runtime: newSolo()}); !errors.Is(err, errDisk) {
		t.Errorf("Open = %v, want %v", err, errDisk)
	}
	must(t, openOn(t, disk, Config{Runtime: newSolo()}).Close())
	if left, err := afero.Exists(disk, segmentAt("/log", 2).path+tempSuffix); left || err != nil {
		t.Errorf("the leftover is there: %v, %v", left, err)
	}
}
