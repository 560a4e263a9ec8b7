package core

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/afero"
	"pgregory.net/rapid"
)

// sealHeader returns a segment's header with its CRC made right.
func sealHeader(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b[:60:60], crc32.Checksum(b[:60], castagnoli))
}

// firstHeader is the header of a log's first segment.
func firstHeader() []byte {
	b, _ := segmentHeader{lineage: testLineage, number: 1}.encode()
	return b
}

// scanJournal reads a log of one segment.
func scanJournal(b []byte, path string) (scanned, error) {
	s := newScan(base{}, keyWindowDefault)
	err := s.segment(b, segment{number: 1, path: path}, true)
	return s.resolved(), err
}

// handJournal makes journals frame by frame, legal ones and others.
type handJournal struct {
	b       []byte
	prev    uint32
	next    uint64
	chain   chain
	synced  int64
	offsets []int64 // where each frame begins
}

func newHandJournal() *handJournal {
	b := firstHeader()
	return &handJournal{b: b, prev: binary.BigEndian.Uint32(b[60:]), synced: segmentHeaderSize, chain: make(chain)}
}

// put adds a frame, chained to the one before.
func (j *handJournal) put(f frame) *handJournal {
	f.prev = j.prev
	f.synced = j.synced
	j.offsets = append(j.offsets, int64(len(j.b)))
	j.b = f.encode(j.b, testLineage, int64(len(j.b)))
	j.prev = f.crc
	return j
}

// events adds a frame of n events under a fence, or none.
func (j *handJournal) events(n int, fence uint64) *handJournal {
	entries := make([]*Entry, n)
	for i := range entries {
		sequence := j.next + uint64(i)
		entries[i] = &Entry{Sequence: sequence, Coordinate: Coordinate{"u", "s"}, Kind: KindData, Payload: binary.BigEndian.AppendUint64(nil, sequence)}
		j.chain.join(entries[i], testLineage)
	}
	j.put(frame{kind: frameEvents, first: j.next, count: uint32(n), fence: fence, body: bodyOf(entries...)})
	j.next += uint64(n)
	return j
}

func (j *handJournal) commit(fence uint64) *handJournal {
	return j.put(frame{kind: frameFenceCommit, first: j.next, fence: fence})
}

func (j *handJournal) cancel(fence uint64) *handJournal {
	return j.put(frame{kind: frameFenceCancel, first: j.next, fence: fence})
}

// burn leaves n sequences out.
func (j *handJournal) burn(n uint64) *handJournal {
	j.next += n
	return j
}

// sync makes all that stands there durable, as the frames after it will testify.
func (j *handJournal) sync() *handJournal { return j.testify(int64(len(j.b))) }

// testify makes the frames that follow say that so many bytes were durable.
func (j *handJournal) testify(synced int64) *handJournal {
	j.synced = synced
	return j
}

// What each history leaves, fences above all: J-11, X-2, X-6a.
func TestScanJournal(t *testing.T) {
	type result struct {
		Sequences []uint64
		Hidden    []SeqRange
		Next      uint64
		Token     uint64
	}
	for _, tt := range []struct {
		name    string
		journal *handJournal
		want    result
	}{
		{"empty", newHandJournal(), result{nil, nil, 0, 1}},
		{"events", newHandJournal().events(1, 0).events(2, 0), result{[]uint64{0, 1, 2}, nil, 3, 1}},
		{"burned sequences stay burned", newHandJournal().burn(2).events(1, 0).burn(3).events(2, 0), result{[]uint64{2, 6, 7}, nil, 8, 1}},
		{"committed", newHandJournal().events(1, 1).events(1, 1).commit(1), result{[]uint64{0, 1}, nil, 2, 2}},
		{"cancelled", newHandJournal().events(1, 0).events(2, 1).cancel(1).events(1, 0), result{[]uint64{0, 1, 2, 3}, []SeqRange{{1, 3}}, 4, 2}},
		{"unresolved at the end", newHandJournal().events(1, 1).events(1, 1), result{[]uint64{0, 1}, []SeqRange{{0, 2}}, 2, 2}},
		{"unresolved, then another life", newHandJournal().events(1, 1).events(1, 0).events(1, 2).commit(2), result{[]uint64{0, 1, 2}, []SeqRange{{0, 1}}, 3, 3}},
		{"unresolved, then one without events", newHandJournal().events(1, 1).commit(2), result{[]uint64{0}, []SeqRange{{0, 1}}, 1, 3}},
		{"cancelled and committed", newHandJournal().events(1, 1).cancel(1).events(1, 2).commit(2).events(1, 3).cancel(3), result{[]uint64{0, 1, 2}, []SeqRange{{0, 1}, {2, 3}}, 3, 4}},
		{"touching", newHandJournal().events(1, 1).cancel(1).events(1, 2).cancel(2), result{[]uint64{0, 1}, []SeqRange{{0, 2}}, 2, 3}},
		{"burned under a fence", newHandJournal().events(1, 1).burn(1).events(1, 1).cancel(1), result{[]uint64{0, 2}, []SeqRange{{0, 1}, {2, 3}}, 3, 2}},
		{"cancelled, and then committed", newHandJournal().events(1, 1).cancel(1).commit(1), result{[]uint64{0}, []SeqRange{{0, 1}}, 1, 2}},
		{"outcome of nothing", newHandJournal().commit(1).cancel(2), result{nil, nil, 0, 3}},
		{"tokens that were never written", newHandJournal().events(1, 5).commit(5), result{[]uint64{0}, nil, 1, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := scanJournal(tt.journal.b, "path")
			must(t, err)
			got := result{Hidden: s.hidden, Next: s.next, Token: s.fences.token}
			for _, e := range s.records {
				got.Sequences = append(got.Sequences, e.Sequence)
			}
			if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("scanJournal (-want +got):\n%s", d)
			}
			if s.header.lineage != testLineage || s.end != int64(len(tt.journal.b)) || s.prev != tt.journal.prev {
				t.Errorf("scanJournal = lineage %v, end %d, chain %08x, want %v, %d, %08x",
					s.header.lineage, s.end, s.prev, testLineage, len(tt.journal.b), tt.journal.prev)
			}
		})
	}
}

// A frame that is whole and cannot be is refused, not cut: nothing tore it.
func TestScanJournalRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		journal *handJournal
		want    string
	}{
		{"sequences go back", newHandJournal().events(3, 0).put(frame{kind: frameEvents, first: 2}), "begins at sequence 2, after 3"},
		{"outcome goes back", newHandJournal().events(3, 0).put(frame{kind: frameFenceCommit, first: 2, fence: 1}), "begins at sequence 2, after 3"},
		{"less was durable than before", newHandJournal().events(1, 0).testify(63).events(1, 0), "testifies that 63 bytes"},
		{"more was durable than stands there", newHandJournal().events(1, 0).testify(1<<40).events(1, 0), "testifies that 1099511627776 bytes"},
		{"unknown kind", newHandJournal().events(1, 0).put(frame{kind: 4, first: 1}), "frame of kind 4"},
		{"kind zero", newHandJournal().events(1, 0).put(frame{first: 1}), "frame of kind 0"},
		{"reserved bytes", newHandJournal().events(1, 0).put(frame{kind: frameFenceCommit, first: 1, fence: 1, reserved: 1}), "reserved bytes 000001"},
		{"outcome with events", newHandJournal().events(1, 0).put(frame{kind: frameFenceCommit, first: 1, fence: 1, count: 1}), "outcome of a fence with 1 events and 0 bytes"},
		{"outcome with a body", newHandJournal().events(1, 0).put(frame{kind: frameFenceCancel, first: 1, fence: 1, body: []byte{0}}), "outcome of a fence with 0 events and 1 bytes"},
		{"outcome of no fence", newHandJournal().events(1, 0).put(frame{kind: frameFenceCommit, first: 1}), "outcome of no fence"},
		{"fence before the last", newHandJournal().events(1, 2).put(frame{kind: frameFenceCommit, first: 1, fence: 1}), "of fence 1, after fence 2"},
		{"token after which there is none", newHandJournal().events(1, 0).put(frame{kind: frameFenceCommit, first: 1, fence: math.MaxUint64}), "fence 18446744073709551615"},
		{"sequence after which there is none", newHandJournal().events(1, 0).put(frame{kind: frameEvents, first: math.MaxUint64, count: 1}), "1 events from sequence 18446744073709551615"},
		{"clock out of turn", brokenChain(func(e *Entry) { e.Clock = 2 }), "clock 2 of u on lane 0, want 1"},
		{"changed event", brokenChain(func(e *Entry) { e.Kind++ }), "of u on lane 0 at clock 1, computed"},
		{"changed hash", brokenChain(func(e *Entry) { e.Hash[31] ^= 1 }), "of u on lane 0 at clock 1, computed"},
		{"chain begun again", brokenChain(func(e *Entry) { make(chain).join(e, testLineage) }), "clock 0 of u on lane 0, want 1"},
		{"events that do not decode", newHandJournal().events(1, 0).put(frame{kind: frameEvents, first: 1, count: 1, body: []byte{1}}), "event 1 of 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scanJournal(tt.journal.b, "path")
			at := new(JournalError)
			if !errors.As(err, &at) || !strings.Contains(at.Reason, tt.want) || !errors.Is(err, ErrJournalCorrupt) {
				t.Fatalf("scanJournal = %v, want %v with %q", err, ErrJournalCorrupt, tt.want)
			}
			if want := (JournalError{Path: "path", Offset: tt.journal.offsets[1], Reason: at.Reason, Err: ErrJournalCorrupt}); *at != want {
				t.Errorf("scanJournal = %+v, want %+v", *at, want)
			}
		})
	}
}

// brokenChain is a journal of two whole frames, the second with an event that change
// has had its way with after it joined its chain.
func brokenChain(change func(*Entry)) *handJournal {
	j := newHandJournal().events(1, 0)
	e := &Entry{Sequence: 1, Coordinate: Coordinate{"u", "s"}, Kind: KindData}
	j.chain.join(e, testLineage)
	change(e)
	return j.put(frame{kind: frameEvents, first: 1, count: 1, body: bodyOf(e)})
}

// A frame belongs where the frame before it stood: one that was written after
// another, at the same place, ends the log even though it is whole.
func TestScanJournalBreaksAtTheChain(t *testing.T) {
	first := newHandJournal().events(1, 0)
	other := &Entry{Coordinate: Coordinate{"u", "s"}, Kind: KindTombstone, Payload: make([]byte, 8)}
	make(chain).join(other, testLineage)
	rewritten := newHandJournal().put(frame{kind: frameEvents, count: 1, body: bodyOf(other)})
	if len(first.b) != len(rewritten.b) {
		t.Fatalf("frames of %d and %d bytes, want the same", len(first.b), len(rewritten.b))
	}
	first.events(1, 0)
	spliced := append(slices.Clone(rewritten.b), first.b[first.offsets[1]:]...)
	s, err := scanJournal(spliced, "path")
	must(t, err)
	if len(s.records) != 1 || s.records[0].Kind != KindTombstone || s.end != first.offsets[1] {
		t.Errorf("scanJournal of a spliced journal = %d entries up to %d, want the rewritten one up to %d", len(s.records), s.end, first.offsets[1])
	}
}

// A journal is refused exactly when a frame that cannot be read was durable by the
// testimony of a later one; else it is cut there. The testimony need not be in
// the frame that follows at once.
func TestScanJournalTellsLossFromTear(t *testing.T) {
	build := func(syncAfter int) *handJournal {
		j := newHandJournal()
		for i := range 5 {
			j.events(1, 0)
			if i == syncAfter {
				j.sync()
			}
		}
		return j
	}
	for syncAfter := -1; syncAfter < 5; syncAfter++ {
		for damaged := range 5 {
			j := build(syncAfter)
			at := j.offsets[damaged]
			j.b[at+20] ^= 0x10
			s, err := scanJournal(j.b, "path")
			vouched := damaged <= syncAfter && syncAfter < 4
			if !vouched {
				if err != nil || len(s.records) != damaged || s.end != at {
					t.Errorf("synced after frame %d, frame %d damaged: %d entries up to %d, %v, want %d up to %d",
						syncAfter, damaged, len(s.records), s.end, err, damaged, at)
				}
				continue
			}
			if got := new(JournalError); !errors.As(err, &got) || got.Offset != at {
				t.Errorf("synced after frame %d, frame %d damaged: %v, want a refusal at %d", syncAfter, damaged, err, at)
			}
		}
	}
}

// Whatever the power leaves of frames that were not synced, in units of any size,
// recovery yields a prefix of the frames, and keeps those that were durable.
func TestScanJournalYieldsAPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := newHandJournal()
		frames := rapid.IntRange(1, 6).Draw(t, "frames")
		synced := rapid.IntRange(0, frames).Draw(t, "synced")
		for i := range frames {
			if i == synced {
				j.sync()
			}
			j.events(rapid.IntRange(1, 3).Draw(t, "events"), 0)
		}
		durable := len(j.b)
		if synced < frames {
			durable = int(j.offsets[synced])
		}
		whole, err := scanJournal(j.b, "path")
		if err != nil {
			t.Fatal(err)
		}
		unit := rapid.IntRange(1, 64).Draw(t, "unit")
		torn := slices.Clone(j.b)
		for at := durable; at < len(torn); at += unit {
			if rapid.Bool().Draw(t, "lost") {
				clear(torn[at:min(at+unit, len(torn))])
			}
		}
		torn = torn[:rapid.IntRange(durable, len(torn)).Draw(t, "length")]
		got, err := scanJournal(torn, "path")
		if err != nil {
			t.Fatalf("scanJournal = %v, want a prefix", err)
		}
		if got.end < int64(durable) || len(got.records) > len(whole.records) {
			t.Fatalf("scanJournal = %d entries up to %d, want all up to %d", len(got.records), got.end, durable)
		}
		if d := cmp.Diff(whole.records[:len(got.records)], got.records, compareRecords, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("entries (-want +got):\n%s", d)
		}
	})
}

// endsAt is a filesystem on which something happens when a file is opened.
type endsAt struct {
	afero.Fs
	path string
	do   func()
}

func (e *endsAt) Open(path string) (afero.File, error) { return e.OpenFile(path, os.O_RDONLY, 0) }

func (e *endsAt) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	if path == e.path {
		e.do()
	}
	return e.Fs.OpenFile(path, flag, mode)
}

// A context that ends while segments are read ends Open before the next one, which
// leaves the log to the next Open. A read-only one no less.
func TestOpenObeysItsContextBetweenSegments(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		disk := threeSegments(t)
		before := contents(t, disk)
		maps.DeleteFunc(before, func(path, content string) bool {
			if strings.HasSuffix(path, snapshotSuffix) { // or nobody reads the segment
				must(t, disk.Remove(path))
				return true
			}
			return false
		})
		ended, end := context.WithCancel(ctx)
		slow := &endsAt{Fs: disk, path: segmentAt("/log", 1).path, do: end}
		s, err := Open(ended, slow, "/log", Config{Runtime: newSolo(), ReadOnly: readOnly})
		if s != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("read-only %v: Open = %v, %v, want %v", readOnly, s, err, context.Canceled)
		}
		if d := cmp.Diff(before, contents(t, disk)); d != "" {
			t.Errorf("read-only %v: files (-before +after):\n%s", readOnly, d)
		}
		must(t, openOn(t, disk, Config{Runtime: newSolo()}).Close())
	}
}

// Recovery that fails leaves a disk that the next recovery can read: a crash, or a
// failing disk, during recovery costs nothing.
func TestOpenFailsAndIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		op    diskOp
		fault diskFault
		want  error
	}{
		{"the cut fails", opTruncate, diskFault{err: errDisk}, errDisk},
		{"the writing again fails", opWriteAt, diskFault{bytes: 9, err: errDisk}, errDisk},
		{"the writing again is short", opWriteAt, diskFault{bytes: 9}, io.ErrShortWrite},
		{"the sync fails", opSync, diskFault{err: errDisk}, errDisk},
		{"the directory's sync fails", opSync, diskFault{nth: 2, err: errDisk}, errDisk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := newPowerDisk()
			s := openOn(t, disk, Config{Runtime: newSolo()})
			appendTexts(t, s, "a", "b")
			must(t, s.Close())
			torn := append(journalOn(t, disk), "torn"...)
			must(t, afero.WriteFile(disk.Fs, soloJournal, torn, 0o600))
			disk.fail(tt.op, tt.fault)
			if s, err := Open(ctx, disk, "/log", Config{Runtime: newSolo()}); !errors.Is(err, tt.want) {
				t.Fatalf("Open = %v, %v, want %v", s, err, tt.want)
			}
			for _, next := range []*powerDisk{disk.crash(t), disk} {
				s := openOn(t, next, Config{Runtime: newSolo()})
				logHolds(t, s, "a", "b")
				must(t, s.Close())
			}
		})
	}
}

func journalOn(t testing.TB, disk *powerDisk) []byte {
	t.Helper()
	b, err := afero.ReadFile(disk.Fs, soloJournal)
	must(t, err)
	return b
}

// What opening does to the disk, step by step: names above the log are durable
// before it has one, it has one only with its content, a tail is cut before anything
// else, and the end of it all is durable.
func TestOpenOperations(t *testing.T) {
	disk := newPowerDisk()
	opens := func(what string, want ...string) {
		t.Helper()
		disk.log = nil
		s := openOn(t, disk, Config{Runtime: newSolo()})
		if d := cmp.Diff(want, disk.log); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
		must(t, s.Close())
	}
	opens("creating", "sync /", "sync "+soloJournal+tempSuffix, "rename "+soloJournal+tempSuffix, "sync "+soloJournal, "sync /log")
	opens("opening an empty log", "sync "+soloJournal, "sync /log")
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	must(t, s.Close())
	opens("opening", "writeat "+soloJournal, "sync "+soloJournal, "sync /log")
	must(t, afero.WriteFile(disk.Fs, soloJournal, append(journalOn(t, disk), 0), 0o600))
	opens("opening a torn log", "truncate "+soloJournal, "writeat "+soloJournal, "sync "+soloJournal, "sync /log")
}

// Creating a log fails wholly or not at all: at each operation that can fail, what
// is left is no log yet or an empty one.
func TestOpenCreatesOrNot(t *testing.T) {
	failed := 0
	for _, op := range []diskOp{opSync, opRename} {
		for nth := 1; nth <= 6; nth++ {
			disk := newPowerDisk()
			disk.fail(op, diskFault{nth: nth, err: errDisk})
			if _, err := Open(ctx, disk, "/log", Config{Runtime: newSolo()}); err != nil {
				if !errors.Is(err, errDisk) {
					t.Fatalf("Open with %s %d failing = %v, want %v", op, nth, err, errDisk)
				}
				failed++
			}
			disk.heal()
			for _, next := range []*powerDisk{disk.crash(t), disk} {
				s := openOn(t, next, Config{Runtime: newSolo()})
				appendTexts(t, s, "a")
				logHolds(t, s, "a")
				must(t, s.Close())
			}
		}
	}
	if failed < 4 {
		t.Errorf("%d of the scripted faults were met, want at least 4", failed)
	}
}

// A process that died without a power cut left its last writes in the page cache
// only, and after a failed sync the kernel even takes them for clean: recovery makes
// them durable before anyone sees them.
func TestOpenMakesWhatItFoundDurable(t *testing.T) {
	for _, failed := range []bool{false, true} {
		disk := newPowerDisk()
		s := openOn(t, disk, Config{Runtime: newSolo(), Ack: AckWritten})
		appendTexts(t, s, "a")
		must(t, s.Sync(ctx))
		appendTexts(t, s, "b", "c")
		if failed {
			disk.fail(opSync, diskFault{err: errDisk})
			if err := s.Sync(ctx); !errors.Is(err, errDisk) {
				t.Errorf("Sync = %v, want %v", err, errDisk)
			}
		}
		s = openOn(t, disk, Config{Runtime: newSolo()}) // the process died
		logHolds(t, s, "a", "b", "c")
		if want := (Frontier{3, 3, 3, 3}); s.Frontier() != want {
			t.Errorf("frontier = %+v, want %+v", s.Frontier(), want)
		}
		s = openOn(t, disk.crash(t), Config{Runtime: newSolo()})
		logHolds(t, s, "a", "b", "c")
	}
}

// What is no log at all is refused as it is.
func TestOpenRefusesOtherThings(t *testing.T) {
	future := sealHeader(append([]byte("BPJL\x00\x03"), firstHeader()[6:]...))
	for _, tt := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"empty file", nil, ErrJournalCorrupt},
		{"foreign file", []byte(strings.Repeat("not a journal ", 9)), ErrJournalCorrupt},
		{"later version", future, ErrJournalFuture},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := newPowerDisk()
			must(t, afero.WriteFile(disk, soloJournal, tt.content, 0o600))
			_, err := Open(ctx, disk, "/log", Config{Runtime: newSolo()})
			if at := new(JournalError); !errors.Is(err, tt.want) || !errors.As(err, &at) || at.Path != soloJournal {
				t.Errorf("Open = %v, want %v of %s", err, tt.want, soloJournal)
			}
			if got := journalOn(t, disk); !slices.Equal(got, tt.content) {
				t.Errorf("Open left %q, want %q", got, tt.content)
			}
		})
	}
	disk := newPowerDisk()
	must(t, disk.MkdirAll(soloJournal, 0o700))
	if _, err := Open(ctx, disk, "/log", Config{Runtime: newSolo()}); !errors.Is(err, ErrNotRegular) {
		t.Errorf("Open of a directory in the journal's place = %v, want %v", err, ErrNotRegular)
	}
}
