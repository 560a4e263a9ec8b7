package core

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tinylib/msgp/msgp"
)

// What people read: each error says what, where, and against what; and what programs
// read, its reason.
func TestErrorTexts(t *testing.T) {
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		err    error
		want   string
		reason error
	}{
		{&SequenceGateError{Operation: "sync", Requested: 3, Allocated: 2, Visible: 1}, "batpak: sync: cannot publish up to 3: allocated 2, visible 1", nil},
		{&JournalError{Path: "/log/x", Offset: 64, Reason: "torn", Err: ErrJournalFuture}, ErrJournalFuture.Error() + ": /log/x at offset 64: torn", ErrJournalFuture},
		{&MismatchError{Path: "/log/c", Stored: "a", Expected: "b", Err: ErrRegionMismatch}, ErrRegionMismatch.Error() + ": /log/c holds a, expected b", ErrRegionMismatch},
		{&CheckpointError{Reason: "short", Err: ErrCheckpointCorrupt}, ErrCheckpointCorrupt.Error() + ": short", ErrCheckpointCorrupt},
		{&CheckpointError{Path: "/log/c", Reason: "short", Err: ErrCheckpointCorrupt}, ErrCheckpointCorrupt.Error() + ": /log/c: short", ErrCheckpointCorrupt},
		{&LockedError{Path: "/log/lock"}, ErrLocked.Error() + ": /log/lock is held by a store that has not said who it is; close that store, or end that process", ErrLocked},
		{&LockedError{Path: "/l", Holder: Holder{PID: 7, Host: "h", Since: since}}, ErrLocked.Error() + ": /l is held by process 7 on h since 2026-01-02T03:04:05Z; close that store, or end that process", ErrLocked},
		{&PanicError{Value: 7}, "batpak: handler panicked: 7", nil},
		{ErrClosed, "batpak: closed", ErrClosed},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%T reads %q, want %q", tt.err, got, tt.want)
		}
		if tt.reason != nil && !errors.Is(tt.err, tt.reason) {
			t.Errorf("%T hides its reason, %v", tt.err, tt.reason)
		}
	}
}

// What is no frame is said to be none, though its checksum is right.
func TestFrameNamesItsMagic(t *testing.T) {
	f := aFrame()
	b := f.encode(nil, testLineage, 0)
	copy(b, "BPCK")
	crc := frameCRC(b, testLineage, 0)
	copy(b[12:16], []byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)})
	if _, size, err := decodeFrame(b, testLineage, 0); size != 0 || err == nil || !strings.HasPrefix(err.Error(), "magic 42 50 43 4b, want") {
		t.Errorf("decodeFrame = %d, %v, want a refusal of its magic", size, err)
	}
}

// An entry that cannot be decoded is refused with what its decoder said, of several
// faults with the first first.
func TestDecodeEntryKeepsTheCause(t *testing.T) {
	_, err := new(Entry).decode([]byte{0x01}, nil)
	if cause := new(msgp.TypeError); !errors.As(err, cause) {
		t.Errorf("a number in the place of an entry: %v, want a msgp.TypeError", err)
	}
	for _, wide := range []struct {
		field  int // of kind, lane and clock
		reason string
	}{{0, "msgp: 1099511627776 overflows uint16"}, {1, "msgp: 1099511627776 overflows uint32"}, {2, "msgp: 1099511627776 overflows uint32"}} {
		b := msgp.AppendString(msgp.AppendString(msgp.AppendArrayHeader(nil, entryFields), "u"), "s")
		for field := range 3 {
			value := uint64(1)
			if field == wide.field {
				value = 1 << 40
			}
			b = msgp.AppendUint64(b, value)
		}
		if _, err := new(Entry).decode(b, nil); err == nil || !strings.HasPrefix(err.Error(), wide.reason) {
			t.Errorf("field %d does not fit: %v, want %q first", wide.field, err, wide.reason)
		}
	}
}

// What a batch with keys is refused for, event by event; and a refusal brings no
// receipt.
func TestKeyRefusals(t *testing.T) {
	long, event := strings.Repeat("k", MaxKey+1), func(key, text string) Event {
		e := textEvent(text)
		e.Key = key
		return e
	}
	for _, tt := range []struct {
		name   string
		events []Event
		want   string
		reason error
	}{
		{"long", []Event{event("a", ""), event(long, ""), event("b", "")}, "key of event 2 of 3 has 257 bytes, at most 256", ErrTooLarge},
		{"mixed", []Event{event("a", ""), event("", ""), event("b", "")}, "event 2 of 3; in a batch all events have a key or none", ErrKeysMixed},
		{"twice", []Event{event("a", ""), event("b", ""), event("a", "")}, `"a" stands twice in one batch`, ErrKeyConflict},
	} {
		if err := validateKeys(tt.events); !errors.Is(err, tt.reason) || err.Error() != tt.reason.Error()+": "+tt.want {
			t.Errorf("%s: %v, want %v: %s", tt.name, err, tt.reason, tt.want)
		}
	}
	k := newKeys(10)
	for i, key := range []string{"a", "b", "c"} {
		k.add([]keyed{{key: key, sequence: uint64(i), content: event(key, key).content(), end: int64(100 * (i/2 + 1))}}, uint64(i+1))
	}
	nobody := func(uint64) bool { return false }
	for _, tt := range []struct {
		name   string
		events []Event
		want   string
	}{
		{"other content", []Event{event("b", "x")}, `"b" was appended with other content, at sequence 1`},
		{"another batch", []Event{event("a", "a"), event("c", "c")}, `"c" was appended in another batch, at sequence 2`},
		{"in part", []Event{event("a", "a"), event("b", "b"), event("new", "new")}, "2 of the batch's 3 keys were appended before"},
	} {
		receipt, end, found, err := k.find(tt.events, nobody)
		if receipt != (Receipt{}) || end != 0 || found || !errors.Is(err, ErrKeyConflict) || err.Error() != ErrKeyConflict.Error()+": "+tt.want {
			t.Errorf("%s: %+v, %d, %v, %v, want %s", tt.name, receipt, end, found, err, tt.want)
		}
	}
	if receipt, end, found, err := k.find([]Event{event("a", "a"), event("b", "b")}, nobody); receipt != (Receipt{0, 2, true}) || end != 100 || !found || err != nil {
		t.Errorf("again: %+v, %d, %v, %v, want the first receipt and 100", receipt, end, found, err)
	}
	if receipt, end, found, err := k.find([]Event{event("", "a")}, nobody); receipt != (Receipt{}) || end != 0 || found || err != nil {
		t.Errorf("without a key: %+v, %d, %v, %v, want nothing", receipt, end, found, err)
	}
}

func TestHashesAndStatesRead(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{EventHash{0xAB, 31: 1}.String(), "ab" + strings.Repeat("0", 60) + "01"},
		{Lineage{0xAB, 15: 1}.String(), "ab" + strings.Repeat("0", 28) + "01"},
		{SegmentSound.String(), "sound"}, {SegmentTorn.String(), "torn tail"}, {SegmentDamaged.String(), "damaged"},
		{SegmentBeyond.String(), "beyond the damage"}, {SegmentState(9).String(), "SegmentState(9)"},
		{ObservedAppend.String(), "append"}, {ObservedSync.String(), "sync"}, {ObservedDelivery.String(), "delivery"},
		{ObservedSave.String(), "save"}, {ObservationKind(9).String(), "unknown"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// The text of an inspection with damage and checkpoints.
func TestInspectionText(t *testing.T) {
	in := Inspection{
		Dir: "/log", Lineage: testLineage, Events: 2, Hidden: 1, Next: 3,
		Segments: []SegmentInspection{
			{Number: 1, Path: "/log/a", State: SegmentDamaged, Base: 10, Bytes: 20, Frames: 2, Events: 2, First: 1, Next: 3, OpenFences: []uint64{4, 5}, Snapshot: true},
			{Number: 2, Path: "/log/b", State: SegmentBeyond, Snapshot: true, SnapshotRefusal: "old"},
		},
		Checkpoints: []CheckpointInspection{
			{Path: "/log/cursors/x", Checkpoint: Checkpoint{Started: true, Position: 2, Region: "r"}},
			{Path: "/log/cursors/y", Refusal: "gone"},
		},
		Damage: &JournalError{Path: "/log/a", Offset: 64, Reason: "torn", Err: ErrJournalCorrupt},
	}
	want := `log /log, lineage 4c000000000000000000000000000017: 2 events, 1 of them hidden, next sequence 3
` + in.Damage.Error() + `
segment     state              log offset  bytes  frames  events  first  next  open fences  snapshot
a           damaged            10          20     2       2       1      3     4 5          yes
b           beyond the damage  0           0      0       0       0      0     none         refused: old
checkpoint  vouched for        position    region
x           yes                2           r
y           no: gone           start       
`
	if d := cmp.Diff(want, in.String()); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
}
