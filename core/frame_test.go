package core

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tinylib/msgp/msgp"
	"pgregory.net/rapid"
)

var testLineage = Lineage{0: 0x4C, 15: 0x17}

// aFrame is a frame of two events, no two fields alike.
func aFrame() frame {
	entries := []*Entry{
		{Coordinate: Coordinate{"user:1", "room"}, Kind: 0x2ABC, Lane: 7, Clock: 300, Time: time.UnixMilli(1_700_000_000_123), Payload: []byte("payload"), Key: "key"},
		{Coordinate: Coordinate{"bob", "hall"}, Kind: KindData, Time: time.UnixMilli(-5), Payload: []byte{0xFF}},
	}
	return frame{kind: frameEvents, first: 70_000, count: 2, prev: 0xCAFE, fence: 9, synced: 4096, body: bodyOf(entries...)}
}

var (
	compareFrames  = cmp.AllowUnexported(frame{}, Coordinate{})
	compareRecords = cmp.AllowUnexported(record{}, payload{}, Coordinate{})
)

func bodyOf(entries ...*Entry) []byte {
	body, _ := encodeEntries(nil, entries)
	return body
}

// The layout is for ever: this is what every release must read.
func TestFrameGolden(t *testing.T) {
	f := aFrame()
	want := "42504652" + "01000000" + "00000082" + "07cc8706" + // magic, kind, length, CRC
		"0000000000011170" + "00000002" + "0000cafe" + // first, count, prev
		"0000000000000009" + "0000000000001000" + // fence, synced
		"99a6757365723a31a4726f6f6dcd2abc07cd012cd30000018bcfe5687bc420" + strings.Repeat("00", 32) + "a3" + hex.EncodeToString([]byte("key")) + "c4077061796c6f6164" +
		"99a3626f62a468616c6ccd10000000fbc420" + strings.Repeat("00", 32) + "a0c401ff"
	if got := hex.EncodeToString(f.encode(nil, testLineage, 512)); got != want {
		t.Errorf("encode() = %s, want %s", got, want)
	}
}

// A frame comes back as it was written, wherever it stands and whatever stands
// around it, and so do its events.
func TestFrameRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := rapid.SliceOfN(anEntry(), 1, 5).Draw(t, "entries")
		f := frame{
			kind: frameEvents, first: rapid.Uint64Range(0, 1<<60).Draw(t, "first"), count: uint32(len(entries)),
			prev: rapid.Uint32().Draw(t, "prev"), fence: rapid.Uint64().Draw(t, "fence"),
			synced: rapid.Int64().Draw(t, "synced"), body: bodyOf(entries...),
		}
		for i, e := range entries {
			e.Sequence = f.first + uint64(i)
		}
		before := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "before")
		offset := rapid.Int64Range(0, 1<<40).Draw(t, "offset")
		b := f.encode(slices.Clone(before), testLineage, offset)
		size := len(b) - len(before)
		got, n, err := decodeFrame(append(b, "behind"...)[len(before):], testLineage, offset)
		if err != nil || n != size {
			t.Fatalf("decodeFrame() = size %d, %v, want %d", n, err, size)
		}
		if d := cmp.Diff(f, got, compareFrames); d != "" {
			t.Fatalf("frame (-want +got):\n%s", d)
		}
		decoded, _, err := got.entries(make(coordinates))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(entries, decoded, compareFrames, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("entries (-want +got):\n%s", d)
		}
	})
}

func anEntry() *rapid.Generator[*Entry] {
	name := rapid.StringMatching(`[a-zé:*]{1,40}`)
	return rapid.Custom(func(t *rapid.T) *Entry {
		return &Entry{
			Coordinate: Coordinate{name.Draw(t, "entity"), name.Draw(t, "scope")},
			Kind:       Kind(rapid.Uint16().Draw(t, "kind")), Lane: rapid.Uint32().Draw(t, "lane"), Clock: rapid.Uint32().Draw(t, "clock"),
			Time:    time.UnixMilli(rapid.Int64Range(-1<<40, 1<<50).Draw(t, "time")).UTC(),
			Payload: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload"), Key: rapid.StringN(0, 20, -1).Draw(t, "key"),
		}
	})
}

// Every single-bit flip, every truncation, another place and another log are
// refused: a frame is valid as it was written, where it was written.
func TestFrameRefusesDamage(t *testing.T) {
	f := aFrame()
	const offset = 512
	b := f.encode(nil, testLineage, offset)
	refuse := func(what string, at int, b []byte, lineage Lineage, offset int64) {
		if got, n, err := decodeFrame(b, lineage, offset); err == nil || n != 0 {
			t.Errorf("decodeFrame(%s %d) = %+v, %d, %v, want an error", what, at, got, n, err)
		}
	}
	for bit := range len(b) * 8 {
		damaged := bytes.Clone(b)
		damaged[bit/8] ^= 1 << (bit % 8)
		refuse("bit", bit, damaged, testLineage, offset)
	}
	for size := range b {
		refuse("size", size, b[:size], testLineage, offset)
	}
	for _, wrong := range []int64{0, offset - 1, offset + 1, offset << 32} {
		refuse("offset", int(wrong), b, testLineage, wrong)
	}
	for i := range testLineage {
		other := testLineage
		other[i] ^= 1
		refuse("lineage byte", i, b, other, offset)
	}
	if got, _, err := decodeFrame(b, testLineage, offset); err != nil {
		t.Errorf("decodeFrame of the sound frame = %+v, %v", got, err)
	}
}

// A length beyond what the engine writes is not believed.
func TestFrameRefusesLength(t *testing.T) {
	f := frame{kind: frameEvents, body: make([]byte, frameBodyMax+1)}
	b := f.encode(nil, testLineage, 0)
	if _, _, err := decodeFrame(b, testLineage, 0); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("decodeFrame of a body of %d bytes = %v, want a refusal of its length", len(f.body), err)
	}
	f.body = f.body[:frameBodyMax]
	b = f.encode(b[:0], testLineage, 0)
	if _, n, err := decodeFrame(b, testLineage, 0); err != nil || n != len(b) {
		t.Errorf("decodeFrame of the longest body = %d, %v, want %d", n, err, len(b))
	}
}

// A frame that is whole may still hold events that this engine never writes.
func TestFrameEntriesRefuses(t *testing.T) {
	good := bodyOf(&Entry{Coordinate: Coordinate{"u", "s"}, Payload: []byte("p")})
	hash := len(good) - len("\xa0\xc4\x01p") - (2 + len(EventHash{}))
	for _, tt := range []struct {
		name  string
		count uint32
		body  []byte
		want  string // a part of the reason; empty: accepted
	}{
		{"one event", 1, good, ""},
		{"no event", 0, nil, "0 events"},
		{"more than a batch", MaxBatchEvents + 1, bytes.Repeat(good, MaxBatchEvents+1), "257 events"},
		{"fewer than counted", 2, good, "event 2 of 2"},
		{"more than counted", 1, bytes.Repeat(good, 2), "after the last event"},
		{"cut short", 1, good[:len(good)-1], "payload"},
		{"short hash", 1, msgp.AppendBytes(slices.Clone(good[:hash]), make([]byte, 31)), "hash of 31 bytes, want 32"},
		{"long hash", 1, msgp.AppendBytes(slices.Clone(good[:hash]), make([]byte, 33)), "hash of 33 bytes, want 32"},
		{"no hash", 1, good[:hash], "hash"},
		{"no payload", 1, good[:len(good)-3], "payload"},
		{"no key", 1, good[:len(good)-4], "key"},
		{"long payload", 1, msgp.AppendBytes(slices.Clone(good[:len(good)-3]), make([]byte, MaxPayload+1)), "payload of 1048577 bytes"},
		{"long key", 1, msgp.AppendString(slices.Clone(good[:len(good)-4]), strings.Repeat("k", MaxKey+1)), "key of 257 bytes"},
		{"a length in more bytes than it needs", 1, append(slices.Clone(good[:len(good)-3]), 0xc5, 0, 1, 'p'), "not the shortest"},
		{"a number in more bytes than it needs", 1, append(append(slices.Clone(good[:5]), 0xcd, 0, 0), good[6:]...), "not the shortest"},
		{"another number of fields", 1, append([]byte{0x98}, good[1:]...), "8 fields"},
		{"not an array", 1, []byte{0x01}, "event 1 of 1"},
		{"entity is not text", 1, append([]byte{0x99, 0x01}, good[3:]...), "entity"},
		{"scope is not text", 1, append(slices.Clone(good[:3]), 0xc0), "scope"},
		{"number out of range", 1, msgp.AppendUint32(slices.Clone(good[:5]), 1<<16), "overflow"},
		{"illegal coordinate", 1, bodyOf(&Entry{Coordinate: Coordinate{"a|b", "s"}}), `holds "|" or "="`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := frame{kind: frameEvents, count: tt.count, body: tt.body}
			entries, _, err := f.entries(make(coordinates))
			if tt.want == "" {
				if err != nil || len(entries) != int(tt.count) {
					t.Errorf("entries() = %v, %v, want %d entries", entries, err, tt.count)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("entries() = %v, %v, want an error with %q", entries, err, tt.want)
			}
		})
	}
}

// The hash that checkpoints carry tells events apart that differ in any field, or
// in how the same bytes are divided among fields, or in their log.
func TestEntryHash(t *testing.T) {
	base := Entry{Sequence: 1, Coordinate: Coordinate{"ab", "c"}, Kind: KindData, Lane: 2, Clock: 3, Time: time.UnixMilli(4).UTC(), Payload: []byte("p")}
	variants := []func(*Entry){
		func(e *Entry) {},
		func(e *Entry) { e.Sequence++ },
		func(e *Entry) { e.Coordinate = Coordinate{"a", "bc"} },
		func(e *Entry) { e.Coordinate = Coordinate{"ab", "cp"}; e.Payload = nil },
		func(e *Entry) { e.Kind++ },
		func(e *Entry) { e.Lane++ },
		func(e *Entry) { e.Clock++ },
		func(e *Entry) { e.Time = e.Time.Add(time.Millisecond) },
		func(e *Entry) { e.Payload = []byte("q") },
		func(e *Entry) { e.Key = "k" },
		func(e *Entry) { e.Key = "p"; e.Payload = nil },
	}
	seen := map[EventHash]int{base.hash(Lineage{}, EventHash{}): -1}
	for i, change := range variants {
		e := base
		change(&e)
		h := e.hash(testLineage, EventHash{})
		if other, ok := seen[h]; ok {
			t.Errorf("variants %d and %d share the hash %v", i, other, h)
		}
		seen[h] = i
	}
	if variant, ok := seen[base.hash(testLineage, EventHash{1})]; ok {
		t.Errorf("variant %d and one after another event share a hash", variant)
	}
	if again := base; again.hash(testLineage, EventHash{}) != base.hash(testLineage, EventHash{}) {
		t.Error("equal entries have different hashes")
	}
}

// The header of a segment: its layout is for ever, and every damage is told from a
// later version.
func TestSegmentHeader(t *testing.T) {
	want := segmentHeader{lineage: testLineage, number: 3, base: 1 << 20, next: 77, prev: 0xC0FFEE}
	b, crc := want.encode()
	const golden = "42504a4c" + "0002" + "0000" + "4c000000000000000000000000000017" + "0000000000000003" + "0000000000100000" +
		"000000000000004d" + "00c0ffee" + "0000000000000000" + "3f46219a"
	if got := hex.EncodeToString(b); got != golden {
		t.Errorf("encode() = %s, want %s", got, golden)
	}
	got, read, err := decodeSegmentHeader(b, "path")
	if got != want || read != crc || err != nil {
		t.Errorf("decodeSegmentHeader() = %+v, %08x, %v, want %+v, %08x", got, read, err, want, crc)
	}
	future := sealHeader(bytes.Replace(b, []byte{0, 2}, []byte{0, 3}, 1))
	for _, tt := range []struct {
		name   string
		header []byte
		want   error
	}{
		{"empty", nil, ErrJournalCorrupt},
		{"cut short", b[:segmentHeaderSize-1], ErrJournalCorrupt},
		{"other magic", sealHeader(append([]byte("BPCK"), b[4:]...)), ErrJournalCorrupt},
		{"later version", future, ErrJournalFuture},
		{"version one", sealHeader(bytes.Replace(b, []byte{0, 2}, []byte{0, 1}, 1)), ErrJournalCorrupt},
		{"reserved after the version", sealHeader(append(append(bytes.Clone(b[:7]), 1), b[8:]...)), ErrJournalCorrupt},
		{"reserved before the CRC", sealHeader(append(bytes.Clone(b[:59]), 1)), ErrJournalCorrupt},
		{"damaged later version", append(future[:60:60], 0, 0, 0, 0), ErrJournalCorrupt},
	} {
		_, _, err := decodeSegmentHeader(tt.header, "path")
		var at *JournalError
		if !errors.Is(err, tt.want) || !errors.As(err, &at) || at.Path != "path" || at.Offset != 0 {
			t.Errorf("%s: decodeSegmentHeader() = %v, want %v at path", tt.name, err, tt.want)
		}
	}
	for bit := range len(b) * 8 {
		damaged := bytes.Clone(b)
		damaged[bit/8] ^= 1 << (bit % 8)
		if _, _, err := decodeSegmentHeader(damaged, "path"); !errors.Is(err, ErrJournalCorrupt) {
			t.Errorf("decodeSegmentHeader with bit %d flipped = %v, want %v", bit, err, ErrJournalCorrupt)
		}
	}
}
