package core

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tinylib/msgp/msgp"
	"pgregory.net/rapid"
)

var (
	_ encoding.BinaryMarshaler   = Checkpoint{}
	_ encoding.BinaryUnmarshaler = (*Checkpoint)(nil)
)

func checkpointID(t testing.TB, name string) CheckpointID {
	t.Helper()
	id, err := NewCheckpointID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// worked is a checkpoint in which no two fields hold the same.
func worked() Checkpoint {
	c := Checkpoint{
		ID:         CheckpointID{"mailer"},
		Region:     Region{}.WithEntity("user").Identity(),
		Started:    true,
		Position:   70_000,
		Generation: 300,
	}
	for i := range c.Lineage {
		c.Lineage[i] = byte(0x10 + i)
	}
	for i := range c.Event {
		c.Event[i] = byte(0xA0 + i)
	}
	return c
}

// workedBytes is what every release must read, and version 1 write.
const workedBytes = "" +
	"4250434b" + "0001" + "0000" + "0000007b" + "eb6a22f2" + // magic, version, reserved, length, CRC
	"97" + "a66d61696c6572" + // 7 fields; "mailer"
	"d934726567696f6e2f3120656e746974793d227573657222207363" + // the region
	"6f70653d2a20666163743d2a20636c6f636b3d2a206c616e653d2a" +
	"c410101112131415161718191a1b1c1d1e1f" + // lineage
	"c3" + "ce00011170" + // started, position
	"c420a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf" + // event
	"cd012c" // generation

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func marshal(t testing.TB, c Checkpoint) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seal makes a file of that version, with a right length and CRC, around a body.
func seal(version, reserved uint16, body []byte) []byte {
	b := append(make([]byte, envelopeSize), body...)
	copy(b, checkpointMagic)
	binary.BigEndian.PutUint16(b[4:], version)
	binary.BigEndian.PutUint16(b[6:], reserved)
	binary.BigEndian.PutUint32(b[8:], uint32(len(body)))
	binary.BigEndian.PutUint32(b[12:], envelopeCRC(b))
	return b
}

func TestCheckpointGolden(t *testing.T) {
	if got := hex.EncodeToString(marshal(t, worked())); got != workedBytes {
		t.Errorf("MarshalBinary() = %s, want %s", got, workedBytes)
	}
	var got Checkpoint
	if err := got.UnmarshalBinary(unhex(t, workedBytes)); err != nil || got != worked() {
		t.Errorf("UnmarshalBinary = %+v, %v, want %+v", got, err, worked())
	}
}

func aCheckpoint() *rapid.Generator[Checkpoint] {
	number := rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{
		0, 127, 128, 255, 256, math.MaxUint16, math.MaxUint16 + 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64,
	}))
	name := rapid.StringMatching(`[a-zA-Zж .:*@\\-]{1,300}`).Filter(func(s string) bool { return checkName("", s) == nil })
	return rapid.Custom(func(t *rapid.T) (c Checkpoint) {
		c.ID.name = name.Draw(t, "id")
		c.Region = aRegion().Draw(t, "region").Identity()
		copy(c.Lineage[:], rapid.SliceOfN(rapid.Byte(), len(c.Lineage), len(c.Lineage)).Draw(t, "lineage"))
		c.Generation = number.Draw(t, "generation")
		if c.Started = rapid.Bool().Draw(t, "started"); c.Started {
			c.Position = number.Draw(t, "position")
			copy(c.Event[:], rapid.SliceOfN(rapid.Byte(), len(c.Event), len(c.Event)).Draw(t, "event"))
		}
		return c
	})
}

func TestCheckpointRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := aCheckpoint().Draw(t, "checkpoint")
		b, err := want.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got Checkpoint
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("round trip (-want +got):\n%s", cmp.Diff(want, got, cmp.AllowUnexported(CheckpointID{})))
		}
	})
}

// refused checks that b is corrupt, and leaves the receiver as it was.
func refused(t testing.TB, what string, b []byte) {
	t.Helper()
	c := worked()
	err := c.UnmarshalBinary(b)
	var typed *CheckpointError
	if !errors.Is(err, ErrCheckpointCorrupt) || !errors.As(err, &typed) {
		t.Errorf("%s: UnmarshalBinary = %v, want a *CheckpointError of %v", what, err, ErrCheckpointCorrupt)
	}
	if c != worked() {
		t.Errorf("%s: UnmarshalBinary changed its receiver beside an error", what)
	}
}

// X-11, K-7: every single-bit flip, every truncation, every extension by a byte.
// A flipped version is corrupt, not future.
func TestCheckpointRefusesEveryMutation(t *testing.T) {
	b := marshal(t, worked())
	for bit := range len(b) * 8 {
		flipped := bytes.Clone(b)
		flipped[bit/8] ^= 1 << (bit % 8)
		refused(t, "flipped bit", flipped)
	}
	for n := range len(b) {
		refused(t, "truncated", b[:n])
	}
	for extra := range 256 {
		refused(t, "extended", append(bytes.Clone(b), byte(extra)))
	}
	refused(t, "twice", append(bytes.Clone(b), b...))
}

// Any splice of garbage into any checkpoint's bytes is refused.
func TestCheckpointRefusesSplices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, err := aCheckpoint().Draw(t, "checkpoint").MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		from := rapid.IntRange(0, len(b)).Draw(t, "from")
		to := rapid.IntRange(from, len(b)).Draw(t, "to")
		garbage := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "garbage")
		spliced := bytes.Join([][]byte{b[:from], garbage, b[to:]}, nil)
		var c Checkpoint
		err = c.UnmarshalBinary(spliced)
		if bytes.Equal(spliced, b) {
			if err != nil {
				t.Fatalf("unchanged bytes: %v", err)
			}
		} else if !errors.Is(err, ErrCheckpointCorrupt) {
			t.Fatalf("spliced bytes: %v, want %v", err, ErrCheckpointCorrupt)
		}
	})
}

// Behind a right header and CRC the body is still held to its one encoding.
func TestCheckpointRefusesForgedContent(t *testing.T) {
	good := worked().appendBody(nil)
	id, region := msgp.AppendString(nil, "mailer"), msgp.AppendString(nil, worked().Region)
	rest := good[1+len(id)+len(region):] // from the lineage on
	body := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	replaced := func(change func(*Checkpoint)) []byte {
		c := worked()
		change(&c)
		return c.appendBody(nil)
	}
	misjudged := seal(1, 0, good)
	binary.BigEndian.PutUint32(misjudged[8:], uint32(len(good)-1))
	binary.BigEndian.PutUint32(misjudged[12:], envelopeCRC(misjudged))
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"other length in the header", misjudged},
		{"future version above the bound", seal(2, 0, make([]byte, maxCheckpointBytes))},
		{"version zero", seal(0, 0, good)},
		{"reserved", seal(1, 1, good)},
		{"empty body", seal(1, 0, nil)},
		{"trailing byte", seal(1, 0, body(good, []byte{0}))},
		{"short body", seal(1, 0, good[:len(good)-1])},
		{"six fields", seal(1, 0, body([]byte{0x96}, good[1:]))},
		{"eight fields", seal(1, 0, body([]byte{0x98}, good[1:], []byte{0}))},
		{"map", seal(1, 0, body([]byte{0x87}, good[1:]))},
		{"long array header", seal(1, 0, body([]byte{0xdc, 0, 7}, good[1:]))},
		{"long string header", seal(1, 0, body(good[:1], []byte{0xd9, 6}, []byte("mailer"), region, rest))},
		{"32-bit string header", seal(1, 0, body(good[:1], []byte{0xdb, 0, 0, 0, 6}, []byte("mailer"), region, rest))},
		{"huge string", seal(1, 0, body(good[:1], []byte{0xdb, 0xff, 0xff, 0xff, 0xff}))},
		{"id as bin", seal(1, 0, body(good[:1], msgp.AppendBytes(nil, []byte("mailer")), region, rest))},
		{"short lineage", seal(1, 0, body(good[:1], id, region, msgp.AppendBytes(nil, make([]byte, 15)), rest[18:]))},
		{"long position", seal(1, 0, body(good[:1], id, region, rest[:19], []byte{0xcf, 0, 0, 0, 0, 0, 1, 0x11, 0x70}, rest[24:]))},
		{"signed position", seal(1, 0, body(good[:1], id, region, rest[:19], []byte{0xd2, 0, 1, 0x11, 0x70}, rest[24:]))},
		{"negative position", seal(1, 0, body(good[:1], id, region, rest[:19], []byte{0xff}, rest[24:]))},
		{"illegal id", seal(1, 0, replaced(func(c *Checkpoint) { c.ID.name = "a/b" }))},
		{"no id", seal(1, 0, replaced(func(c *Checkpoint) { c.ID.name = "" }))},
		{"no region", seal(1, 0, replaced(func(c *Checkpoint) { c.Region = "" }))},
		{"long region", seal(1, 0, replaced(func(c *Checkpoint) { c.Region = strings.Repeat("x", maxRegionBytes+1) }))},
		{"region not utf-8", seal(1, 0, replaced(func(c *Checkpoint) { c.Region = "\xff" }))},
		{"position without a start", seal(1, 0, replaced(func(c *Checkpoint) { c.Started, c.Event = false, EventHash{} }))},
		{"event without a start", seal(1, 0, replaced(func(c *Checkpoint) { c.Started, c.Position = false, 0 }))},
		{"above the bound", seal(1, 0, body(good, make([]byte, maxCheckpointBytes)))},
		{"no bytes", nil},
		{"zeros", make([]byte, 200)},
		{"ones", bytes.Repeat([]byte{0xff}, 200)},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.name, tt.file) })
	}
	if err := new(Checkpoint).UnmarshalBinary(seal(1, 0, good)); err != nil {
		t.Errorf("the unforged file: %v", err)
	}
}

// A sound file of a later version is told from a damaged one, whatever that
// version makes of the rest.
func TestCheckpointFuture(t *testing.T) {
	longer := seal(2, 0, []byte("anything"))
	binary.BigEndian.PutUint32(longer[8:], 9999)
	binary.BigEndian.PutUint32(longer[12:], envelopeCRC(longer))
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"next version", seal(2, 0, worked().appendBody(nil)), "batpak: checkpoint has a future version: version is 2, this package reads up to 1"},
		{"last version, own use of reserved", seal(math.MaxUint16, 7, nil), "batpak: checkpoint has a future version: version is 65535, this package reads up to 1"},
		{"own use of the length", longer, "batpak: checkpoint has a future version: version is 2, this package reads up to 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := new(Checkpoint).UnmarshalBinary(tt.file)
			if !errors.Is(err, ErrCheckpointFuture) || errors.Is(err, ErrCheckpointCorrupt) {
				t.Fatalf("UnmarshalBinary = %v, want %v alone", err, ErrCheckpointFuture)
			}
			if err.Error() != tt.want {
				t.Errorf("Error() = %q, want %q", err, tt.want)
			}
			for bit := range len(tt.file) * 8 {
				flipped := bytes.Clone(tt.file)
				flipped[bit/8] ^= 1 << (bit % 8)
				refused(t, "flipped bit of a future file", flipped)
			}
		})
	}
}

// What MarshalBinary writes, UnmarshalBinary reads: so it refuses the rest.
func TestCheckpointMarshalRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Checkpoint)
		want   string
	}{
		{"no id", func(c *Checkpoint) { c.ID = CheckpointID{} }, "id: name is empty"},
		{"no region", func(c *Checkpoint) { c.Region = "" }, "region is empty"},
		{"long region", func(c *Checkpoint) { c.Region = strings.Repeat("x", maxRegionBytes+1) }, "region is too long"},
		{"region not utf-8", func(c *Checkpoint) { c.Region = "\xff" }, "region is not UTF-8"},
		{"position without a start", func(c *Checkpoint) { c.Started, c.Event = false, EventHash{} }, "position without a start"},
		{"event without a start", func(c *Checkpoint) { c.Started, c.Position = false, 0 }, "position without a start"},
		{"upstream", func(c *Checkpoint) { c.Upstream = true }, "upstream's format is not written"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := worked()
			tt.change(&c)
			b, err := c.MarshalBinary()
			if !errors.Is(err, ErrCheckpointInvalid) || b != nil {
				t.Fatalf("MarshalBinary() = %x, %v, want %v", b, err, ErrCheckpointInvalid)
			}
			if got, want := err.Error(), "batpak: checkpoint is invalid: "+tt.want; got != want {
				t.Errorf("Error() = %q, want %q", got, want)
			}
		})
	}
	longest := worked()
	longest.ID.name = strings.Repeat("i", MaxNameLen)
	longest.Region = strings.Repeat("x", maxRegionBytes)
	if b, err := longest.MarshalBinary(); err != nil || new(Checkpoint).UnmarshalBinary(b) != nil {
		t.Errorf("the longest checkpoint does not pass: %v", err)
	}
}

// The reason names the first thing that is wrong.
func TestCheckpointReasons(t *testing.T) {
	good := worked().appendBody(nil)
	swapped := strings.Replace(string(unhex(t, upstreamBytes)), "position", "Position", 1)
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"short", []byte("BPCK"), "4 bytes, fewer than the header's 16"},
		{"magic", append([]byte("BPCX"), make([]byte, 12)...), `magic is "BPCX"`},
		{"fields", seal(1, 0, append([]byte{0x98}, good[1:]...)), "body has 8 fields, not 7"},
		{"no array", seal(1, 0, []byte{0xc0}), `array: msgp: attempted to decode type "nil" with method for "array"`},
		{"field", seal(1, 0, good[:1]), "id: msgp: too few bytes left to read object"},
		{"size", make([]byte, maxCheckpointBytes+1), "more than 65536 bytes"},
		{"upstream's key", []byte(swapped), `upstream's format: key is "Position", not "position"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var typed *CheckpointError
			if err := new(Checkpoint).UnmarshalBinary(tt.file); !errors.As(err, &typed) || typed.Reason != tt.want {
				t.Errorf("UnmarshalBinary = %v, want the reason %q", err, tt.want)
			}
		})
	}
}
