package core

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What the documentation says that a zero means.
func TestDefaults(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	if s.segmentBytes != 64<<20 || s.journal.segmentBytes != 64<<20 || s.keys.window != 1<<20 {
		t.Errorf("zero Config: segments of %d and %d bytes, %d keys, want 64 MiB and 1<<20", s.segmentBytes, s.journal.segmentBytes, s.keys.window)
	}
	got, err := WorkerConfig{}.withDefaults()
	must(t, err)
	if d := cmp.Diff(WorkerConfig{BatchSize: 64, IdleSleep: 10 * time.Millisecond}, got, cmp.AllowUnexported(Region{}, CheckpointID{}, RestartPolicy{}, KindFilter{})); d != "" {
		t.Errorf("zero WorkerConfig (-want +got):\n%s", d)
	}
	set := WorkerConfig{BatchSize: 1, IdleSleep: 1}
	if got, err := set.withDefaults(); got.BatchSize != 1 || got.IdleSleep != 1 || err != nil {
		t.Errorf("%+v, %v, want what was set", got, err)
	}
}

// The longest region of a checkpoint, and one beyond it.
func TestCheckpointRegionMax(t *testing.T) {
	c := worked()
	c.Region = strings.Repeat("r", 16<<10)
	if _, err := c.MarshalBinary(); err != nil {
		t.Errorf("region of %d bytes: %v", len(c.Region), err)
	}
	c.Region += "r"
	if _, err := c.MarshalBinary(); !errors.Is(err, ErrCheckpointInvalid) || !strings.Contains(err.Error(), "region is too long") {
		t.Errorf("region of %d bytes: %v, want it too long", len(c.Region), err)
	}
}

// A length of 32 bits is refused before it is believed.
func TestReadStringRefusesWideLengths(t *testing.T) {
	wide := []byte{0xDB, 0, 0, 0, 1, 'x'}
	if text, rest, err := readString(wide); text != "" || len(rest) != len(wide) || err == nil || err.Error() != "string with a 32-bit length" {
		t.Errorf("readString(% x) = %q, % x, %v", wide, text, rest, err)
	}
	if text, rest, err := readString([]byte{0xDA, 0, 1, 'x', 'y'}); text != "x" || string(rest) != "y" || err != nil {
		t.Errorf("readString of a length of 16 bits = %q, %q, %v", text, rest, err)
	}
}
