package core

import (
	"errors"
	"strings"
	"testing"
	"time"

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
	_, _, err := decodeEntry([]byte{0x01})
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
		if _, _, err := decodeEntry(b); err == nil || !strings.HasPrefix(err.Error(), wide.reason) {
			t.Errorf("field %d does not fit: %v, want %q first", wide.field, err, wide.reason)
		}
	}
}
