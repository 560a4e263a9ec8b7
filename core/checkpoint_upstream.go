package core

import (
	"bytes"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"
)

// The Rust engine writes a checkpoint as a bare MessagePack map of four fields in
// fixed order, without magic, version or checksum; its oldest files lack the last
// field. These are the first bytes of the two maps.
const (
	upstreamMap4 = 0x84
	upstreamMap3 = 0x83
)

// upstreamCheckpoint is what such a file holds.
type upstreamCheckpoint struct {
	position uint64
	started  bool
	bootNS   *uint64 // nil: absent. Read so that it can be written again, not used.
	region   *string // nil: absent
	legacy   bool    // the map has three fields
}

// decodeUpstream accepts exactly the bytes that the Rust engine writes. That
// engine reads more, such as other orders, longer encodings and trailing bytes:
// as it writes none of them, they mean damage here. Damage that leaves another file
// in that engine's encoding cannot be seen, there being no checksum.
func decodeUpstream(b []byte) (Checkpoint, error) {
	r := fieldReader{rest: b[1:]}
	u := upstreamCheckpoint{legacy: b[0] == upstreamMap3}
	r.key("position")
	u.position = r.uint64("position")
	r.key("started")
	u.started = r.bool("started")
	r.key("process_boot_ns")
	u.bootNS = optional(&r, "process_boot_ns", msgp.ReadUint64Bytes)
	if !u.legacy {
		r.key("region_identity")
		u.region = optional(&r, "region_identity", readString)
	}
	if r.err != nil {
		return Checkpoint{}, r.err
	}
	if fault := u.fault(); fault != "" {
		return Checkpoint{}, corruptCheckpoint("upstream's format: %s", fault)
	}
	if !bytes.Equal(u.encode(), b) {
		return Checkpoint{}, corruptCheckpoint("upstream's format: not as that engine encodes it")
	}
	c := Checkpoint{Started: u.started, Position: u.position, Upstream: true}
	if u.region != nil {
		c.Region = *u.region
	}
	return c, nil
}

func (u upstreamCheckpoint) fault() string {
	switch {
	case !u.started && u.position != 0:
		return "position without a start"
	case u.region != nil && !utf8.ValidString(*u.region):
		return "region_identity is not UTF-8"
	}
	return ""
}

func (u upstreamCheckpoint) encode() []byte {
	fields := uint32(4)
	if u.legacy {
		fields = 3
	}
	b := msgp.AppendMapHeader(nil, fields)
	b = msgp.AppendUint64(msgp.AppendString(b, "position"), u.position)
	b = msgp.AppendBool(msgp.AppendString(b, "started"), u.started)
	b = appendOptional(msgp.AppendString(b, "process_boot_ns"), u.bootNS, msgp.AppendUint64)
	if u.legacy {
		return b
	}
	return appendOptional(msgp.AppendString(b, "region_identity"), u.region, msgp.AppendString)
}

// key reads a map key that must be name.
func (r *fieldReader) key(name string) {
	if got := r.string("key " + name); got != name && r.err == nil {
		r.err = corruptCheckpoint("upstream's format: key is %q, not %q", got, name)
	}
}

func optional[T any](r *fieldReader, name string, read func([]byte) (T, []byte, error)) *T {
	if r.err == nil && msgp.IsNil(r.rest) {
		r.rest = r.rest[1:]
		return nil
	}
	value := readField(r, name, read)
	return &value
}

func appendOptional[T any](b []byte, value *T, appendValue func([]byte, T) []byte) []byte {
	if value == nil {
		return msgp.AppendNil(b)
	}
	return appendValue(b, *value)
}
