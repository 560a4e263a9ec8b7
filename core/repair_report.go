package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
)

// RepairReport says what Repair did. It is kept, with what was cut, in the directory
// of the repair.
type RepairReport struct {
	Dir string `json:"-"` // where all that was cut is kept; empty: the log was sound, and nothing was done

	Lineage string `json:"lineage"`
	Segment uint64 `json:"segment"` // where the damage is
	Offset  int64  `json:"offset"`  // of the damage in that segment
	Reason  string `json:"reason"`

	// Cut is how many bytes were cut off Segment; zero if it was moved whole.
	Cut   int64    `json:"cut"`
	Moved []uint64 `json:"moved"` // the segments that were moved into Dir, ascending

	Events uint64 `json:"events"` // that the log still holds, hidden ones included
	Hidden uint64 `json:"hidden"` // of these, events of a fence without a commit; it may have been cut off
	Next   uint64 `json:"next"`   // the sequence that the next event gets; those from here on are assigned again

	Refused []RefusedCheckpoint `json:"refused"` // they are as they were

	Done bool `json:"done"` // false only in the file, while the repair is under way
}

// RefusedCheckpoint is one that the repaired log cannot vouch for.
type RefusedCheckpoint struct {
	File   string `json:"file"` // its name below cursors/
	Reason string `json:"reason"`
}

// Repaired reports whether the log was damaged and has been repaired.
func (r RepairReport) Repaired() bool { return r.Dir != "" }

func (r RepairReport) String() string {
	if !r.Repaired() {
		return fmt.Sprintf("log %s is sound: nothing was done, %d events", r.Lineage, r.Events)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "log %s was damaged in segment %d at offset %d: %s\n", r.Lineage, r.Segment, r.Offset, r.Reason)
	fmt.Fprintf(&b, "cut %d bytes and moved %d segments, kept in %s\n", r.Cut, len(r.Moved), r.Dir)
	fmt.Fprintf(&b, "left are %d events, %d of them hidden; the next sequence is %d", r.Events, r.Hidden, r.Next)
	for _, c := range r.Refused {
		fmt.Fprintf(&b, "\ncheckpoint %s is refused: %s", c.File, c.Reason)
	}
	return b.String()
}

// The file of a report is a line, "batpak repair 1 " and the CRC-32C of all that
// follows in eight hexadecimal digits, and the report as indented JSON.
const (
	reportMagic    = "batpak repair 1 "
	reportBytesMax = 16 << 20
)

func (r RepairReport) encode() ([]byte, error) {
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	body = append(body, '\n')
	return append(fmt.Appendf(nil, "%s%08x\n", reportMagic, crc32.Checksum(body, castagnoli)), body...), nil
}

// decodeReport reads what encode wrote, and nothing else.
func decodeReport(b []byte) (RepairReport, error) {
	_, body, _ := bytes.Cut(b, []byte("\n"))
	var r RepairReport
	if err := json.Unmarshal(body, &r); err != nil {
		return RepairReport{}, err
	}
	if encoded, err := r.encode(); err != nil || !bytes.Equal(encoded, b) {
		return RepairReport{}, fmt.Errorf("not the encoding of a report")
	}
	return r, r.fault()
}

// fault says what in a report could lead a repair to harm the log.
func (r RepairReport) fault() error {
	cuts := r.Cut != 0
	switch {
	case r.Segment == 0:
		return fmt.Errorf("damage in segment 0")
	case r.Cut < 0:
		return fmt.Errorf("cut of %d bytes", r.Cut)
	case cuts && r.Offset < segmentHeaderSize:
		return fmt.Errorf("cut at offset %d, within the header", r.Offset)
	case !cuts && len(r.Moved) == 0:
		return fmt.Errorf("nothing is cut or moved")
	}
	before := r.Segment - 1
	if cuts {
		before = r.Segment
	}
	for _, number := range r.Moved {
		if number <= before {
			return fmt.Errorf("segment %d is moved, after %d", number, before)
		}
		before = number
	}
	return nil
}
