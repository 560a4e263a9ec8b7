package core

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
)

// No decoder of a file believes a length or a count before the bytes are there: what
// lies about them in a few bytes is refused, and costs a few.
func TestDecodersAllocateWhatTheyRead(t *testing.T) {
	huge := []byte{0xFF, 0xFF, 0xFF, 0xFF}
	base := aBase().encode()
	frame := frame{kind: frameEvents, count: 1, body: []byte{0x99}}
	entries := func(count uint32, body ...byte) func() error {
		return func() error {
			f := frame
			f.count, f.body = count, body
			_, _, err := f.entries(make(coordinates))
			return err
		}
	}
	for _, tt := range []struct {
		name   string
		decode func() error
	}{
		{"frame of 4 GiB", func() error {
			b := frame.encode(nil, testLineage, 0)
			copy(b[8:], huge)
			_, _, err := decodeFrame(b, testLineage, 0)
			return err
		}},
		{"frame of 4 MiB that is not there", func() error {
			b := frame.encode(nil, testLineage, 0)
			binary.BigEndian.PutUint32(b[8:], frameBodyMax)
			_, _, err := decodeFrame(b, testLineage, 0)
			return err
		}},
		{"events without end", entries(1<<32 - 1)},
		{"array of 4 Gi values", entries(1, append([]byte{0xDD}, huge...)...)},
		{"name of 4 GiB", entries(1, append([]byte{0x99, 0xDB}, huge...)...)},
		{"payload of 4 GiB", entries(1, append(bodyOf(&Entry{Coordinate: Coordinate{"u", "s"}})[:60:60], append([]byte{0xC6}, huge...)...)...)},
		{"checkpoint with an id of 4 GiB", func() error {
			return new(Checkpoint).UnmarshalBinary(seal(checkpointVersion, 0, append([]byte{0x97, 0xDB}, huge...)))
		}},
		{"upstream checkpoint with a region of 4 GiB", func() error {
			_, err := decodeUpstream(append([]byte{upstreamMap4, 0xA8}, append([]byte("position"), append([]byte{0xDB}, huge...)...)...))
			return err
		}},
		{"base with 4 Gi chains", func() error {
			b := bytes.Clone(base)
			copy(b[68:], huge)
			_, err := decodeBase(sealBase(b))
			return err
		}},
		{"base with a long entity", func() error {
			b := bytes.Clone(base)
			copy(b[72:], huge)
			_, err := decodeBase(sealBase(b))
			return err
		}},
		{"lock file with a long host", func() error {
			if h := decodeHolder([]byte("pid 1\nhost \"" + strings.Repeat("h", lockBytesMax))); h == (Holder{}) {
				return ErrLocked
			}
			return nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := tt.decode()
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("accepted")
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 64<<10 {
				t.Errorf("%d bytes allocated", allocated)
			}
		})
	}
}
