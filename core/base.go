package core

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/spf13/afero"
)

// base is where a log begins whose first segments were dropped, and what recovery
// would know by then had it read them. The zero value is the base of a log that is
// whole: it begins with segment 1, and nothing is known.
type base struct {
	lineage Lineage
	number  uint64 // of the first segment; those of lower number are leftovers
	offset  int64  // log offset at which it begins
	next    uint64 // sequences below it were dropped
	token   uint64 // fence tokens below it were used by what was dropped
	prev    uint32 // CRC-32C of the last frame that was dropped, or of the header before it
	links   []linked
}

// linked is where the chain of one entity on one lane stands.
type linked struct {
	clockKey
	link
}

// The file of a base is a header of 16 bytes as a checkpoint has, all integers
// big-endian, and a body. FORMAT.md shows it byte by byte.
//
//	 0  magic "BPBS"
//	 4  version, u16: 1
//	 6  two zero bytes
//	 8  length of the body, u32
//	12  CRC-32C of the whole file, these 4 bytes taken as 0
//	16  lineage, 16 bytes
//	32  number of the first segment, u64, above 1
//	40  log offset at which it begins, u64
//	48  sequence below which all was dropped, u64
//	56  fence token below which tokens were used, u64
//	64  CRC-32C of the last frame before the segment, or of the header before it, u32
//	68  count of links, u32
//	72  the links, ascending by entity and lane: length of the entity, u16; entity;
//	    lane, u32; clock of its next event, u32; hash of its last event, 32 bytes
//
// The file is written whole under another name, synced and renamed. It is durable
// before any segment is removed, so that a log with a segment missing says so or is
// refused.
const (
	baseName    = "base.bpb"
	baseMagic   = "BPBS"
	baseVersion = 1
	baseFixed   = 56 // bytes of the body before the links
	linkFixed   = 42 // bytes of a link besides its entity

	// baseBytesMax bounds what is read, and allocated, of a base: some ten million
	// links.
	baseBytesMax = 1 << 30
)

// loadBase returns the base of the log in dir: the zero value if it has none.
func loadBase(fsys afero.Fs, dir string) (base, error) {
	path := filepath.Join(dir, baseName)
	content, err := readWhole(fsys, path, baseBytesMax)
	if errors.Is(err, fs.ErrNotExist) {
		return base{}, nil
	}
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrNotRegular) {
		return base{}, &JournalError{Path: path, Err: ErrJournalCorrupt, Reason: err.Error()}
	}
	if err != nil {
		return base{}, fmt.Errorf("load base: %w", err)
	}
	b, err := decodeBase(content)
	if err != nil {
		cause := ErrJournalCorrupt
		if errors.Is(err, errBaseFuture) {
			cause = ErrJournalFuture
		}
		return base{}, &JournalError{Path: path, Err: cause, Reason: err.Error()}
	}
	return b, nil
}

// save makes b the durable base of the log in dir. One that no open would take is not
// written: ErrTooLarge.
func (b base) save(fsys afero.Fs, dir string) error {
	if size := b.size(); size > baseBytesMax {
		return fmt.Errorf("save base: %w: %d bytes for %d chains, at most %d", ErrTooLarge, size, len(b.links), baseBytesMax)
	}
	path := filepath.Join(dir, baseName)
	err := replaceFile(fsys, path+tempSuffix, path, b.encode())
	if err == nil {
		err = syncDir(fsys, dir)
	}
	if err != nil {
		return fmt.Errorf("save base: %w", err)
	}
	return nil
}

func (b base) encode() []byte {
	out := append([]byte(baseMagic), 0, baseVersion, 0, 0)
	out = append(out, make([]byte, 8)...)
	out = append(out, b.lineage[:]...)
	out = binary.BigEndian.AppendUint64(out, b.number)
	out = binary.BigEndian.AppendUint64(out, uint64(b.offset))
	out = binary.BigEndian.AppendUint64(out, b.next)
	out = binary.BigEndian.AppendUint64(out, b.token)
	out = binary.BigEndian.AppendUint32(out, b.prev)
	out = binary.BigEndian.AppendUint32(out, uint32(len(b.links)))
	for _, l := range b.links {
		out = binary.BigEndian.AppendUint16(out, uint16(len(l.entity)))
		out = append(out, l.entity...)
		out = binary.BigEndian.AppendUint32(out, l.lane)
		out = binary.BigEndian.AppendUint32(out, l.clock)
		out = append(out, l.hash[:]...)
	}
	enclose(out)
	return out
}

var errBaseFuture = errors.New("a later version")

// decodeBase accepts what encode writes, and nothing else.
func decodeBase(content []byte) (base, error) {
	if len(content) < envelopeSize+baseFixed {
		return base{}, fmt.Errorf("%d bytes, a base has %d at least", len(content), envelopeSize+baseFixed)
	}
	if string(content[:4]) != baseMagic {
		return base{}, fmt.Errorf("magic % x, want % x", content[:4], baseMagic)
	}
	if got, want := binary.BigEndian.Uint32(content[12:]), envelopeCRC(content); got != want {
		return base{}, fmt.Errorf("CRC-32C %08x, computed %08x", got, want)
	}
	if version := binary.BigEndian.Uint16(content[4:]); version != baseVersion {
		return base{}, fmt.Errorf("version %d, this build reads %d: %w", version, baseVersion, errBaseFuture)
	}
	body := content[envelopeSize:]
	b := base{
		lineage: Lineage(body[:16]),
		number:  binary.BigEndian.Uint64(body[16:]),
		offset:  int64(binary.BigEndian.Uint64(body[24:])),
		next:    binary.BigEndian.Uint64(body[32:]),
		token:   binary.BigEndian.Uint64(body[40:]),
		prev:    binary.BigEndian.Uint32(body[48:]),
	}
	var err error
	if b.links, err = decodeLinks(body[baseFixed:], binary.BigEndian.Uint32(body[52:])); err != nil {
		return base{}, err
	}
	switch {
	case b.number < 2 || b.offset < segmentHeaderSize || b.token < 1:
		return base{}, fmt.Errorf("first segment %d at log offset %d, next fence token %d", b.number, b.offset, b.token)
	case !slices.IsSortedFunc(b.links, compareLinks) || len(slices.CompactFunc(slices.Clone(b.links), sameChain)) < len(b.links):
		return base{}, errors.New("the chains are not in ascending order")
	case !bytes.Equal(b.encode(), content):
		return base{}, errors.New("not in its one encoding")
	}
	return b, nil
}

// decodeLinks allocates no more than the bytes that are there can hold.
func decodeLinks(rest []byte, count uint32) ([]linked, error) {
	if uint64(count) > uint64(len(rest)/linkFixed) {
		return nil, fmt.Errorf("%d chains in %d bytes", count, len(rest))
	}
	links := make([]linked, count)
	for i := range links {
		if len(rest) < linkFixed {
			return nil, fmt.Errorf("chain %d of %d is cut short", i+1, count)
		}
		size := int(binary.BigEndian.Uint16(rest))
		if size > MaxNameLen || len(rest) < linkFixed+size {
			return nil, fmt.Errorf("chain %d of %d has an entity of %d bytes", i+1, count, size)
		}
		l := &links[i]
		l.entity = string(rest[2 : 2+size])
		rest = rest[2+size:]
		l.lane = binary.BigEndian.Uint32(rest)
		l.clock = binary.BigEndian.Uint32(rest[4:])
		l.hash = EventHash(rest[8:40])
		rest = rest[40:]
	}
	return links, nil
}

func compareLinks(a, b linked) int {
	return cmp.Or(cmp.Compare(a.entity, b.entity), cmp.Compare(a.lane, b.lane))
}

func sameChain(a, b linked) bool { return a.clockKey == b.clockKey }

// chain returns the ends of all chains at the base.
func (b base) chain() chain {
	c := make(chain, len(b.links))
	for _, l := range b.links {
		c[l.clockKey] = l.link
	}
	return c
}

// after returns the links once dropped, which ascend, follow those of b.
func (b base) after(dropped []*record) []linked {
	c := b.chain()
	for _, r := range dropped {
		c[clockKey{r.Coordinate.Entity(), r.Lane}] = link{clock: r.Clock + 1, hash: r.Hash}
	}
	links := make([]linked, 0, len(c))
	for key, l := range c {
		links = append(links, linked{key, l})
	}
	slices.SortFunc(links, compareLinks)
	return links
}

// size is how many bytes encode returns.
func (b base) size() int64 {
	size := int64(envelopeSize + baseFixed)
	for _, l := range b.links {
		size += int64(linkFixed + len(l.entity))
	}
	return size
}
