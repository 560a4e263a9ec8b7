package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// readFaults fails the reads at an offset, or makes them short, and counts the files
// that are open and the reads.
type readFaults struct {
	afero.Fs
	failure error // of the next ReadAt
	short   int   // bytes that a ReadAt brings at most; zero = all
	reads   int
	open    int
}

func (d *readFaults) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	f, err := d.Fs.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	d.open++
	return &faultyReads{f, d}, nil
}

type faultyReads struct {
	afero.File
	disk *readFaults
}

func (f *faultyReads) Close() error {
	f.disk.open--
	return f.File.Close()
}

func (f *faultyReads) ReadAt(b []byte, at int64) (int, error) {
	f.disk.reads++
	if err := f.disk.failure; err != nil {
		f.disk.failure = nil
		return 0, err
	}
	if f.disk.short > 0 && len(b) > f.disk.short {
		n, _ := f.File.ReadAt(b[:f.disk.short], at)
		return n, io.EOF
	}
	return f.File.ReadAt(b, at)
}

// wide is a log with a payload of every size that matters, in several segments.
func wide(t *testing.T, config Config) (*Store, *readFaults, []string) {
	t.Helper()
	disk := &readFaults{Fs: afero.NewMemMapFs()}
	config.Runtime = newSolo()
	s := openOn(t, disk, config)
	var want []string
	for i, size := range []int{0, 1, 100, 0, stretchGap - 1, 7, stretchGap + 1, 0, 0, 3, 9000, 5, 0} {
		text := string(bytes.Repeat([]byte{byte('a' + i)}, size))
		want = append(want, text)
		appendTexts(t, s, text)
	}
	return s, disk, want
}

// What is read is what was appended, however the payloads lie: next to each other, far
// apart, empty, in one segment or in many, and however little a read brings.
func TestPayloadsComeBack(t *testing.T) {
	for _, segmentBytes := range []int64{0, 256, 5000} {
		for _, short := range []int{0, 1, 100} {
			t.Run(fmt.Sprintf("segments of %d, reads of %d", segmentBytes, short), func(t *testing.T) {
				s, disk, want := wide(t, Config{SegmentBytes: segmentBytes})
				disk.short = short
				logHolds(t, s, want...)
				for from := range want {
					c := cursorOn(t, s, Region{})
					_, err := c.PollBatch(ctx, from)
					must(t, err)
					polls(t, c, want[from:]...)
				}
				must(t, s.Close())
				disk.short = 0
				s = openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: segmentBytes})
				disk.short = short
				logHolds(t, s, want...)
				must(t, s.Close())
				if disk.open != 0 {
					t.Errorf("%d files are open after Close", disk.open)
				}
			})
		}
	}
}

// The payloads of a batch can be changed, and grown, without those beside them.
func TestPayloadsAreTheCallers(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	appendTexts(t, s, "a", "b")
	batch := drained(t, s)
	_ = append(batch[0].Payload, "overwritten"...)
	batch[0].Payload[0] = 'x'
	if got := string(batch[1].Payload); got != "b" {
		t.Errorf("payload beside a changed one = %q, want b", got)
	}
	logHolds(t, s, "a", "b")
}

// Neighbours come with one read, which is bounded, and no event costs a read of its own.
func TestPayloadsAreReadTogether(t *testing.T) {
	for _, tt := range []struct{ size, reads int }{{0, 0}, {9, 1}, {1000, 1}, {4096, 3}, {stretchBytes / 2, 64}} {
		t.Run(fmt.Sprintf("size=%d", tt.size), func(t *testing.T) {
			disk := &readFaults{Fs: afero.NewMemMapFs()}
			s := openOn(t, disk, Config{Runtime: newSolo()})
			text := string(bytes.Repeat([]byte{'x'}, tt.size))
			for range 64 {
				appendTexts(t, s, text)
			}
			before := disk.reads
			got := drained(t, s)
			if reads := disk.reads - before; len(got) != 64 || reads != tt.reads {
				t.Errorf("%d events in %d reads, want 64 in %d", len(got), reads, tt.reads)
			}
			for i, e := range got {
				if string(e.Payload) != text || cap(e.Payload) != tt.size {
					t.Fatalf("payload %d has %d bytes with room for %d, want the %d that were appended", i, len(e.Payload), cap(e.Payload), tt.size)
				}
			}
		})
	}
}

// A batch ends before its payloads are more than memory should bear, and the next one
// goes on there.
func TestPollBoundsItsPayloads(t *testing.T) {
	s, _ := soloStore(t, AckWritten)
	const events = 20
	text := string(bytes.Repeat([]byte{'x'}, MaxPayload))
	for range events {
		appendTexts(t, s, text)
	}
	must(t, s.Sync(ctx))
	c := cursorOn(t, s, Region{})
	var sizes []int
	for total := 0; total < events; {
		batch, err := c.PollBatch(ctx, 1000)
		must(t, err)
		if len(batch) == 0 {
			t.Fatalf("nothing to read after %d of %d events", total, events)
		}
		sizes = append(sizes, len(batch))
		total += len(batch)
	}
	if d := cmp.Diff([]int{8, 8, 4}, sizes); d != "" {
		t.Errorf("events in each batch (-want +got):\n%s", d)
	}
}

// X-5, C-3: after a read that failed the cursor stands where it stood, and the next poll brings
// the same events.
func TestPollFailsAndIsTriedAgain(t *testing.T) {
	s, disk, want := wide(t, Config{SegmentBytes: 5000})
	c := cursorOn(t, s, Region{})
	_, err := c.PollBatch(ctx, 4)
	must(t, err)
	disk.failure = errDisk
	if _, err := c.PollBatch(ctx, 100); !errors.Is(err, errDisk) || errors.Is(err, ErrJournalCorrupt) {
		t.Fatalf("PollBatch over a read that fails = %v, want %v", err, errDisk)
	}
	if position, _ := c.Position(); position != 3 {
		t.Errorf("the cursor moved to %d, want 3", position)
	}
	disk.failure = errDisk
	if _, _, err := s.Read(ctx, 1); !errors.Is(err, errDisk) {
		t.Errorf("Read over a read that fails = %v, want %v", err, errDisk)
	}
	polls(t, c, want[4:]...)
}

// A worker ends with the error of a read: its owner decides, and nothing was passed.
func TestWorkerEndsWithAFailedRead(t *testing.T) {
	s, disk, _ := wide(t, Config{})
	disk.failure = errDisk
	w, err := s.Worker(ctx, WorkerConfig{}, func(context.Context, Delivery) Action { return Stop })
	must(t, err)
	if err := w.Join(ctx); !errors.Is(err, errDisk) {
		t.Errorf("Join = %v, want %v", err, errDisk)
	}
	if position, accepted := w.Position(); accepted {
		t.Errorf("the worker accepted up to %d", position)
	}
}

// I-24: what rots after it was durable is an error that names the place, where upstream
// passes over an event that it cannot find again. Events beside it are still read.
func TestRotIsRefusedWhereItIs(t *testing.T) {
	for _, tt := range []struct {
		name string
		rot  func(b []byte, at int) []byte
	}{
		{"a bit", func(b []byte, at int) []byte { b[at+2] ^= 4; return b }},
		{"cut short", func(b []byte, at int) []byte { return b[:at+2] }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := afero.NewMemMapFs()
			s := openOn(t, disk, Config{Runtime: newSolo(), SegmentBytes: segmentBytesMin})
			appendTexts(t, s, "sound", "rotten", "far")
			segment := segmentAt("/log", 2)
			b, err := afero.ReadFile(disk, segment.path)
			must(t, err)
			at := bytes.Index(b, []byte("rotten"))
			if at < 0 {
				t.Fatal("the second segment does not hold the second event")
			}
			must(t, afero.WriteFile(disk, segment.path, tt.rot(b, at), 0o600))
			c := cursorOn(t, s, Region{})
			_, err = c.PollBatch(ctx, 1)
			must(t, err)
			_, err = c.PollBatch(ctx, 1)
			var where *JournalError
			if !errors.As(err, &where) || !errors.Is(err, ErrJournalCorrupt) || where.Path != segment.path || where.Offset < int64(at) || where.Offset > int64(at)+2 {
				t.Errorf("PollBatch = %v, want ErrJournalCorrupt in %s at offset %d", err, segment.path, at)
			}
			if e, found, err := s.Read(ctx, 2); err != nil || !found || string(e.Payload) != "far" {
				t.Errorf("Read(2) beside the damage = %q, %v, %v", e.Payload, found, err)
			}
			must(t, disk.Remove(segment.path))
			if _, _, err := s.Read(ctx, 1); !errors.Is(err, ErrJournalCorrupt) {
				t.Errorf("Read of a segment that is missing = %v, want %v", err, ErrJournalCorrupt)
			}
		})
	}
}
