package coretest

import (
	"bytes"
	"errors"
	"slices"

	"github.com/batpak/batpak-sim/core"
)

// whatever byte the last frame is torn at, and whether what follows is
// missing, zero or garbage, the log opens without that frame, takes appends, and
// opens again and again.
func tailTorn(f *fixture) {
	journal, last := f.journalOf("a", "b", "torn")
	for cut := last; cut < len(journal); cut++ {
		lost := len(journal) - cut
		for _, tail := range [][]byte{nil, make([]byte, lost), bytes.Repeat([]byte{0xA5}, lost)} {
			f.recovers(slices.Concat(journal[:cut], tail), cut-last+len(tail), "a", "b")
		}
	}
}

// bytes after the last frame are cut, be they few or many, and even if
// they begin as a frame does.
func tailGarbage(f *fixture) {
	journal, last := f.journalOf("a", "b")
	for size := 1; size <= 64; size++ {
		for _, tail := range [][]byte{
			make([]byte, size),
			bytes.Repeat([]byte{0xA5}, size),
			journal[last:min(last+size, len(journal))],
		} {
			f.recovers(slices.Concat(journal, tail), len(tail), "a", "b")
		}
	}
}

// journalOf returns the bytes of a journal with one frame for each text, and where
// the last of them begins.
func (f *fixture) journalOf(texts ...string) (journal []byte, last int) {
	f.Helper()
	s := f.open()
	final := len(texts) - 1
	f.append(s, texts[:final]...)
	last = len(f.read(f.journalPath()))
	f.append(s, texts[final])
	f.need(s.Close())
	return f.read(f.journalPath()), last
}

// recovers checks three lives of a log that begins with this journal: the first
// cuts that many bytes and holds those texts, and each keeps what the one before
// appended.
func (f *fixture) recovers(journal []byte, cut int, want ...string) {
	f.Helper()
	f.write(f.journalPath(), journal)
	for _, added := range []string{"x", "y", "z"} {
		s := f.open()
		recovery := core.Recovery{Events: uint64(len(want)), Cut: int64(cut)}
		if got := s.Recovery(); got != recovery {
			f.Fatalf("journal of %d bytes: recovery %+v, want %+v", len(journal), got, recovery)
		}
		f.holds(s, want...)
		f.append(s, added)
		f.need(s.Close())
		want = append(slices.Clip(want), added)
		cut = 0
	}
}

// A frame that a later one testifies to have been durable cannot be torn: damage
// to any bit of it is refused, and the error says where it begins.
func tailFlip(f *fixture) {
	journal, last := f.journalOf("a", "b")
	first := f.headerSize()
	for at := first; at < last; at++ {
		f.refuses(flipped(journal, at, 1<<(at%8)), int64(first))
	}
	s := f.openJournal(journal)
	f.holds(s, "a", "b")
	f.need(s.Close())
}

// The header is never torn: it is there before the journal has a name.
func tailHeader(f *fixture) {
	journal, _ := f.journalOf("a", "b")
	for at := range f.headerSize() {
		f.refuses(flipped(journal, at, 1<<(at%8)), 0)
		f.refuses(journal[:at], 0)
	}
}

// headerSize is the size of a journal without events.
func (f *fixture) headerSize() int {
	f.Helper()
	dir := f.Dir + "-empty"
	f.need(f.openAt(f.FS, dir, core.AckDurable).Close())
	return len(f.read(dir + f.journalPath()[len(f.Dir):]))
}

func (f *fixture) openJournal(journal []byte) *core.Store {
	f.Helper()
	f.write(f.journalPath(), journal)
	return f.open()
}

// refuses checks that a log of this journal is refused as corrupt at that offset,
// and that the refusal leaves the journal as it is.
func (f *fixture) refuses(journal []byte, offset int64) {
	f.Helper()
	f.write(f.journalPath(), journal)
	_, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
	var at *core.JournalError
	if !errors.Is(err, core.ErrJournalCorrupt) || !errors.As(err, &at) || at.Offset != offset || at.Path != f.journalPath() {
		f.Fatalf("Open = %v, want %v at offset %d of %s", err, core.ErrJournalCorrupt, offset, f.journalPath())
	}
	if !bytes.Equal(f.read(f.journalPath()), journal) {
		f.Fatalf("Open changed the journal that it refused: %v", err)
	}
}
