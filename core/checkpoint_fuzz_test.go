package core

import (
	"bytes"
	"errors"
	"testing"
)

// acceptsOnlyItsOwnWriting checks that what is read would be written again byte
// for byte, and that what is refused is refused with a type.
func acceptsOnlyItsOwnWriting(t *testing.T, b []byte) {
	var c Checkpoint
	if err := c.UnmarshalBinary(b); err != nil {
		var typed *CheckpointError
		if !errors.As(err, &typed) || !errors.Is(err, ErrCheckpointCorrupt) && !errors.Is(err, ErrCheckpointFuture) {
			t.Fatalf("UnmarshalBinary(%x) = %v, want a *CheckpointError", b, err)
		}
		if c != (Checkpoint{}) {
			t.Fatalf("UnmarshalBinary(%x) left %+v beside an error", b, c)
		}
		return
	}
	if c.Upstream {
		if c.Lineage != (Lineage{}) || c.Event != (EventHash{}) || c.ID != (CheckpointID{}) || c.Generation != 0 {
			t.Fatalf("UnmarshalBinary(%x) = %+v: upstream knows no such fields", b, c)
		}
		return
	}
	again, err := c.MarshalBinary()
	if err != nil || !bytes.Equal(again, b) {
		t.Fatalf("UnmarshalBinary(%x) = %+v, written again %x, %v", b, c, again, err)
	}
}

func FuzzCheckpoint(f *testing.F) {
	fresh := Checkpoint{ID: CheckpointID{"c"}, Region: Region{}.Identity()}
	f.Add(marshal(f, worked()))
	f.Add(marshal(f, fresh))
	f.Add(seal(2, 0, nil))
	f.Add(unhex(f, upstreamBytes))
	f.Add([]byte{})
	f.Fuzz(acceptsOnlyItsOwnWriting)
}

// FuzzCheckpointBody starts behind the CRC, which random bytes do not get past.
func FuzzCheckpointBody(f *testing.F) {
	fresh := Checkpoint{ID: CheckpointID{"c"}, Region: Region{}.Identity()}
	f.Add(worked().appendBody(nil))
	f.Add(fresh.appendBody(nil))
	f.Add([]byte{0x97, 0xdb, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) { acceptsOnlyItsOwnWriting(t, seal(checkpointVersion, 0, body)) })
}

func FuzzCheckpointUpstream(f *testing.F) {
	boot, region := uint64(1)<<40, "entity=*|scope=*|fact=none|clock=*"
	f.Add(unhex(f, upstreamBytes))
	f.Add(upstreamCheckpoint{legacy: true}.encode())
	f.Add(upstreamCheckpoint{started: true, position: 1 << 33, bootNS: &boot, region: &region}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, first := range []byte{upstreamMap3, upstreamMap4} {
			if len(b) > 0 {
				acceptsOnlyItsOwnWriting(t, append([]byte{first}, b[1:]...))
			}
		}
	})
}
