package core

import (
	"strings"
	"testing"

	"github.com/spf13/afero"
)

// Inspect says of each full segment whether its snapshot says what the segment does,
// which Open only believes. Verify looks at no snapshot.
func TestInspectSnapshots(t *testing.T) {
	second := snapshotAt(2)
	for _, tt := range []struct {
		name   string
		befall func(testing.TB, afero.Fs)
		has    bool
		reason string // a part of it; empty: it speaks for the segment
	}{
		{"as it was written", func(testing.TB, afero.Fs) {}, true, ""},
		{"missing", func(t testing.TB, disk afero.Fs) { must(t, disk.Remove(second)) }, false, ""},
		{"a bit in it", changed(second, flipAt(130)), true, "CRC-32C"},
		{"another hash", changed(second, forged(func(p *segmentSnapshot) { p.records[1].Hash[0]++ })), true, "something else"},
		{"another lane", changed(second, forged(func(p *segmentSnapshot) { p.records[1].Lane++ })), true, "something else"},
		{"an event less", changed(second, forged(func(p *segmentSnapshot) { p.records = p.records[:1] })), true, "something else"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := afero.NewMemMapFs()
			snapshotLog(t, disk, eightTexts...)
			tt.befall(t, disk)
			in, err := Inspect(ctx, afero.NewReadOnlyFs(disk), "/log")
			must(t, err)
			must(t, Verify(ctx, disk, "/log"))
			for i, s := range in.Segments {
				has, reason := i < 3, ""
				if s.Number == 2 {
					has, reason = tt.has, tt.reason
				}
				if s.Snapshot != has || (s.SnapshotRefusal == "") != (reason == "") || !strings.Contains(s.SnapshotRefusal, reason) {
					t.Errorf("segment %d: snapshot %t, %q, want %t, %q", s.Number, s.Snapshot, s.SnapshotRefusal, has, reason)
				}
			}
		})
	}
}
