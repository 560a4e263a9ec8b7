package core

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"
)

// Checkpoint is where a durable consumer resumes. It is a comparable value.
type Checkpoint struct {
	ID       CheckpointID
	Region   string    // Region.Identity of the cursor that saved it
	Lineage  Lineage   // of the log that it was saved against
	Started  bool      // false: no event was accepted yet; Position and Event are zero
	Position uint64    // the sequence of the last accepted event
	Event    EventHash // the hash of the event at Position
	// Generation counts the saves under this id; it is the caller's to advance.
	Generation uint64
	// Upstream marks a checkpoint that the Rust engine wrote. Its Region is that
	// engine's identity, empty in a legacy file; Lineage, Event and Generation
	// are zero, and so is ID until the file's name supplies it. It can be read
	// but not written.
	Upstream bool
}

// FORMAT.md shows the file byte by byte. It is a header of 16 bytes and a body, at most maxCheckpointBytes
// together, all integers big-endian:
//
//	offset  bytes  content
//	0       4      "BPCK"
//	4       2      version: 1
//	6       2      reserved: 0
//	8       4      length of the body
//	12      4      CRC-32C of the whole file, these 4 bytes taken as 0
//	16             body: a MessagePack array in its shortest encoding
//
// The body of version 1 holds id, region, lineage (bin 16), started, position,
// event (bin 32), generation. There is one encoding of each checkpoint, and
// nothing else is accepted.
//
// Compatibility: in every version, magic, version and CRC stay where they are,
// the CRC covers the whole file, and the file stays within the bound. So a flipped
// version is told from a newer writer: the first is corrupt, the second future.
const (
	checkpointMagic    = "BPCK"
	checkpointVersion  = 1
	checkpointFields   = 7
	maxCheckpointBytes = 64 << 10
	maxRegionBytes     = 16 << 10 // above the identity of any valid region
)

// MarshalBinary returns the content of the checkpoint's file. It fails with
// ErrCheckpointInvalid when the checkpoint breaks what its fields promise.
func (c Checkpoint) MarshalBinary() ([]byte, error) {
	if fault := c.fault(); fault != "" {
		return nil, &CheckpointError{Reason: fault, Err: ErrCheckpointInvalid}
	}
	b := make([]byte, envelopeSize, envelopeSize+128+len(c.ID.name)+len(c.Region))
	b = c.appendBody(b)
	copy(b, checkpointMagic)
	binary.BigEndian.PutUint16(b[4:], checkpointVersion)
	enclose(b)
	return b, nil
}

// UnmarshalBinary reads the content of a checkpoint's file, of this package or of
// the Rust engine. Bytes that differ in any way from what MarshalBinary, or that
// engine, writes are refused with a *CheckpointError, and c stays as it was.
func (c *Checkpoint) UnmarshalBinary(b []byte) error {
	decoded, err := decodeCheckpoint(b)
	if err != nil {
		return err
	}
	*c = decoded
	return nil
}

// decodeCheckpoint tells the formats apart by their first byte.
func decodeCheckpoint(b []byte) (Checkpoint, error) {
	switch {
	case len(b) == 0:
		return Checkpoint{}, corruptCheckpoint("file is empty")
	case len(b) > maxCheckpointBytes:
		return Checkpoint{}, corruptCheckpoint("more than %d bytes", maxCheckpointBytes)
	case b[0] == upstreamMap4 || b[0] == upstreamMap3:
		return decodeUpstream(b)
	default:
		return decodeOwn(b)
	}
}

func decodeOwn(b []byte) (Checkpoint, error) {
	if len(b) < envelopeSize {
		return Checkpoint{}, corruptCheckpoint("%d bytes, fewer than the header's %d", len(b), envelopeSize)
	}
	if string(b[:4]) != checkpointMagic {
		return Checkpoint{}, corruptCheckpoint("magic is %q", b[:4])
	}
	if got, want := binary.BigEndian.Uint32(b[12:]), envelopeCRC(b); got != want {
		return Checkpoint{}, corruptCheckpoint("checksum is %08x, content gives %08x", got, want)
	}
	version, reserved := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	switch {
	case version > checkpointVersion:
		return Checkpoint{}, &CheckpointError{
			Reason: fmt.Sprintf("version is %d, this package reads up to %d", version, checkpointVersion),
			Err:    ErrCheckpointFuture,
		}
	case version < checkpointVersion:
		return Checkpoint{}, corruptCheckpoint("version is %d", version)
	case reserved != 0:
		return Checkpoint{}, corruptCheckpoint("reserved field is %d", reserved)
	}
	body := b[envelopeSize:]
	if length := binary.BigEndian.Uint32(b[8:]); uint64(length) != uint64(len(body)) {
		return Checkpoint{}, corruptCheckpoint("body has %d bytes, header says %d", len(body), length)
	}
	return decodeBody(body)
}

// fault says how the checkpoint breaks what its fields promise; it is empty for a
// sound one.
func (c Checkpoint) fault() string {
	switch {
	case c.Upstream:
		return "upstream's format is not written"
	case c.Region == "":
		return "region is empty"
	case len(c.Region) > maxRegionBytes:
		return "region is too long"
	case !utf8.ValidString(c.Region):
		return "region is not UTF-8"
	case !c.Started && (c.Position != 0 || c.Event != EventHash{}):
		return "position without a start"
	}
	if err := checkName("id", c.ID.name); err != nil {
		return bare(err)
	}
	return ""
}

func (c Checkpoint) appendBody(b []byte) []byte {
	b = msgp.AppendArrayHeader(b, checkpointFields)
	b = msgp.AppendString(b, c.ID.name)
	b = msgp.AppendString(b, c.Region)
	b = msgp.AppendBytes(b, c.Lineage[:])
	b = msgp.AppendBool(b, c.Started)
	b = msgp.AppendUint64(b, c.Position)
	b = msgp.AppendBytes(b, c.Event[:])
	return msgp.AppendUint64(b, c.Generation)
}

func decodeBody(body []byte) (Checkpoint, error) {
	var c Checkpoint
	r := fieldReader{rest: body}
	if n := r.arrayHeader(); n != checkpointFields && r.err == nil {
		return Checkpoint{}, corruptCheckpoint("body has %d fields, not %d", n, checkpointFields)
	}
	c.ID.name = r.string("id")
	c.Region = r.string("region")
	r.exact("lineage", c.Lineage[:])
	c.Started = r.bool("started")
	c.Position = r.uint64("position")
	r.exact("event", c.Event[:])
	c.Generation = r.uint64("generation")
	if r.err != nil {
		return Checkpoint{}, r.err
	}
	if fault := c.fault(); fault != "" {
		return Checkpoint{}, corruptCheckpoint("%s", fault)
	}
	if !bytes.Equal(c.appendBody(nil), body) {
		return Checkpoint{}, corruptCheckpoint("body is not in its one encoding")
	}
	return c, nil
}

// fieldReader reads MessagePack values one after another. Its first error stays,
// and every value after it is zero.
type fieldReader struct {
	rest []byte
	err  error
}

func (r *fieldReader) arrayHeader() uint32 {
	return readField(r, "array", msgp.ReadArrayHeaderBytes)
}

func (r *fieldReader) bool(name string) bool {
	return readField(r, name, msgp.ReadBoolBytes)
}

func (r *fieldReader) uint64(name string) uint64 {
	return readField(r, name, msgp.ReadUint64Bytes)
}

func (r *fieldReader) string(name string) string {
	return readField(r, name, readString)
}

// exact fills into from a bin of exactly that length.
func (r *fieldReader) exact(name string, into []byte) {
	readField(r, name, func(b []byte) (struct{}, []byte, error) {
		rest, err := msgp.ReadExactBytes(b, into)
		return struct{}{}, rest, err
	})
}

func readField[T any](r *fieldReader, name string, read func([]byte) (T, []byte, error)) (value T) {
	if r.err != nil {
		return value
	}
	value, rest, err := read(r.rest)
	if err != nil {
		var zero T
		r.err = corruptCheckpoint("%s: %v", name, err)
		return zero
	}
	r.rest = rest
	return value
}

// readString refuses the form with a length of 32 bits before msgp converts that
// length to an int. Nothing within maxCheckpointBytes needs it.
func readString(b []byte) (string, []byte, error) {
	const str32 = 0xDB
	if len(b) > 0 && b[0] == str32 {
		return "", b, errors.New("string with a 32-bit length")
	}
	return msgp.ReadStringBytes(b)
}
