package core

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/afero"
)

// Config says how a store behaves. The zero value is safe: real goroutines and
// clocks, and every append synced before it is acknowledged.
type Config struct {
	Runtime Runtime // nil = System()
	Ack     Ack     // zero = AckDurable

	// SegmentBytes is the size at which the journal goes on in a new file; zero =
	// 64 MiB, at least 256. A batch is in one file, which it may make larger.
	SegmentBytes int64
}

// Ack says when an append outside a fence is acknowledged.
type Ack uint8

const (
	// AckDurable acknowledges an append once it is synced and visible.
	AckDurable Ack = iota

	// AckWritten acknowledges an append once it is written. It becomes durable,
	// and visible, with the next Sync, fence outcome or Close; a crash before
	// that may take it back.
	AckWritten
)

func (c Config) validate() error {
	if c.Ack > AckWritten {
		return fmt.Errorf("batpak: Config.Ack is %d, legal are AckDurable and AckWritten", c.Ack)
	}
	if c.SegmentBytes != 0 && c.SegmentBytes < segmentBytesMin {
		return fmt.Errorf("batpak: Config.SegmentBytes is %d, legal are %d and more, and 0 for %d", c.SegmentBytes, segmentBytesMin, segmentBytesDefault)
	}
	return nil
}

// Store is an open log. Its methods may be called concurrently, except that Close
// must not be called from a worker's handler.
//
// Visible never passes durable: what a reader has seen, no crash takes back.
type Store struct {
	fs           afero.Fs
	dir          string
	rt           Runtime
	ack          Ack
	segmentBytes int64
	lineage      Lineage
	recovery     Recovery
	lock         lock

	gate        *gate
	index       *index
	journal     *journal
	checkpoints checkpointFiles

	writing   Mutex     // one append or fence outcome at a time
	syncing   Mutex     // one sync and the publish that follows from it at a time
	lifecycle Mutex     // one worker's start, or the marking as closed, at a time
	workers   []*Worker // under lifecycle

	mu     sync.Mutex // guards what is below; never held across a yield point
	closed bool       // nothing new begins
	ended  bool       // ... and the workers have ended
	leases map[CheckpointID]bool
}

// Open opens the log in the directory dir of fsys, creating both if they are
// missing. It reads the whole journal; a torn tail, which no acknowledged append
// can be part of, is cut off. It refuses a journal that lost durable data with
// ErrJournalCorrupt, and a later version's with ErrJournalFuture.
//
// One store at a time may be open on a directory: the second gets ErrLocked, in a
// *LockedError that names the first.
func Open(ctx context.Context, fsys afero.Fs, dir string, config Config) (*Store, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	if config.Runtime == nil {
		config.Runtime = System()
	}
	if config.SegmentBytes == 0 {
		config.SegmentBytes = segmentBytesDefault
	}
	dir = filepath.Clean(dir)
	rt := config.Runtime
	s := &Store{
		fs: fsys, dir: dir, rt: rt, ack: config.Ack, segmentBytes: config.SegmentBytes,
		gate: newGate(rt), index: newIndex(), checkpoints: checkpointFiles{fs: fsys, dir: dir},
		writing: rt.Mutex("writing"), syncing: rt.Mutex("syncing"), lifecycle: rt.Mutex("lifecycle"),
		leases: make(map[CheckpointID]bool),
	}
	if err := s.recover(ctx); err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return s, nil
}

// recover locks the directory and reads what is in it.
func (s *Store) recover(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.fs.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("create directory: %w", err)
	}
	lock, err := acquireLock(s.rt, s.fs, s.dir)
	if err != nil {
		return err
	}
	if err := s.load(); err != nil {
		return errors.Join(err, lock.release())
	}
	s.lock = lock
	return nil
}

func (s *Store) load() error {
	j, found, recovery, err := openJournal(s.rt, s.fs, s.dir, s.segmentBytes)
	if err != nil {
		return err
	}
	if err := s.checkpoints.sweep(); err != nil {
		return errors.Join(err, j.close())
	}
	s.journal, s.lineage, s.recovery = j, found.header.lineage, recovery
	s.index.insert(found.entries)
	lanes := s.index.laneBounds(SeqRange{Start: 0, End: found.next})
	return s.gate.restore(found.next, found.token, found.hidden, lanes)
}

// Lineage identifies the log.
func (s *Store) Lineage() Lineage { return s.lineage }

// Recovery says what Open found.
func (s *Store) Recovery() Recovery { return s.recovery }

// Receipt says where an append landed: the sequences [First, First+Count).
type Receipt struct {
	First uint64
	Count uint64
}

// Append appends one event. See AppendBatch.
func (s *Store) Append(ctx context.Context, event Event) (Receipt, error) {
	return s.AppendBatch(ctx, []Event{event})
}

// AppendBatch appends 1 to MaxBatchEvents events with consecutive sequences; a
// crash leaves all of them or none. A nil error means acknowledged, as Config.Ack
// says. After an error of the filesystem the outcome is unknown until the store is
// opened again: the events may be there or not. An event that is refused, and
// ErrFenceActive, leave nothing behind.
func (s *Store) AppendBatch(ctx context.Context, events []Event) (Receipt, error) {
	receipt, end, err := s.append(ctx, events, noFence)
	if err != nil || s.ack == AckWritten {
		return receipt, err
	}
	return receipt, s.reveal(ctx, end, nil)
}

// noFence is the token of appends outside a fence.
const noFence = 0

// append writes the events of one batch and returns where its frame ends.
func (s *Store) append(ctx context.Context, events []Event, token uint64) (Receipt, int64, error) {
	if err := validateBatch(events); err != nil {
		return Receipt{}, 0, err
	}
	if err := s.writing.Lock(ctx); err != nil {
		return Receipt{}, 0, err
	}
	defer s.writing.Unlock()
	if err := s.writable(token); err != nil {
		return Receipt{}, 0, err
	}
	entries := s.entries(events)
	body := encodeEntries(entries)
	if len(body) > MaxBatchBytes {
		return Receipt{}, 0, fmt.Errorf("%w: batch of %d bytes, at most %d", ErrTooLarge, len(body), MaxBatchBytes)
	}
	if err := s.makeRoom(ctx, len(body)); err != nil {
		return Receipt{}, 0, fmt.Errorf("begin a segment: %w", err)
	}
	count := uint64(len(entries))
	first := s.gate.reserve(count)
	for i, e := range entries {
		e.Sequence = first + uint64(i)
	}
	s.rt.Yield(PointAppendReserved)
	end, err := s.journal.append(&frame{kind: frameEvents, first: first, count: uint32(count), fence: token, body: body})
	if err != nil {
		return Receipt{}, 0, fmt.Errorf("append at sequence %d: %w", first, err)
	}
	s.rt.Yield(PointAppendWritten)
	s.index.insert(entries)
	s.journal.confirm(mark{end, first + count})
	return Receipt{First: first, Count: count}, end, nil
}

// makeRoom sees to it that the last segment may take a frame with a body of that
// size.
func (s *Store) makeRoom(ctx context.Context, body int) error {
	if s.journal.fits(body) {
		return nil
	}
	if err := s.syncing.Lock(ctx); err != nil {
		return err
	}
	defer s.syncing.Unlock()
	return s.journal.rotate(s.gate.next())
}

func validateBatch(events []Event) error {
	if len(events) == 0 || len(events) > MaxBatchEvents {
		return fmt.Errorf("%w: batch of %d events, legal are 1 to %d", ErrTooLarge, len(events), MaxBatchEvents)
	}
	for i := range events {
		if err := events[i].validate(); err != nil {
			return fmt.Errorf("event %d of %d: %w", i+1, len(events), err)
		}
	}
	return nil
}

// writable reports why nothing may be written under that fence token, if so.
func (s *Store) writable(token uint64) error {
	if s.isClosed() {
		return ErrClosed
	}
	if err := s.journal.healthy(); err != nil {
		return err
	}
	_, err := s.gate.fenced(token)
	return err
}

// entries gives events their clocks and their time. Sequences come later: what
// fails before costs none.
func (s *Store) entries(events []Event) []*Entry {
	now := s.rt.Now().UTC().Truncate(time.Millisecond)
	taken := make(map[clockKey]uint32)
	entries := make([]*Entry, len(events))
	for i, ev := range events {
		key := clockKey{ev.Coordinate.Entity(), ev.Lane}
		clock, ok := taken[key]
		if !ok {
			clock = s.index.clock(key)
		}
		taken[key] = clock + 1
		entries[i] = &Entry{
			Coordinate: ev.Coordinate, Kind: ev.Kind, Lane: ev.Lane, Clock: clock, Time: now,
			Payload: append([]byte(nil), ev.Payload...),
		}
	}
	return entries
}

// reveal makes the journal durable up to target and shows readers what that
// allows. Between the two it calls resolve, if there is one.
func (s *Store) reveal(ctx context.Context, target int64, resolve func() error) error {
	if err := s.syncing.Lock(ctx); err != nil {
		return err
	}
	defer s.syncing.Unlock()
	if err := s.journal.sync(target); err != nil {
		return err
	}
	if resolve != nil {
		if err := resolve(); err != nil {
			return err
		}
	}
	visible := s.gate.snapshot().visible
	upTo := s.gate.publishable(s.journal.durableMark().next)
	if upTo <= visible {
		return nil
	}
	return s.gate.publish(upTo, s.index.laneBounds(SeqRange{Start: visible, End: upTo}), "sync")
}

// Sync makes every acknowledged append durable and, outside an open fence,
// visible.
func (s *Store) Sync(ctx context.Context) error {
	if s.isClosed() {
		return ErrClosed
	}
	return s.reveal(ctx, s.journal.writtenMark().offset, nil)
}

// Frontier holds the watermarks of a log. Each is the first sequence that has not
// got so far: Visible <= Durable <= Written <= Allocated.
type Frontier struct {
	Allocated uint64
	Written   uint64
	Durable   uint64
	Visible   uint64
}

// Frontier returns the watermarks, read one after the other from the lowest up.
func (s *Store) Frontier() Frontier {
	visible := s.gate.snapshot().visible
	durable := s.journal.durableMark().next
	written := s.journal.writtenMark().next
	return Frontier{Allocated: s.gate.next(), Written: written, Durable: durable, Visible: visible}
}

// Read returns the entry of that sequence, if readers may see it.
func (s *Store) Read(ctx context.Context, sequence uint64) (Entry, bool, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, false, err
	}
	view := s.gate.snapshot()
	if sequence >= view.visible || view.cancelled(sequence) {
		return Entry{}, false, nil
	}
	e, found := s.index.at(sequence)
	if !found {
		return Entry{}, false, nil
	}
	return *e, true, nil
}

// RemoveCheckpoint durably forgets the checkpoint of that id: its next consumer
// begins at the first event. It is what an operator does about a checkpoint that
// is refused. It fails with ErrCheckpointLeased while a consumer uses the id.
func (s *Store) RemoveCheckpoint(id CheckpointID) error {
	if err := s.lease(id); err != nil {
		return err
	}
	defer s.release(id)
	return s.checkpoints.remove(id)
}

// Close is Shutdown that waits as long as it takes.
func (s *Store) Close() error { return s.Shutdown(context.Background()) }

// Shutdown stops the workers and waits for them, makes everything written durable,
// and closes the journal. Parked readers return ErrClosed. The events of an open
// fence stay hidden for ever. A second Shutdown returns ErrClosed, without waiting
// for the first.
func (s *Store) Shutdown(ctx context.Context) error {
	workers, err := s.shut(ctx)
	if err != nil {
		return err
	}
	for _, w := range workers {
		w.Stop()
	}
	for _, w := range workers {
		if err := w.task.Join(ctx); err != nil {
			return err
		}
	}
	s.end()
	s.gate.wake.Notify()
	if err := s.writing.Lock(ctx); err != nil {
		return err
	}
	defer s.writing.Unlock()
	err = s.reveal(ctx, s.journal.writtenMark().offset, nil)
	return errors.Join(err, s.journal.close(), s.lock.release())
}

// shut marks the store closed, so that no worker starts any more, and returns those
// that have. The lifecycle lock is free while Close waits for them: a handler may be
// about to start another.
func (s *Store) shut(ctx context.Context) ([]*Worker, error) {
	if err := s.lifecycle.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.lifecycle.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	s.closed = true
	return s.workers, nil
}

// end takes the leases back: the ids are free for the next store on this log.
func (s *Store) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

func (s *Store) hasEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *Store) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// lease takes a checkpoint id for one consumer.
func (s *Store) lease(id CheckpointID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.leases[id]:
		return fmt.Errorf("%w: %q", ErrCheckpointLeased, id)
	}
	s.leases[id] = true
	return nil
}

func (s *Store) release(id CheckpointID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.leases, id)
}
