package core

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FORMAT.md shows a report as it is written, and read.
func TestReportFormat(t *testing.T) {
	want := RepairReport{
		Lineage: testLineage.String(), Segment: 2, Offset: 237, Reason: "CRC-32C 00000001, computed 00000002", Cut: 173, Moved: []uint64{3},
		Events: 3, Hidden: 1, Next: 3, Refused: []RefusedCheckpoint{{"mailer.ckpt", "no event at sequence 3; the sound part ends before 3"}}, Done: true,
	}
	shown := strings.Join(documented(t, "report"), "\n") + "\n"
	b, err := want.encode()
	must(t, err)
	if d := cmp.Diff(shown, string(b)); d != "" {
		t.Errorf("report (-documented +written):\n%s", d)
	}
	got, err := decodeReport([]byte(shown))
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("decodeReport: %v (-want +got):\n%s", err, d)
	}
}

// A report that would have a repair cut a header, or move what is sound, is refused.
func TestReportFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		report RepairReport
		want   string
	}{
		{"no segment", RepairReport{Cut: 1, Offset: 64}, "damage in segment 0"},
		{"negative cut", RepairReport{Segment: 1, Cut: -1, Offset: 64}, "cut of -1 bytes"},
		{"cut in the header", RepairReport{Segment: 1, Cut: 1, Offset: 63}, "cut at offset 63, within the header"},
		{"nothing", RepairReport{Segment: 1}, "nothing is cut or moved"},
		{"moved and cut", RepairReport{Segment: 2, Cut: 1, Offset: 64, Moved: []uint64{2}}, "segment 2 is moved, after 2"},
		{"moved before the damage", RepairReport{Segment: 2, Moved: []uint64{1}}, "segment 1 is moved, after 1"},
		{"moved twice", RepairReport{Segment: 2, Moved: []uint64{2, 2}}, "segment 2 is moved, after 2"},
	} {
		b, err := tt.report.encode()
		must(t, err)
		if _, err := decodeReport(b); err == nil || err.Error() != tt.want {
			t.Errorf("%s: decodeReport = %v, want %q", tt.name, err, tt.want)
		}
	}
}
