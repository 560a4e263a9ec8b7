package core

import (
	"fmt"
	"sort"
)

// stretch is what one read of a segment brings: the payloads of neighbours, and the
// little that lies between them.
type stretch struct {
	segment     *segment
	from, to    int64 // log offsets
	first, last int   // of the records, those whose payloads it holds
}

const (
	// stretchGap is how many bytes that nobody asked for are read to save a read. In
	// the page cache that is where the two cost the same, when the bytes come to
	// where others of their kind were before.
	stretchGap = 4 << 10

	// stretchBytes bounds a stretch of several payloads.
	stretchBytes = 128 << 10

	// batchBytes bounds what the payloads of a batch of several events take.
	batchBytes = 8 << 20
)

// bounded returns as many of the first records as may be one batch: one at least.
func bounded(records []*record) []*record {
	bytes := 0
	for i, r := range records {
		if bytes += int(r.payload.size); bytes > batchBytes && i > 0 {
			return records[:i]
		}
	}
	return records
}

// stretches returns what to read for the payloads of records, which ascend, and how
// many bytes the payloads have. The segments ascend too.
func stretches(records []*record, segments []segment) (list []stretch, size int64) {
	for i, r := range records {
		p := r.payload
		if p.size == 0 {
			continue
		}
		size += int64(p.size)
		if s := len(list) - 1; s >= 0 && list[s].reaches(p) && !list[s].endsBefore(p.offset, segments) {
			list[s].to, list[s].last = p.end(), i
			continue
		}
		list = append(list, stretch{segment: segmentOf(segments, p.offset), from: p.offset, to: p.end(), first: i, last: i})
	}
	return list, size
}

// reaches reports whether a payload behind s is near enough to be read with it.
func (s stretch) reaches(p payload) bool {
	return p.offset-s.to <= stretchGap && p.end()-s.from <= stretchBytes
}

// sameSegment returns those at the start of list that are of one segment.
func sameSegment(list []stretch) []stretch {
	n := 1
	for n < len(list) && list[n].segment == list[0].segment {
		n++
	}
	return list[:n]
}

// endsBefore reports whether the segment of s ends before a log offset behind s.
func (s stretch) endsBefore(offset int64, segments []segment) bool {
	return segmentOf(segments, offset) != s.segment
}

// segmentOf returns the segment in which a log offset lies.
func segmentOf(segments []segment, offset int64) *segment {
	return &segments[sort.Search(len(segments), func(i int) bool { return segments[i].base > offset })-1]
}

// payload returns one payload out of the bytes of the stretch, if it is what was
// written.
func (s stretch) payload(b []byte, p payload) ([]byte, error) {
	if p.size == 0 {
		return nil, nil
	}
	at := p.offset - s.from
	content := b[at : at+int64(p.size) : at+int64(p.size)]
	if crc := checksum(content); crc != p.crc {
		return nil, &JournalError{
			Path: s.segment.path, Offset: p.offset - s.segment.base, Err: ErrJournalCorrupt,
			Reason: fmt.Sprintf("payload of CRC-32C %08x, computed %08x", p.crc, crc),
		}
	}
	return content, nil
}
