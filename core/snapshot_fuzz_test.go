package core

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
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

// goldenSnapshot is the one that FORMAT.md shows.
func goldenSnapshot(t testing.TB) []byte {
	t.Helper()
	return readFile(t, afero.NewOsFs(), filepath.Join(snapshotFiles, filepath.Base(segmentAt("", 1).snapshotPath())))
}

// splice puts other bytes in the place of those from a position to another.
type splice struct {
	name     string
	from, to int
	put      []byte
	reason   string // in the refusal; empty: it is accepted
}

func (s splice) splice(b []byte) []byte {
	return resealed(slices.Replace(bytes.Clone(b), s.from, s.to, s.put...))
}

// splices are changes of the golden snapshot under the right CRC.
var splices = []splice{
	{"none", 88, 88, nil, ""},
	{"ranges", 89, 91, []byte{1, 0, 3, 1, 5, 2}, ""},
	{"empty range", 89, 91, []byte{1, 7, 0, 0}, "empty range at sequence 7"},
	{"range beyond all sequences", 89, 91, append([]byte{1, 1}, append(bytes.Repeat([]byte{0xFF}, 9), 1, 0)...), "at most"},
	{"longer form of a number", 88, 89, []byte{0x82, 0}, "shortest form"},
	{"number of 65 bits", 88, 89, append(bytes.Repeat([]byte{0xFF}, 9), 2), "too large"},
	{"reserved byte", 6, 7, []byte{1}, "reserved"},
	{"reserved byte of the segment's header", 16 + 52, 16 + 53, []byte{1}, "reserved bytes are not zero"},
	{"segment behind the last sequence", 56, 64, bytes.Repeat([]byte{0xFF}, 8), "no sequence is left"},
	{"coordinate in use", 92, 93, []byte{1}, "at most 0"},
	{"coordinate twice", 190, 202, []byte("\x06user:1\x04room"), "given twice"},
	{"illegal entity", 94, 100, []byte("us..:1"), "name holds"},
	{"payload behind the segment", 147, 148, []byte{0xFF, 0x7F}, "at most"},
	{"content without a key", 325, 326, append([]byte{1}, make([]byte, 32)...), "without a key"},
	{"key without its content", 153, 188, append([]byte{4}, "k1"...), ""},
	{"an event less", 87, 88, []byte{2}, "bytes after"},
	{"an event more", 87, 88, []byte{4}, "EOF"},
}

// There is one encoding of each snapshot, and what it says is legal.
func TestSnapshotsAreStrict(t *testing.T) {
	for _, tt := range splices {
		t.Run(tt.name, func(t *testing.T) {
			b := tt.splice(goldenSnapshot(t))
			snapshotIsReadOrRefused(t, b)
			_, err := decodeSnapshot(bytes.NewReader(b), int64(len(b)))
			if (err == nil) != (tt.reason == "") || err != nil && !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("decodeSnapshot = %v, want %q", err, tt.reason)
			}
		})
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
	for _, tt := range splices {
		f.Add(tt.splice(goldenSnapshot(f)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		snapshotIsReadOrRefused(t, b)
		snapshotIsReadOrRefused(t, resealed(b))
	})
}

// No count or length is believed before the bytes are there.
func TestSnapshotAllocatesWhatItReads(t *testing.T) {
	golden := goldenSnapshot(t)
	huge := bytes.Repeat([]byte{0xFF}, 9)
	for _, tt := range []struct {
		name string
		at   int
		put  []byte
	}{
		{"events", 84, huge[:4]},
		{"events under another magic", 0, append(bytes.Clone(golden[1:84]), 0, 0xFF, 0xFF, 0xFF, 0xFF)},
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
