package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/afero"
)

// threeSegments is a log of five events in three segments, 0 and 1, 2 and 3, 4, and a
// checkpoint that stands on 3.
func threeSegments(t testing.TB) afero.Fs {
	t.Helper()
	disk := afero.NewMemMapFs()
	text := func(s string) string { return strings.Repeat(s, 60) }
	s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: 512})
	appendTexts(t, s, text("a"), text("b"), text("c"), text("d"))
	c := consumer(t, s)
	for range 4 {
		if _, found, err := c.Poll(context.Background()); !found || err != nil {
			t.Fatalf("Poll = %v, %v", found, err)
		}
	}
	must(t, c.Commit(context.Background()))
	appendTexts(t, s, text("e"))
	must(t, s.Close())
	in, err := Inspect(context.Background(), disk, "/log")
	must(t, err)
	if got := eventsOf(in); !slices.Equal(got, []uint64{2, 2, 1}) {
		t.Fatalf("events in the segments = %d", got)
	}
	return disk
}

func eventsOf(in Inspection) []uint64 {
	var events []uint64
	for _, s := range in.Segments {
		events = append(events, s.Events)
	}
	return events
}

// edit rewrites the segment of that number.
func edit(t testing.TB, disk afero.Fs, number uint64, change func(b []byte) []byte) {
	t.Helper()
	path := segmentAt("/log", number).path
	b, err := afero.ReadFile(disk, path)
	must(t, err)
	must(t, afero.WriteFile(disk, path, change(b), 0o600))
}

// flip is an edit of one bit.
func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		b[at] ^= 4
		return b
	}
}

// secondFrame is where the second frame of a segment begins.
func secondFrame(t testing.TB, disk afero.Fs, number uint64) int {
	t.Helper()
	b, err := afero.ReadFile(disk, segmentAt("/log", number).path)
	must(t, err)
	return segmentHeaderSize + 1 + bytes.Index(b[segmentHeaderSize+1:], frameMagic[:])
}

// damages are what can befall threeSegments, what an inspection says of it, and what
// a repair leaves.
var damages = []struct {
	name   string
	befall func(t testing.TB, disk afero.Fs)

	segment uint64 // 0: sound
	offset  func(t testing.TB) int64
	reason  string // a part of it
	err     error
	states  []SegmentState
	events  uint64 // in the sound part
	vouched bool   // for the checkpoint on event 3
	moved   []uint64
	refused error // by Repair
}{
	{name: "none", befall: func(testing.TB, afero.Fs) {}, states: []SegmentState{SegmentSound, SegmentSound, SegmentSound}, events: 5, vouched: true},
	{
		name:    "bit in the first header",
		befall:  func(t testing.TB, disk afero.Fs) { edit(t, disk, 1, flip(10)) },
		segment: 1, reason: "header CRC-32C", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentDamaged, SegmentBeyond, SegmentBeyond}, refused: ErrUnrepairable,
	},
	{
		name:    "bit in a header",
		befall:  func(t testing.TB, disk afero.Fs) { edit(t, disk, 2, flip(50)) },
		segment: 2, reason: "header CRC-32C", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentSound, SegmentDamaged, SegmentBeyond}, events: 2, moved: []uint64{2, 3},
	},
	{
		name:    "bit in the first frame of all",
		befall:  func(t testing.TB, disk afero.Fs) { edit(t, disk, 1, flip(segmentHeaderSize+60)) },
		segment: 1, offset: inHeader, reason: "this segment was durable when the next was made", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentDamaged, SegmentBeyond, SegmentBeyond}, moved: []uint64{2, 3},
	},
	{
		name:    "bit in a middle segment",
		befall:  func(t testing.TB, disk afero.Fs) { edit(t, disk, 2, flip(secondFrame(t, disk, 2)+20)) },
		segment: 2, offset: inSecond(2), reason: "CRC-32C", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentSound, SegmentDamaged, SegmentBeyond}, events: 3, moved: []uint64{3},
	},
	{
		name:    "bit in the last frame",
		befall:  func(t testing.TB, disk afero.Fs) { edit(t, disk, 3, flip(segmentHeaderSize+50)) },
		segment: 3, offset: inHeader, reason: "CRC-32C", err: ErrTornTail,
		states: []SegmentState{SegmentSound, SegmentSound, SegmentTorn}, events: 4, vouched: true,
	},
	{
		name:    "segment missing",
		befall:  func(t testing.TB, disk afero.Fs) { must(t, disk.Remove(segmentAt("/log", 2).path)) },
		segment: 3, reason: "segment 2 is missing before it", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentSound, SegmentDamaged}, events: 2, moved: []uint64{3},
	},
	{
		name: "segment of another log",
		befall: func(t testing.TB, disk afero.Fs) {
			edit(t, disk, 2, func(b []byte) []byte {
				b[8] ^= 0xFF
				return append(sealHeader(b[:60:60]), b[64:]...)
			})
		},
		segment: 2, reason: "the log has", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentSound, SegmentDamaged, SegmentBeyond}, events: 2, moved: []uint64{2, 3},
	},
	{
		name: "middle segment cut short",
		befall: func(t testing.TB, disk afero.Fs) {
			edit(t, disk, 2, func(b []byte) []byte { return b[:len(b)-7] })
		},
		segment: 2, offset: inSecond(2), reason: "left", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentSound, SegmentDamaged, SegmentBeyond}, events: 3, moved: []uint64{3},
	},
	{
		name: "middle segment cut at a frame",
		befall: func(t testing.TB, disk afero.Fs) {
			at := secondFrame(t, disk, 2)
			edit(t, disk, 2, func(b []byte) []byte { return b[:at] })
		},
		segment: 3, reason: "the segment before it ends at", err: ErrJournalCorrupt,
		states: []SegmentState{SegmentSound, SegmentSound, SegmentDamaged}, events: 3, moved: []uint64{3},
	},
	{
		name:    "a frame half written",
		befall:  func(t testing.TB, disk afero.Fs) { edit(t, disk, 3, func(b []byte) []byte { return b[:len(b)-1] }) },
		segment: 3, offset: inHeader, reason: "left", err: ErrTornTail,
		states: []SegmentState{SegmentSound, SegmentSound, SegmentTorn}, events: 4, vouched: true,
	},
	{
		name: "later version",
		befall: func(t testing.TB, disk afero.Fs) {
			edit(t, disk, 3, func(b []byte) []byte {
				b[5]++
				return append(sealHeader(b[:60:60]), b[64:]...)
			})
		},
		segment: 3, reason: "version", err: ErrJournalFuture,
		states: []SegmentState{SegmentSound, SegmentSound, SegmentDamaged}, events: 4, vouched: true, refused: ErrJournalFuture,
	},
}

// inHeader is where the first frame of a segment begins.
func inHeader(testing.TB) int64 { return segmentHeaderSize }

// inSecond is where the second frame of the sound segment begins.
func inSecond(number uint64) func(t testing.TB) int64 {
	return func(t testing.TB) int64 { return int64(secondFrame(t, threeSegments(t), number)) }
}

func TestInspect(t *testing.T) {
	for _, tt := range damages {
		t.Run(tt.name, func(t *testing.T) {
			disk := threeSegments(t)
			tt.befall(t, disk)
			in, err := Inspect(context.Background(), afero.NewReadOnlyFs(disk), "/log")
			must(t, err)
			var states []SegmentState
			for _, s := range in.Segments {
				states = append(states, s.State)
			}
			if d := cmp.Diff(tt.states, states); d != "" {
				t.Errorf("states (-want +got):\n%s", d)
			}
			if in.Events != tt.events || in.Next != tt.events {
				t.Errorf("%d events, next %d, want %d", in.Events, in.Next, tt.events)
			}
			if len(in.Checkpoints) != 1 || in.Checkpoints[0].Checkpoint.Position != 3 || (in.Checkpoints[0].Refusal == "") != tt.vouched {
				t.Errorf("checkpoints = %+v, want one at 3, vouched for: %v", in.Checkpoints, tt.vouched)
			}
			err = Verify(context.Background(), afero.NewReadOnlyFs(disk), "/log")
			if tt.segment == 0 {
				if in.Damage != nil || err != nil {
					t.Errorf("damage %v, Verify = %v, want none", in.Damage, err)
				}
				return
			}
			var damage *JournalError
			if !errors.As(err, &damage) || damage != in.Damage && *damage != *in.Damage || !errors.Is(err, tt.err) {
				t.Fatalf("Verify = %v, damage %v, want %v", err, in.Damage, tt.err)
			}
			want := int64(0)
			if tt.offset != nil {
				want = tt.offset(t)
			}
			if damage.Path != segmentAt("/log", tt.segment).path || damage.Offset != want || !strings.Contains(damage.Reason, tt.reason) {
				t.Errorf("damage = %v, want segment %d, offset %d, %q", damage, tt.segment, want, tt.reason)
			}
		})
	}
}

// What a sound log shows, by values: places, and fences without an outcome.
func TestInspectShowsSegments(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, disk.MkdirAll("/log", 0o700))
	j := newHandJournal().events(1, 1).events(2, 2).commit(2).burn(3).events(1, 3)
	must(t, afero.WriteFile(disk, segmentAt("/log", 1).path, j.b, 0o600))
	in, err := Inspect(context.Background(), disk, "/log")
	must(t, err)
	want := Inspection{
		Dir: "/log", Lineage: testLineage, Events: 4, Hidden: 2, Next: 7, End: int64(len(j.b)),
		Segments: []SegmentInspection{{
			Number: 1, Path: segmentAt("/log", 1).path, Lineage: testLineage, Bytes: int64(len(j.b)),
			Frames: 4, Events: 4, First: 0, Next: 7, OpenFences: []uint64{1, 3},
		}},
	}
	if d := cmp.Diff(want, in, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("inspection (-want +got):\n%s", d)
	}
	text := fmt.Sprintf(`log /log, lineage %v: 4 events, 2 of them hidden, next sequence 7
sound
segment                       state  log offset  bytes  frames  events  first  next  open fences  snapshot
segment-0000000000000001.bpj  sound  0           %d    4       4       0      7     1 3          none
`, testLineage, len(j.b))
	if d := cmp.Diff(text, in.String()); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
}

// A fence whose commit stands in a segment behind the damage is open, and in a sound
// log it is not.
func TestInspectFenceCommittedBeyondTheDamage(t *testing.T) {
	ctx := context.Background()
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: segmentBytesMin})
	fence, err := s.BeginFence(ctx)
	must(t, err)
	for range 3 {
		_, err := fence.Append(ctx, textEvent("fenced"))
		must(t, err)
	}
	must(t, fence.Commit(ctx))
	must(t, s.Close())
	for _, damaged := range []bool{false, true} {
		var want []uint64
		if damaged {
			edit(t, disk, 2, flip(20))
			want = []uint64{1}
		}
		in, err := Inspect(ctx, disk, "/log")
		must(t, err)
		if open := in.Segments[0].OpenFences; !slices.Equal(open, want) || len(in.Segments) < 3 || in.Hidden != uint64(len(want)) {
			t.Errorf("damaged %v: fences %d are open, want %d, in:\n%v", damaged, open, want, in)
		}
	}
}

// The log vouches for a checkpoint if it holds the event, visible, under the same
// hash, in the same lineage; what cannot be read is reported too.
func TestInspectCheckpoints(t *testing.T) {
	disk := afero.NewMemMapFs()
	must(t, disk.MkdirAll("/log/cursors", 0o700))
	j := newHandJournal().events(2, 0).events(1, 1).cancel(1)
	must(t, afero.WriteFile(disk, segmentAt("/log", 1).path, j.b, 0o600))
	found, err := scanJournal(j.b, "path")
	must(t, err)
	at := func(position uint64) Checkpoint {
		return Checkpoint{Region: "r", Lineage: testLineage, Started: true, Position: position, Event: found.records[min(position, 2)].Hash}
	}
	foreign, unstarted, other := at(1), Checkpoint{Region: "r", Lineage: testLineage}, at(1)
	foreign.Lineage[0]++
	other.Event[0]++
	files := checkpointFiles{fs: disk, dir: "/log"}
	for id, c := range map[string]Checkpoint{"a-good": at(1), "b-unstarted": unstarted, "c-foreign": foreign, "d-other": other, "e-hidden": at(2), "f-beyond": at(3)} {
		c.ID = checkpointID(t, id)
		must(t, files.save(c))
	}
	must(t, afero.WriteFile(disk, "/log/cursors/g-torn.ckpt", []byte("BPCK"), 0o600))
	must(t, afero.WriteFile(disk, "/log/cursors/h-upstream.ckpt", unhex(t, upstreamBytes), 0o600))
	must(t, disk.Rename("/log/cursors/b-unstarted.ckpt", "/log/cursors/i-renamed.ckpt"))
	must(t, files.save(Checkpoint{ID: checkpointID(t, "b-unstarted"), Region: "r", Lineage: testLineage}))
	in, err := Inspect(context.Background(), disk, "/log")
	must(t, err)
	got := make(map[string]string)
	for _, c := range in.Checkpoints {
		got[strings.TrimPrefix(c.Path, "/log/cursors/")] = c.Refusal
	}
	lineage := testLineage
	lineage[0]++
	want := map[string]string{
		"a-good.ckpt": "", "b-unstarted.ckpt": "",
		"c-foreign.ckpt":  "saved for the log " + lineage.String(),
		"d-other.ckpt":    "another event at sequence 1",
		"e-hidden.ckpt":   "no event to be seen at sequence 2; the sound part ends before 3",
		"f-beyond.ckpt":   "no event to be seen at sequence 3; the sound part ends before 3",
		"g-torn.ckpt":     "batpak: checkpoint is corrupt: /log/cursors/g-torn.ckpt: 4 bytes, fewer than the header's 16",
		"h-upstream.ckpt": "no event to be seen at sequence 7; the sound part ends before 3",
		"i-renamed.ckpt":  `batpak: checkpoint belongs to another id: it is that of "b-unstarted"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("refusals (-want +got):\n%s", d)
	}
}

func TestInspectFails(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	disk := threeSegments(t)
	must(t, disk.MkdirAll("/empty", 0o700))
	for _, tt := range []struct {
		name string
		ctx  context.Context
		dir  string
		want error
	}{
		{"no directory", context.Background(), "/nowhere", fs.ErrNotExist},
		{"no log in it", context.Background(), "/empty", fs.ErrNotExist},
		{"ended context", ended, "/log", context.Canceled},
	} {
		if _, err := Inspect(tt.ctx, disk, tt.dir); !errors.Is(err, tt.want) {
			t.Errorf("%s: Inspect = %v, want %v", tt.name, err, tt.want)
		}
	}
}
