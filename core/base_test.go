package core

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

func aBase() base {
	link := func(entity string, lane, clock uint32, hash byte) linked {
		l := linked{clockKey{entity, lane}, link{clock: clock}}
		for i := range l.hash {
			l.hash[i] = hash
		}
		return l
	}
	return base{
		lineage: worked().Lineage, number: 3, offset: 70_000, next: 300, token: 2, prev: 0xDEADBEEF,
		links: []linked{link("shop", 7, 1, 0xAA), link("user", 0, 258, 0xBB)},
	}
}

// sealBase makes the CRC of a base right.
func sealBase(b []byte) []byte {
	binary.BigEndian.PutUint32(b[12:], envelopeCRC(b))
	return b
}

func rewriteBase(t testing.TB, disk afero.Fs, change func(b []byte) []byte) {
	t.Helper()
	b, err := afero.ReadFile(disk, "/log/base.bpb")
	must(t, err)
	must(t, afero.WriteFile(disk, "/log/base.bpb", change(b), 0o600))
}

// The golden file is what FORMAT.md says, what every build reads, and what this one
// writes.
func TestBaseFormat(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "base-v1.bpb"))
	must(t, err)
	if documented := documentedBytes(t, "base"); !bytes.Equal(documented, golden) {
		t.Errorf("FORMAT.md shows\n%x, the golden file holds\n%x", documented, golden)
	}
	got, err := decodeBase(golden)
	must(t, err)
	if d := cmp.Diff(aBase(), got, cmp.AllowUnexported(base{}, linked{}, clockKey{}, link{})); d != "" {
		t.Errorf("the golden file is read as (-want +got):\n%s", d)
	}
	if written := aBase().encode(); !bytes.Equal(written, golden) {
		t.Errorf("this build writes\n%x, want\n%x", written, golden)
	}
}

func TestDecodeBaseRefuses(t *testing.T) {
	swapped := aBase()
	swapped.links[0], swapped.links[1] = swapped.links[1], swapped.links[0]
	twice := aBase()
	twice.links[1] = twice.links[0]
	whole := aBase()
	whole.number = 1
	edit := func(change func(b []byte) []byte) []byte { return sealBase(change(aBase().encode())) }
	for _, tt := range []struct {
		name   string
		b      []byte
		reason string
		err    error
	}{
		{"no bytes", nil, "0 bytes", nil},
		{"another magic", edit(func(b []byte) []byte { b[0] = 'X'; return b }), "magic", nil},
		{"a later version", edit(func(b []byte) []byte { b[5] = 2; return b }), "version 2", errBaseFuture},
		{"a reserved byte", edit(func(b []byte) []byte { b[7] = 1; return b }), "one encoding", nil},
		{"a byte more", edit(func(b []byte) []byte { return append(b, 0) }), "one encoding", nil},
		{"a byte less", edit(func(b []byte) []byte { return b[:len(b)-1] }), "chain 2 of 2", nil},
		{"a chain more than there are", edit(func(b []byte) []byte { b[71]++; return b }), "chains in", nil},
		{"more chains than bytes", edit(func(b []byte) []byte { b[68] = 0xFF; return b }), "chains in", nil},
		{"an entity beyond the end", edit(func(b []byte) []byte { b[72], b[73] = 4, 0; return b }), "entity of 1024 bytes", nil},
		{"chains out of order", swapped.encode(), "ascending", nil},
		{"a chain twice", twice.encode(), "ascending", nil},
		{"a log that is whole", whole.encode(), "first segment 1", nil},
	} {
		_, err := decodeBase(tt.b)
		if err == nil || !strings.Contains(err.Error(), tt.reason) || tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: decodeBase = %v, want %q", tt.name, err, tt.reason)
		}
	}
}

// A base that no open would take is not written: the log stays as it is.
func TestBaseIsSavedWithinItsBound(t *testing.T) {
	b, entity := aBase(), strings.Repeat("e", MaxNameLen)
	b.links = make([]linked, baseBytesMax/(linkFixed+MaxNameLen)+1)
	for i := range b.links {
		b.links[i].clockKey = clockKey{entity, uint32(i)}
	}
	disk := afero.NewMemMapFs()
	if err := b.save(disk, "/log"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("save = %v, want %v", err, ErrTooLarge)
	}
	if files, err := afero.ReadDir(disk, "/log"); err == nil && len(files) > 0 {
		t.Errorf("the save left %v", files[0].Name())
	}
	if got, want := aBase().size(), int64(len(aBase().encode())); got != want {
		t.Errorf("size = %d, want %d", got, want)
	}
}

// FuzzDecodeBase reads any bytes as a base, once as they are and once with a header
// that is right. What is accepted is what encode writes.
func FuzzDecodeBase(f *testing.F) {
	sound := aBase().encode()
	f.Add(sound)
	f.Add(sound[:envelopeSize+baseFixed])
	f.Add([]byte("BPBS\x00\x01\x00\x00\xFF\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, b []byte) {
		accepts := func(b []byte) {
			if got, err := decodeBase(b); err == nil && !bytes.Equal(got.encode(), b) {
				t.Fatalf("decodeBase(%x) = %+v, encoded again %x", b, got, got.encode())
			}
		}
		accepts(b)
		if len(b) < envelopeSize {
			return
		}
		made := bytes.Clone(b)
		copy(made, sound[:8])
		binary.BigEndian.PutUint32(made[8:], uint32(len(made)-envelopeSize))
		accepts(sealBase(made))
	})
}

// A base and its name are durable when it is saved, for what it speaks of is removed then.
func TestBaseIsDurableWhenItIsSaved(t *testing.T) {
	disk := newPowerDisk()
	must(t, openOn(t, disk, Config{Runtime: newSolo()}).Close())
	disk.log = nil
	must(t, base{lineage: testLineage, number: 1, next: 1, token: 1}.save(disk, "/log"))
	got := slices.DeleteFunc(disk.log, func(line string) bool {
		return !strings.HasPrefix(line, string(opSync)) && !strings.HasPrefix(line, string(opRename))
	})
	want := []string{"sync /log/base.bpb.tmp", "rename /log/base.bpb.tmp", "sync /log"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("operations (-want +got):\n%s", d)
	}
}
