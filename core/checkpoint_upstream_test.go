package core

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"
	"pgregory.net/rapid"
)

// upstreamBytes are those of K-4: 92 bytes that the Rust engine wrote.
const upstreamBytes = "84a8706f736974696f6e07a773746172746564c3af70726f636573735f626f6f745f6e73c0" +
	"af726567696f6e5f6964656e74697479d925656e746974793d757365727c73636f70653d2a7c666163743d6e6f6e657c636c6f636b3d2a"

// K-3, K-4.
func TestUpstreamGolden(t *testing.T) {
	b := unhex(t, upstreamBytes)
	if len(b) != 92 {
		t.Fatalf("the worked bytes are %d, want 92", len(b))
	}
	var got Checkpoint
	if err := got.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	want := Checkpoint{Started: true, Position: 7, Region: Region{}.WithEntity("user").upstreamIdentity(), Upstream: true}
	if got != want {
		t.Errorf("UnmarshalBinary = %+v, want %+v", got, want)
	}
}

// K-3, K-5: every canonical form is read.
func TestUpstreamRoundTrip(t *testing.T) {
	numbers := []uint64{0, 127, 128, 255, 256, math.MaxUint16, math.MaxUint16 + 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64}
	rapid.Check(t, func(t *rapid.T) {
		u := upstreamCheckpoint{started: true, position: rapid.SampledFrom(numbers).Draw(t, "position")}
		if rapid.Bool().Draw(t, "fresh") {
			u.started, u.position = false, 0
		}
		if rapid.Bool().Draw(t, "boot") {
			boot := rapid.SampledFrom(numbers).Draw(t, "process_boot_ns")
			u.bootNS = &boot
		}
		u.legacy = rapid.Bool().Draw(t, "legacy")
		want := Checkpoint{Started: u.started, Position: u.position, Upstream: true}
		if !u.legacy && rapid.Bool().Draw(t, "identified") {
			want.Region = strings.Repeat("ж", rapid.SampledFrom([]int{0, 15, 16, 127, 128, 20_000}).Draw(t, "region")/2)
			u.region = &want.Region
		}
		var got Checkpoint
		if err := got.UnmarshalBinary(u.encode()); err != nil || got != want {
			t.Fatalf("UnmarshalBinary = %+v, %v, want %+v", got, err, want)
		}
	})
}

// K-5, K-6: what upstream tolerates, or refuses, beyond what it writes.
func TestUpstreamRefusesWhatIsNotCanonical(t *testing.T) {
	key := func(s string) []byte { return msgp.AppendString(nil, s) }
	const identity = "entity=user|scope=*|fact=none|clock=*"
	position, started := slices.Concat(key("position"), []byte{7}), slices.Concat(key("started"), []byte{0xc3})
	boot, region := slices.Concat(key("process_boot_ns"), []byte{0xc0}), slices.Concat(key("region_identity"), key(identity))
	good := slices.Concat([]byte{0x84}, position, started, boot, region)
	if want := unhex(t, upstreamBytes); !bytes.Equal(good, want) {
		t.Fatalf("the parts give %x, want %x", good, want)
	}
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"trailing byte", slices.Concat(good, []byte{0})},
		{"twice", slices.Concat(good, good)},
		{"array form", slices.Concat([]byte{0x94, 7, 0xc3, 0xc0}, key(identity))},
		{"three-element array", []byte{0x93, 7, 0xc3, 0xc0}},
		{"integer keys", slices.Concat([]byte{0x84, 0, 7, 1, 0xc3, 2, 0xc0, 3}, key(identity))},
		{"bin keys", slices.Concat([]byte{0x84}, msgp.AppendBytes(nil, []byte("position")), []byte{7}, started, boot, region)},
		{"extra field", slices.Concat([]byte{0x85}, position, started, boot, region, key("x"), []byte{0})},
		{"long map header", slices.Concat([]byte{0xde, 0, 4}, good[1:])},
		{"other order", slices.Concat([]byte{0x84}, started, position, boot, region)},
		{"long position", slices.Concat([]byte{0x84}, key("position"), []byte{0xcc, 7}, started, boot, region)},
		{"signed position", slices.Concat([]byte{0x84}, key("position"), []byte{0xd0, 7}, started, boot, region)},
		{"negative position", slices.Concat([]byte{0x84}, key("position"), []byte{0xff}, started, boot, region)},
		{"float position", slices.Concat([]byte{0x84}, key("position"), []byte{0xca, 0, 0, 0, 0}, started, boot, region)},
		{"integer started", slices.Concat([]byte{0x84}, position, key("started"), []byte{1}, boot, region)},
		{"position without a start", slices.Concat([]byte{0x84}, position, key("started"), []byte{0xc2}, boot, region)},
		{"no process_boot_ns", slices.Concat([]byte{0x83}, position, started, region)},
		{"no position", slices.Concat([]byte{0x83}, started, boot, region)},
		{"position twice", slices.Concat([]byte{0x84}, position, position, started, boot)},
		{"three fields announced as four", slices.Concat([]byte{0x84}, position, started, boot)},
		{"four fields announced as three", slices.Concat([]byte{0x83}, position, started, boot, region)},
		{"long string", slices.Concat(good[:len(good)-39], []byte{0xda, 0, 0x25}, []byte(identity))},
		{"32-bit string", slices.Concat(good[:len(good)-39], []byte{0xdb, 0, 0, 0, 0x25}, []byte(identity))},
		{"huge string", slices.Concat(good[:len(good)-39], []byte{0xdb, 0xff, 0xff, 0xff, 0xff})},
		{"region above the bound", slices.Concat([]byte{0x84}, position, started, boot, key("region_identity"), key(strings.Repeat("x", math.MaxUint16)))},
		{"region not utf-8", slices.Concat([]byte{0x84}, position, started, boot, key("region_identity"), key("\xff"))},
		{"only the map header", []byte{0x84}},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.name, tt.file) })
	}
	for n := range good {
		refused(t, "truncated", good[:n])
	}
}

// K-7: without a checksum most damage cannot be seen. Of the single-bit flips of
// the worked file these remain: the position becomes another fixint (7), the boot
// time becomes 64 (1), a byte of the region's text becomes another ASCII byte
// (37 x 7), which the comparison of regions finds. Upstream's own decoder lets 521
// pass, one of them a restart at genesis.
func TestUpstreamFlipCensus(t *testing.T) {
	b := unhex(t, upstreamBytes)
	var position, region, boot int
	for bit := range len(b) * 8 {
		flipped := bytes.Clone(b)
		flipped[bit/8] ^= 1 << (bit % 8)
		var c Checkpoint
		switch err := c.UnmarshalBinary(flipped); {
		case err != nil:
			refused(t, "flipped bit", flipped)
		case !c.Started:
			t.Errorf("bit %d: not started", bit)
		case c.Position != 7:
			position++
		case c.Region != (Region{}.WithEntity("user")).upstreamIdentity():
			region++
		default:
			boot++
		}
	}
	if position != 7 || region != 37*7 || boot != 1 {
		t.Errorf("accepted with another position %d, region %d, boot time %d; want 7, 259, 1", position, region, boot)
	}
}
