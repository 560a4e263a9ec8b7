package core

import (
	"fmt"
	"sort"
)

// stretch is what one read of a segment brings: the payloads of neighbours, and the
// little that lies between them.
type stretch struct {
	segment     segment
	from, to    int64 // log offsets
	first, last int   // of the records, those whose payloads it holds
}

const (
	// stretchGap is how many bytes that nobody asked for are read to save a read.
	stretchGap = 4 << 10

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
// many bytes that is. The segments ascend too.
func stretches(records []*record, segments []segment) (list []stretch, size int64) {
	for i, r := range records {
		p := r.payload
		if p.size == 0 {
			continue
		}
		if s := len(list) - 1; s >= 0 && p.offset-list[s].to <= stretchGap && !list[s].endsBefore(p.offset, segments) {
			size += p.end() - list[s].to
			list[s].to, list[s].last = p.end(), i
			continue
		}
		list = append(list, stretch{segment: segmentOf(segments, p.offset), from: p.offset, to: p.end(), first: i, last: i})
		size += int64(p.size)
	}
	return list, size
}

// endsBefore reports whether the segment of s ends before a log offset behind s.
func (s stretch) endsBefore(offset int64, segments []segment) bool {
	return segmentOf(segments, offset).number != s.segment.number
}

// segmentOf returns the segment in which a log offset lies.
func segmentOf(segments []segment, offset int64) segment {
	return segments[sort.Search(len(segments), func(i int) bool { return segments[i].base > offset })-1]
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
