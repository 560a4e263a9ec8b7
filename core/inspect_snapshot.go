package core

import "github.com/zeebo/blake3"

// snapshotRefusal says why the snapshot of the segment that was read last is not
// believed, or says something else than the segment; it is empty for one that speaks
// for it.
func (r *inspector) snapshotRefusal(file segment) string {
	snapshot, err := readSnapshot(r.fs, file)
	if err != nil {
		return err.Error()
	}
	snapshot.fences = snapshot.fences.since(r.scan.first)
	if snapshot.digest() != r.scan.snapshotLike(snapshot).digest() {
		return "says something else than the segment"
	}
	return ""
}

// snapshotLike is the snapshot of the segment that was read last, with the keys that
// another one knows.
func (s *scanned) snapshotLike(other *segmentSnapshot) *segmentSnapshot {
	p := &segmentSnapshot{sealedSegment: s.sealed[len(s.sealed)-1]}
	p.records = since(s.records, p.header.next)
	known := make(map[uint64]bool, len(other.keyed))
	for _, item := range other.keyed {
		known[item.sequence] = true
	}
	for _, item := range s.keyed {
		if known[item.sequence] {
			p.keyed = append(p.keyed, item)
		}
	}
	return p
}

// digest is a hash of what p says.
func (p *segmentSnapshot) digest() (sum [32]byte) {
	h := blake3.New()
	_ = p.encode(h) // a hash takes all
	h.Sum(sum[:0])
	return sum
}
