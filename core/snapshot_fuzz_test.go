package core

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// resealed is a snapshot whose CRC, and that of the segment's header in it, were made
// right, so that what is behind them is met.
func resealed(b []byte) []byte {
	b = bytes.Clone(b)
	if len(b) < snapshotHeaderSize+4 {
		return b
	}
	binary.BigEndian.PutUint32(b[76:], checksum(b[16:76]))
	binary.BigEndian.PutUint32(b[len(b)-4:], checksum(b[:len(b)-4]))
	return b
}

// snapshotIsReadOrRefused checks that what is accepted is what encode writes.
func snapshotIsReadOrRefused(t *testing.T, b []byte) {
	p, err := decodeSnapshot(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return
	}
	var again bytes.Buffer
	must(t, p.encode(&again))
	if d := cmp.Diff(b, again.Bytes()); d != "" {
		t.Fatalf("accepted (-as it is +encoded again):\n%s", d)
	}
	at, next := p.header.base+segmentHeaderSize, p.header.next
	for i, r := range p.records {
		if err := r.Coordinate.Validate(); err != nil || r.Sequence < next || len(r.Key) > MaxKey || r.payload.size > MaxPayload || r.payload.offset < at || r.payload.end() > p.end() {
			t.Fatalf("event %d of %d: %+v, %v; sequences from %d, payloads from %d to %d", i, len(p.records), r, err, next, at, p.end())
		}
		at, next = r.payload.end(), r.Sequence+1
	}
}

func FuzzDecodeSnapshot(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join(snapshotFiles, "*"))
	must(f, err)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		must(f, err)
		f.Add(b)
	}
	f.Add(resealed(make([]byte, snapshotHeaderSize+4)))
	f.Fuzz(func(t *testing.T, b []byte) {
		snapshotIsReadOrRefused(t, b)
		snapshotIsReadOrRefused(t, resealed(b))
	})
}

// No count or length is believed before the bytes are there.
func TestSnapshotAllocatesWhatItReads(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join(snapshotFiles, filepath.Base(segmentAt("", 1).snapshotPath())))
	must(t, err)
	huge := bytes.Repeat([]byte{0xFF}, 9)
	for _, tt := range []struct {
		name string
		at   int
		put  []byte
	}{
		{"events", 84, huge[:4]},
		{"hidden ranges", 89, append(huge, 1)},
		{"pending ranges", 90, append(huge, 1)},
		{"name", 93, append(huge, 1)},
		{"payload", 147, append(huge, 1)},
		{"key", 152, append(huge, 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := bytes.Clone(golden)
			copy(b[tt.at:], tt.put)
			b = resealed(b)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := decodeSnapshot(bytes.NewReader(b), int64(len(b)))
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Errorf("decodeSnapshot took %+v", p)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 4*snapshotBufferSize {
				t.Errorf("%d bytes allocated for a snapshot of %d", allocated, len(b))
			}
		})
	}
}
