package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/afero"
)

func repaired(t testing.TB, disk afero.Fs) RepairReport {
	t.Helper()
	report, err := Repair(context.Background(), disk, "/log", RepairConfig{Runtime: newSolo()})
	must(t, err)
	return report
}

// A repaired log is sound, holds what was sound, and takes appends; all that was cut
// is kept.
func TestRepair(t *testing.T) {
	for _, tt := range damages {
		t.Run(tt.name, func(t *testing.T) {
			disk := threeSegments(t)
			tt.befall(t, disk)
			before := contents(t, disk)
			report, err := Repair(context.Background(), disk, "/log", RepairConfig{Runtime: newSolo()})
			if tt.refused != nil || tt.segment == 0 {
				if !errors.Is(err, tt.refused) || report.Repaired() {
					t.Errorf("Repair = %v, %v, want %v", report, err, tt.refused)
				}
				if d := cmp.Diff(before, contents(t, disk)); d != "" {
					t.Errorf("files (-before +after):\n%s", d)
				}
				return
			}
			must(t, err)
			must(t, Verify(context.Background(), disk, "/log"))
			if report.Dir != "/log/repair-1" || report.Segment != tt.segment || !slices.Equal(report.Moved, tt.moved) ||
				report.Events != tt.events || report.Next != tt.events || (len(report.Refused) == 0) != tt.vouched || !report.Done {
				t.Errorf("report = %+v", report)
			}
			if d := cmp.Diff(before, restored(t, disk, report)); d != "" {
				t.Errorf("files put together again (-before +after):\n%s", d)
			}
			stored, err := afero.ReadFile(disk, "/log/repair-1/report.txt")
			must(t, err)
			decoded, err := decodeReport(stored)
			decoded.Dir = report.Dir
			if d := cmp.Diff(report, decoded, cmpopts.EquateEmpty()); err != nil || d != "" {
				t.Errorf("the file of the report: %v (-returned +stored):\n%s", err, d)
			}
			s := openOn(t, disk, Config{Runtime: newSolo()})
			segments, _, err := listSegments(disk, "/log")
			must(t, err)
			want := Recovery{Events: tt.events, Snapshots: len(segments) - 1}
			if s.Recovery() != want {
				t.Errorf("recovery = %+v, want %+v", s.Recovery(), want)
			}
			_, err = s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")})
			if errors.Is(err, ErrCheckpointUnproven) == tt.vouched {
				t.Errorf("Cursor = %v, vouched for: %v", err, tt.vouched)
			}
			appendTexts(t, s, "after")
			must(t, s.Close())
			if again := repaired(t, disk); again.Repaired() || again.Events != tt.events+1 {
				t.Errorf("Repair again = %+v, want a sound log of %d events", again, tt.events+1)
			}
		})
	}
}

// restored puts the files together as they were before the repair.
func restored(t testing.TB, disk afero.Fs, report RepairReport) map[string]string {
	t.Helper()
	all := contents(t, disk)
	path := segmentAt("/log", report.Segment).path
	all[path] += all[filepath.Join(report.Dir, cutName)]
	for _, number := range report.Moved {
		from := segmentAt("/log", number).path
		all[from] = all[filepath.Join(report.Dir, filepath.Base(from))]
	}
	maps.DeleteFunc(all, func(path, _ string) bool { return strings.HasPrefix(path, report.Dir) })
	return all
}

// Repairs are counted, and the second keeps the first one's files.
func TestRepairTwice(t *testing.T) {
	disk := threeSegments(t)
	edit(t, disk, 3, flip(70))
	repaired(t, disk)
	first, err := afero.ReadFile(disk, "/log/repair-1/cut")
	must(t, err)
	edit(t, disk, 2, flip(70))
	if report := repaired(t, disk); report.Dir != "/log/repair-2" || !slices.Equal(report.Moved, []uint64{3}) || report.Events != 2 {
		t.Errorf("second report = %+v", report)
	}
	if kept, err := afero.ReadFile(disk, "/log/repair-1/cut"); err != nil || !bytes.Equal(kept, first) {
		t.Errorf("what the first repair kept = %x, %v, want %x", kept, err, first)
	}
}

func TestRepairLocked(t *testing.T) {
	disk := afero.NewMemMapFs()
	s, err := Open(context.Background(), disk, "/log", Config{})
	must(t, err)
	if _, err := Repair(context.Background(), disk, "/log", RepairConfig{}); !errors.Is(err, ErrLocked) {
		t.Errorf("Repair of an open log = %v, want %v", err, ErrLocked)
	}
	must(t, s.Close())
	if report, err := Repair(context.Background(), disk, "/log", RepairConfig{}); err != nil || report.Repaired() {
		t.Errorf("Repair = %+v, %v, want nothing done", report, err)
	}
}

// What stands where the report should be is believed only if it is one.
func TestRepairRefusesADamagedReport(t *testing.T) {
	disk := threeSegments(t)
	edit(t, disk, 3, flip(70))
	repaired(t, disk)
	b, err := afero.ReadFile(disk, "/log/repair-1/report.txt")
	must(t, err)
	for at := range b {
		damaged := bytes.Clone(b)
		damaged[at] ^= 1
		if _, err := decodeReport(damaged); err == nil {
			t.Errorf("byte %d changed: accepted", at)
		}
	}
	must(t, afero.WriteFile(disk, "/log/repair-1/report.txt", b[1:], os.FileMode(0o600)))
	var at *JournalError
	if _, err := Repair(context.Background(), disk, "/log", RepairConfig{Runtime: newSolo()}); !errors.As(err, &at) || at.Path != "/log/repair-1/report.txt" {
		t.Errorf("Repair = %v, want a *JournalError for the report", err)
	}
}

// sealReport puts the right first line before the body of a report.
func sealReport(body []byte) []byte {
	return append(fmt.Appendf(nil, "%s%08x\n", reportMagic, crc32.Checksum(body, castagnoli)), body...)
}

// FuzzDecodeReport reads any bytes, and any body under a right first line. What is
// accepted cannot lead a repair to cut a header or to move what is before the damage.
func FuzzDecodeReport(f *testing.F) {
	sound := RepairReport{Lineage: "l", Segment: 2, Offset: 64, Reason: "r", Cut: 9, Moved: []uint64{3, 4}, Refused: []RefusedCheckpoint{{"f", "r"}}}
	b, err := sound.encode()
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := bytes.Cut(b, []byte("\n"))
	f.Add(b)
	f.Add(body)
	f.Add([]byte("null\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, sealReport(b)} {
			r, err := decodeReport(b)
			if err != nil {
				continue
			}
			if again, err := r.encode(); err != nil || !bytes.Equal(again, b) {
				t.Fatalf("decoded from %q, encoded as %q, %v", b, again, err)
			}
			if r.Cut < 0 || r.Cut > 0 && r.Offset < segmentHeaderSize || !slices.IsSorted(r.Moved) || len(r.Moved) > 0 && r.Moved[0] < r.Segment {
				t.Fatalf("accepted %+v", r)
			}
		}
	})
}
