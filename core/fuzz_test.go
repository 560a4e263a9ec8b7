package core

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// fuzzJournal is a journal with something of everything: batches, fences of every
// outcome, burned sequences, and frames that testify for others.
func fuzzJournal() *handJournal {
	return newHandJournal().events(1, 0).events(3, 0).sync().burn(2).
		events(1, 1).events(2, 1).commit(1).sync().events(1, 2).cancel(2).events(1, 0).events(1, 3)
}

// journalIsReadOrRefused checks what holds for any bytes: a refusal is typed and
// points into the file, and what is read ascends and is as long as it says.
func journalIsReadOrRefused(t *testing.T, b []byte) (scanned, bool) {
	s, err := scanJournal(b, "path")
	if err != nil {
		var at *JournalError
		if !errors.As(err, &at) || at.Offset < 0 || at.Offset > int64(len(b)) {
			t.Fatalf("scanJournal = %v, want a *JournalError within %d bytes", err, len(b))
		}
		if !errors.Is(err, ErrJournalCorrupt) && !errors.Is(err, ErrJournalFuture) {
			t.Fatalf("scanJournal = %v, want corrupt or future", err)
		}
		return s, false
	}
	if s.end < segmentHeaderSize || s.end > int64(len(b)) {
		t.Fatalf("scanJournal ends at %d of %d bytes", s.end, len(b))
	}
	for i, e := range s.records {
		if e.Sequence >= s.next || i > 0 && e.Sequence <= s.records[i-1].Sequence {
			t.Fatalf("entry %d of %d has sequence %d, next is %d", i, len(s.records), e.Sequence, s.next)
		}
	}
	return s, true
}

// FuzzScanJournal reads any bytes behind a sound header, and sound journals that
// were damaged: cut, changed in one place, and grown.
func FuzzScanJournal(f *testing.F) {
	sound := fuzzJournal()
	f.Add(sound.b[segmentHeaderSize:], len(sound.b), 0, []byte{})
	f.Add([]byte("BPFR"), 200, 60, []byte{0xFF})
	f.Add(bytes.Repeat([]byte("BPFR\x01\x00\x00\x00\x00\x00\x00\x08"), 9), 100, 40, []byte("BPFR"))
	f.Add([]byte{}, 300, 250, []byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte, size, at int, patch []byte) {
		journalIsReadOrRefused(t, append(firstHeader(), body...))

		whole, _ := scanJournal(sound.b, "path")
		damaged := bytes.Clone(sound.b[:min(max(size, segmentHeaderSize), len(sound.b))])
		if at = max(at, segmentHeaderSize); at < len(damaged) {
			copy(damaged[at:], patch)
		}
		got, ok := journalIsReadOrRefused(t, append(damaged, body...))
		if !ok || len(got.records) > len(whole.records) {
			return
		}
		if d := cmp.Diff(whole.records[:len(got.records)], got.records, compareRecords, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("entries of a damaged journal are no prefix (-want +got):\n%s", d)
		}
	})
}

// FuzzDecodeFrame reads any bytes as a frame, once as they are and once with a
// header and CRC that are right, so that what is behind the CRC is met too. What is
// accepted is what encode writes, and no count or length is believed beyond the
// bytes that are there.
func FuzzDecodeFrame(f *testing.F) {
	sound := aFrame()
	f.Add(sound.encode(nil, testLineage, 512), int64(512), uint8(sound.kind), sound.count, sound.body)
	f.Add([]byte("BPFR"), int64(0), uint8(0), uint32(0xFFFFFFFF), []byte{0x97, 0xdb, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{}, int64(-1), uint8(1), uint32(256), []byte{0x97, 0xa1, 'u', 0xa1, 's', 0, 0, 0, 0, 0xc6, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte, offset int64, kind uint8, count uint32, body []byte) {
		if got, n, err := decodeFrame(b, testLineage, offset); err == nil {
			again := got.encode(nil, testLineage, offset)
			if n > len(b) || !bytes.Equal(again, b[:n]) {
				t.Fatalf("decodeFrame(%x) = %+v, encoded again %x", b, got, again)
			}
		}
		made := frame{kind: frameKind(kind), count: count, body: body[:min(len(body), frameBodyMax)]}
		encoded := made.encode(nil, testLineage, offset)
		got, n, err := decodeFrame(encoded, testLineage, offset)
		if err != nil || n != len(encoded) {
			t.Fatalf("decodeFrame of what encode made = %d, %v, want %d", n, err, len(encoded))
		}
		entries, _, err := got.entries(make(coordinates))
		if err != nil || made.kind != frameEvents {
			return
		}
		if len(entries) != int(count) {
			t.Fatalf("entries() = %d, want %d", len(entries), count)
		}
		size := 0
		for _, e := range entries {
			size += len(e.Coordinate.entity) + len(e.Coordinate.scope) + len(e.Payload)
			if err := e.Coordinate.Validate(); err != nil {
				t.Fatalf("entries() let %v pass: %v", e.Coordinate, err)
			}
		}
		if size > len(body) {
			t.Fatalf("entries hold %d bytes out of a body of %d", size, len(body))
		}
	})
}

// FuzzSegmentHeader reads any bytes as the header of a segment, once as they are and
// once with a CRC that is right. What is accepted is what encode writes.
func FuzzSegmentHeader(f *testing.F) {
	f.Add(firstHeader())
	f.Fuzz(func(t *testing.T, b []byte) {
		sealed := sealHeader(append(bytes.Clone(b), make([]byte, segmentHeaderSize)...))
		for _, b := range [][]byte{b, sealed} {
			h, crc, err := decodeSegmentHeader(b, "path")
			if err != nil {
				at := new(JournalError)
				if !errors.As(err, &at) || at.Path != "path" || !errors.Is(err, ErrJournalCorrupt) && !errors.Is(err, ErrJournalFuture) {
					t.Fatalf("decodeSegmentHeader(%x) = %v, want a *JournalError", b, err)
				}
				continue
			}
			if again, sum := h.encode(); !bytes.Equal(again, b[:segmentHeaderSize]) || sum != crc {
				t.Fatalf("decodeSegmentHeader(%x) = %+v, %08x, encoded again %x, %08x", b, h, crc, again, sum)
			}
		}
	})
}

// FuzzScanFrames reads journals of whole frames, each what the script says, eight
// bytes at a time: their CRCs, their chain, and the hashes of their events are right,
// and what is left is whether such frames can follow each other.
func FuzzScanFrames(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		j := newHandJournal()
		for ; len(script) >= 8; script = script[8:] {
			j.scripted([8]byte(script))
		}
		s, ok := journalIsReadOrRefused(t, j.b)
		if !ok {
			return
		}
		if s.end != int64(len(j.b)) {
			t.Fatalf("scanJournal ends at %d of %d bytes: whole frames were taken for a torn tail", s.end, len(j.b))
		}
		if normal := normalizeRanges(slices.Clone(s.hidden)); !slices.Equal(normal, s.hidden) || len(normal) > 0 && normal[len(normal)-1].End > s.next {
			t.Fatalf("hidden are %v, next is %d", s.hidden, s.next)
		}
		if s.fences.token == 0 {
			t.Fatal("the next fence would have the token of none")
		}
	})
}

// scripted adds a frame of which each byte of the script decides one thing.
func (j *handJournal) scripted(b [8]byte) {
	f := frame{kind: frameKind(b[0]), reserved: uint32(b[1]), fence: spread(b[5])}
	j.next = max(j.next, spread(b[2]))
	f.first = j.next - uint64(b[3])
	entries := make([]*Entry, min(b[4], 4))
	for i := range entries {
		entries[i] = &Entry{Sequence: f.first + uint64(i), Coordinate: Coordinate{"u", "s"}, Lane: uint32(b[6]), Kind: KindData}
		j.chain.join(entries[i], testLineage)
	}
	f.count, f.body = uint32(len(entries)), bodyOf(entries...)
	if b[7]%2 == 1 {
		j.sync()
	}
	j.put(f)
	j.next = f.first + uint64(f.count)
}

// spread maps small values to themselves and the rest to the upper end of 64 bits.
func spread(b byte) uint64 {
	if b < 0x80 {
		return uint64(b)
	}
	return ^uint64(0xFF - b)
}
