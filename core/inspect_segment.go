package core

import (
	"fmt"

	"github.com/spf13/afero"
)

// inspector reads one segment after the other.
type inspector struct {
	fs     afero.Fs
	scan   scanned // the sound part
	broken []byte  // content of the segment that is torn or damaged
	fence  openFence
}

// openFence is the fence whose outcome was not read yet; a zero token is none.
type openFence struct {
	token   uint64
	segment int // in which it began
}

// segment adds the next segment to in. An error means that the disk cannot be read.
func (r *inspector) segment(in *Inspection, file segment, last bool) error {
	report := SegmentInspection{Number: file.number, Path: file.path, State: SegmentBeyond}
	var content []byte
	var err error
	if in.Damage == nil {
		content, err = r.scan.read(r.fs, file, last)
		in.Damage = damageOf(file.path, err)
		if in.Damage == nil && err == nil {
			in.Damage = r.torn(content, file)
		}
		report.State = reachedBy(in.Damage)
		if report.State != SegmentSound {
			r.broken = content
		} else if report.Snapshot = file.snapshot && err == nil; report.Snapshot {
			report.SnapshotRefusal = r.snapshotRefusal(file)
		}
	}
	if content == nil && (err == nil || in.Damage != nil) {
		content, err = file.content(r.fs) // of what does not follow
	}
	if err != nil && damageOf(file.path, err) == nil {
		return err
	}
	r.walk(in, &report, content)
	if len(in.Segments) == 0 {
		in.Lineage = report.Lineage
	}
	in.Segments = append(in.Segments, report)
	if report.State != SegmentSound {
		r.leaveFence(in) // an outcome that stands behind the damage does not count
	}
	return nil
}

// reachedBy is the state of the segment in which the first damage is, or would be.
func reachedBy(damage *JournalError) SegmentState {
	switch {
	case damage == nil:
		return SegmentSound
	case damage.Err == ErrTornTail:
		return SegmentTorn
	}
	return SegmentDamaged
}

// torn returns where and why the segment that was read last ends in no frame.
func (r *inspector) torn(content []byte, file segment) *JournalError {
	at := r.scan.end - r.scan.header.base
	if at == int64(len(content)) {
		return nil
	}
	f, _, err := decodeFrame(content[at:], r.scan.header.lineage, r.scan.end)
	if err == nil {
		err = fmt.Errorf("follows a frame with CRC-32C %08x, here that is %08x", f.prev, r.scan.prev)
	}
	return &JournalError{Path: file.path, Offset: at, Reason: err.Error(), Err: ErrTornTail}
}

// walk adds to report what the segment shows by itself: its header, and the frames
// up to the first that is not valid there, or to damage behind the header.
func (r *inspector) walk(in *Inspection, report *SegmentInspection, content []byte) {
	report.Bytes = int64(len(content))
	header, prev, err := decodeSegmentHeader(content, report.Path)
	if err != nil {
		return
	}
	report.Lineage, report.Base = header.lineage, header.base
	report.First, report.Next = header.next, header.next
	end := report.Bytes
	if reached := report.State == SegmentDamaged || report.State == SegmentTorn; reached && in.Damage.Offset >= segmentHeaderSize {
		end = in.Damage.Offset
	}
	for at := int64(segmentHeaderSize); at < end; {
		f, size, err := decodeFrame(content[at:], header.lineage, header.base+at)
		if err != nil || f.prev != prev {
			return
		}
		r.count(in, report, f)
		prev = f.crc
		at += int64(size)
	}
}

// count adds one frame to report.
func (r *inspector) count(in *Inspection, report *SegmentInspection, f frame) {
	report.Frames++
	switch {
	case f.kind != frameEvents:
		if f.fence == r.fence.token {
			r.fence = openFence{}
		}
		return
	case report.Events == 0:
		report.First = f.first
	}
	report.Events += uint64(f.count)
	report.Next = f.first + uint64(f.count)
	if f.fence == 0 || f.fence == r.fence.token {
		return
	}
	if r.fence.segment == len(in.Segments) && r.fence.token != 0 {
		report.OpenFences = append(report.OpenFences, r.fence.token)
	} else {
		r.leaveFence(in)
	}
	r.fence = openFence{token: f.fence, segment: len(in.Segments)}
}

// leaveFence notes that no outcome of the fence will come. It began in a segment that
// in holds.
func (r *inspector) leaveFence(in *Inspection) {
	if r.fence.token != 0 {
		report := &in.Segments[r.fence.segment]
		report.OpenFences = append(report.OpenFences, r.fence.token)
	}
	r.fence = openFence{}
}
