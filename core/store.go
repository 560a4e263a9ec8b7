package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/afero"
)

// Config says how a store behaves. The zero value is safe: real goroutines and
// clocks, and every append synced before it is acknowledged.
type Config struct {
	Runtime Runtime // nil = System()
	Ack     Ack     // zero = AckDurable

	// KeyWindow is how many of the newest sequences keep their Event.Key known; zero =
	// 1,048,576. Each takes some 250 bytes and its key.
	KeyWindow uint64

	// SegmentBytes is the size at which the journal goes on in a new file; zero =
	// 64 MiB, legal are 256 bytes to 1 GiB. A batch is in one file, which it may make
	// larger.
	SegmentBytes int64

	// GroupDelay is how long an append that needs a sync waits at most for others
	// to share it: for as many as waited when the last sync ended, so that a
	// producer that is alone never waits. Zero = not at all: appends that come while
	// a sync is under way share the next one in any case, but of several producers
	// that append without a pause only half share a sync, and the others the next.
	// A few milliseconds join them.
	GroupDelay time.Duration

	// Observe is called with each append, sync, delivery and save, for metrics; nil =
	// nobody counts. It is called from the store's and its callers' tasks, several at
	// a time, and must return soon and call nothing of the store.
	Observe func(Observation)

	// Log gets a record, with the runtime's time, of what a person may want to know;
	// nil = silence. Info: the log was opened or closed. Warn: a torn tail was cut, an
	// append failed and was taken back, a handler panicked. Error: the journal is
	// poisoned, a worker ended with an error, closing failed.
	Log *slog.Logger

	// ReadOnly opens the log to look at it, and nothing on the disk is written or
	// locked: neither created nor repaired. The store shows what was durable when it
	// was opened, and does not follow a store that goes on writing beside it, which
	// may be. What appends, or uses a checkpoint, fails with ErrReadOnly.
	ReadOnly bool
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
	if c.SegmentBytes != 0 && (c.SegmentBytes < segmentBytesMin || c.SegmentBytes > segmentBytesMax) {
		return fmt.Errorf("batpak: Config.SegmentBytes is %d, legal are %d to %d, and 0 for %d", c.SegmentBytes, segmentBytesMin, segmentBytesMax, segmentBytesDefault)
	}
	if c.GroupDelay < 0 {
		return fmt.Errorf("batpak: Config.GroupDelay is %v, and must not be negative", c.GroupDelay)
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
	delay        time.Duration // Config.GroupDelay
	segmentBytes int64
	lineage      Lineage
	recovery     Recovery
	readOnly     bool
	lock         lock

	telemetry   *telemetry
	gate        *gate
	index       atomic.Pointer[index]
	holds       holds
	chain       chain  // under writing
	keys        *keys  // under writing
	body        []byte // empty: the room of the last frame's body, for the next; under writing
	journal     *journal
	syncer      *syncer
	payloads    *payloadReader
	checkpoints checkpointFiles

	writing   Mutex     // one append or fence outcome at a time
	dropping  Mutex     // one retention at a time
	lifecycle Mutex     // one worker's start, or the marking as closed, at a time
	rotation  *work     // the last one that was given up; under writing
	workers   []*Worker // under lifecycle
	saving    Task      // of snapshots, while Shutdown waits; of the one Shutdown under way

	changed Notifier // notified at the end of each change of a checkpoint

	mu          sync.Mutex // guards what is below; never held across a yield point
	closed      bool       // nothing new begins
	interrupted bool       // ... and the Shutdown that said so was given up
	ended       bool       // ... and the workers have ended
	leases      map[CheckpointID]bool
	changes     int // of checkpoints, that are under way
}

// Open opens the log in the directory dir of fsys, creating both if they are
// missing. It reads the journal, but for full segments whose snapshots say what is in
// them; a torn tail, which no acknowledged append can be part of, is cut off. It
// refuses a journal that lost durable data with ErrJournalCorrupt, and a later
// version's with ErrJournalFuture.
//
// One store at a time may be open on a directory: the second gets ErrLocked, in a
// *LockedError that names the first. When ctx ends while segments are read, Open fails
// with its error, and the next one begins anew.
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
	if config.KeyWindow == 0 {
		config.KeyWindow = keyWindowDefault
	}
	dir = filepath.Clean(dir)
	rt := config.Runtime
	s := &Store{
		fs: fsys, dir: dir, rt: rt, ack: config.Ack, delay: config.GroupDelay, segmentBytes: config.SegmentBytes, readOnly: config.ReadOnly,
		telemetry: &telemetry{clock: rt, observe: config.Observe, logger: config.Log},
		gate:      newGate(rt), keys: newKeys(config.KeyWindow), checkpoints: checkpointFiles{fs: fsys, dir: dir},
		writing: rt.Mutex("writing"), dropping: rt.Mutex("dropping"), lifecycle: rt.Mutex("lifecycle"),
		changed: rt.Notifier("changes"), leases: make(map[CheckpointID]bool),
	}
	s.index.Store(newIndex())
	if err := s.recover(ctx); err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	s.logOpened()
	return s, nil
}

// recover locks the directory and reads what is in it.
func (s *Store) recover(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.readOnly {
		return s.loadReadOnly(ctx)
	}
	if err := s.fs.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("create directory: %w", err)
	}
	lock, err := acquireLock(s.rt, s.fs, s.dir)
	if err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return errors.Join(err, lock.release())
	}
	s.lock = lock
	return nil
}

func (s *Store) load(ctx context.Context) error {
	j, found, recovery, err := openJournal(ctx, s.rt, s.fs, s.dir, s.segmentBytes, s.keys.window)
	if err != nil {
		return err
	}
	if err := s.checkpoints.sweep(); err != nil {
		return errors.Join(err, j.close())
	}
	return s.show(j, found, recovery)
}

// show makes what was found in the journal visible.
func (s *Store) show(j *journal, found scanned, recovery Recovery) error {
	s.journal, s.lineage, s.recovery = j, found.header.lineage, recovery
	for _, err := range found.refused {
		s.telemetry.log(slog.LevelWarn, "snapshot refused, the segment was read", slog.String("dir", s.dir), errAttr(err))
	}
	s.payloads = newPayloadReader(s.fs, j.list)
	x := s.index.Load()
	x.insert(found.records)
	s.holds.first.Store(found.segments[0].first)
	s.chain = found.chain
	s.keys.add(found.keyed, found.next)
	lanes := x.laneBounds(SeqRange{Start: 0, End: found.next})
	s.syncer = newSyncer(s.rt, j, s.gate, &s.index, s.telemetry)
	return s.gate.restore(found.next, found.fences.token, found.hidden, lanes)
}

func (s *Store) logOpened() {
	r, dir := s.recovery, slog.String("dir", s.dir)
	if r.Cut > 0 {
		s.telemetry.log(slog.LevelWarn, "torn tail cut", dir, slog.Int64("bytes", r.Cut))
	}
	s.telemetry.log(slog.LevelInfo, "log opened", dir, slog.Bool("created", r.Created), slog.Uint64("events", r.Events), slog.Uint64("hidden", r.Hidden), slog.Int("snapshots", r.Snapshots))
}

// Lineage identifies the log.
func (s *Store) Lineage() Lineage { return s.lineage }

// Recovery says what Open found.
func (s *Store) Recovery() Recovery { return s.recovery }

// Receipt says where an append landed: the sequences [First, First+Count).
type Receipt struct {
	First uint64
	Count uint64

	// Duplicate says that the events were appended before, under their keys.
	Duplicate bool
}

// Append appends one event. See AppendBatch.
func (s *Store) Append(ctx context.Context, event Event) (Receipt, error) {
	return s.AppendBatch(ctx, []Event{event})
}

// AppendBatch appends 1 to MaxBatchEvents events with consecutive sequences; a
// crash leaves all of them or none. A nil error means acknowledged, as Config.Ack
// says.
//
// Events with a Key that were appended before, as a whole and within
// Config.KeyWindow, are not appended again: the receipt is the first one, with
// Duplicate set, once that append is acknowledged. ErrKeyConflict and ErrKeysMixed
// refuse what can be neither new nor a repetition.
//
// When ctx ends before anything is written, its error is all there is. After that it is
// ErrUnconfirmed: the events stand, and the next sync, which need not be yours, makes
// them durable.
//
// After an error of the filesystem the events were taken back, and their sequences stay
// unused; a crash before the next sync may leave them there, whole. After ErrPoisoned
// only the next Open can tell. An event that is refused, and ErrFenceActive, leave
// nothing behind.
func (s *Store) AppendBatch(ctx context.Context, events []Event) (Receipt, error) {
	receipt, end, err := s.append(ctx, events, noFence)
	if err != nil || s.ack == AckWritten {
		return receipt, err
	}
	return receipt, s.confirm(ctx, end, s.delay)
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
	defer s.endWriting()
	if err := ctx.Err(); err != nil {
		return Receipt{}, 0, err
	}
	if err := s.writable(token); err != nil {
		return Receipt{}, 0, err
	}
	receipt, end, found, err := s.keys.find(events, s.gate.snapshot().cancelled)
	if found || err != nil {
		return receipt, end, err
	}
	old := s.chain.take(events)
	entries := s.entries(events)
	records, end, err := s.write(ctx, entries, token)
	if err != nil {
		s.chain.restore(old)
		return Receipt{}, 0, err
	}
	s.rt.Yield(PointAppendWritten)
	s.index.Load().insert(records)
	s.keys.add(keyedOf(entries, end), entries[0].Sequence+uint64(len(entries)))
	receipt = Receipt{First: entries[0].Sequence, Count: uint64(len(entries))}
	s.journal.confirm(mark{end, receipt.First + receipt.Count})
	return receipt, end, nil
}

// write writes the frame of entries and returns what the index keeps of them, and
// where the frame ends. An attempt that comes to the disk costs their sequences.
func (s *Store) write(ctx context.Context, entries []*Entry, token uint64) ([]*record, int64, error) {
	body, payloads := encodeEntries(s.body, entries)
	s.body = reusable(body)
	if len(body) > MaxBatchBytes {
		return nil, 0, fmt.Errorf("%w: batch of %d bytes, at most %d", ErrTooLarge, len(body), MaxBatchBytes)
	}
	if err := s.makeRoom(ctx, len(body)); err != nil {
		return nil, 0, fmt.Errorf("begin a segment: %w", err)
	}
	first := s.gate.reserve(uint64(len(entries)))
	s.rt.Yield(PointAppendReserved)
	start := s.telemetry.now()
	end, err := s.journal.append(&frame{kind: frameEvents, first: first, count: uint32(len(entries)), fence: token, body: body})
	s.telemetry.count(Observation{Kind: ObservedAppend, Events: len(entries), Bytes: int64(len(body)), Err: err}, start)
	if err != nil {
		s.telemetry.logAppend(first, err)
		return nil, 0, fmt.Errorf("append at sequence %d: %w", first, err)
	}
	return recordsOf(entries, payloads, end-int64(frameHeaderSize+len(body))), end, nil
}

// makeRoom sees to it that the last segment may take a frame with a body of that
// size.
func (s *Store) makeRoom(ctx context.Context, body int) error {
	if s.journal.fits(body) {
		return nil
	}
	if err := s.syncer.sync(ctx, s.journal.writtenMark().offset, 0); err != nil {
		return err
	}
	left, err := s.syncer.exclude(ctx, func() error { return s.journal.rotate(s.gate.next()) })
	s.rotation = left
	return err
}

// endWriting lets the next append begin, once the rotation that was given up, if there
// is one, has ended.
func (s *Store) endWriting() {
	if !s.rotation.then(s.writing.Unlock) {
		s.writing.Unlock()
	}
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
	return validateKeys(events)
}

// writable reports why nothing may be written under that fence token, if so.
func (s *Store) writable(token uint64) error {
	if s.isClosed() {
		return ErrClosed
	}
	if err := s.journal.healthy(); err != nil {
		return err
	}
	if s.syncer.decided(token) {
		return ErrFenceNotActive
	}
	_, err := s.gate.fenced(token)
	return err
}

// entries gives events the next sequences, which are not taken yet, their time, and
// their places in their chains.
func (s *Store) entries(events []Event) []*Entry {
	now := s.rt.Now().UTC().Truncate(time.Millisecond)
	first := s.gate.next()
	list := make([]Entry, len(events))
	entries := make([]*Entry, len(events))
	for i := range events {
		ev, e := &events[i], &list[i]
		*e = Entry{
			Sequence: first + uint64(i), Coordinate: ev.Coordinate, Kind: ev.Kind, Lane: ev.Lane, Key: ev.Key, Time: now,
			Payload: ev.Payload,
		}
		s.chain.join(e, s.lineage)
		entries[i] = e
	}
	return entries
}

// confirm waits until what was written below target is durable and shown. A context
// that ends first leaves that open.
func (s *Store) confirm(ctx context.Context, target int64, delay time.Duration) error {
	err := s.syncer.sync(ctx, target, delay)
	if err != nil && err == ctx.Err() {
		return fmt.Errorf("%w: %w", ErrUnconfirmed, err)
	}
	return err
}

// Sync makes every acknowledged append durable and, outside an open fence,
// visible. When ctx ends first it fails with its error, and what was begun goes on.
func (s *Store) Sync(ctx context.Context) error {
	if s.isClosed() {
		return ErrClosed
	}
	return s.syncer.sync(ctx, s.journal.writtenMark().offset, 0)
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

// First returns the sequence at which the log begins to be shown: what is below it was
// dropped.
func (s *Store) First() uint64 { return s.holds.first.Load() }

// Read returns the entry of that sequence, if readers may see it. It fails as
// [Cursor.PollBatch] does when the disk does not bring its payload.
func (s *Store) Read(ctx context.Context, sequence uint64) (Entry, bool, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, false, err
	}
	r, found := s.visible(sequence)
	if !found {
		return Entry{}, false, nil
	}
	entries, err := s.payloadsOf(ctx, []*record{r})
	if errors.Is(err, ErrDropped) && sequence < s.holds.first.Load() { // since the look at it
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, err
	}
	return entries[0], true, nil
}

// payloadsOf returns the entries of records.
func (s *Store) payloadsOf(ctx context.Context, records []*record) ([]Entry, error) {
	if len(records) == 0 {
		return nil, nil
	}
	var entries []Entry
	left, err := apart(ctx, s.rt, "read", func() (err error) {
		entries, err = s.payloads.read(records)
		return err
	})
	if left != nil {
		return nil, err
	}
	return entries, err
}

// visible returns the record of that sequence, if readers may see it.
func (s *Store) visible(sequence uint64) (*record, bool) {
	view := s.gate.snapshot()
	if sequence < s.holds.first.Load() || sequence >= view.visible || view.cancelled(sequence) {
		return nil, false
	}
	return s.index.Load().at(sequence)
}
