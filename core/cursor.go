package core

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// CursorConfig says what a cursor does besides reading.
type CursorConfig struct {
	// Checkpoint is the id under which the cursor's position is kept; the zero
	// value keeps none, and the cursor begins at the first event there is.
	Checkpoint CheckpointID

	// Gaps is how many gap observations are kept, the newest ones; zero keeps
	// none.
	Gaps int
}

// Cursor reads the events of a region in commit order, each once while it stands.
// With a checkpoint id it resumes from where it was last committed: after a crash
// events are repeated, never skipped. Without, or the first time, it begins at the first
// event that was not dropped.
//
// A cursor is for one task at a time. Close it: while it is open, [Store.DropBefore]
// drops nothing that it may still hand out.
type Cursor struct {
	store   *Store
	region  Region
	place   place
	scanned uint64 // nothing below it can still match; a hint that rewinding resets
	gaps    gapRing
	closed  bool
	needed  atomic.Uint64 // what it holds: see claim

	id         CheckpointID // zero: not durable
	generation uint64
	saving     *work // the last save that was given up
}

// place is where a cursor stands: on an event that it delivered, or before all.
type place struct {
	started  bool
	position uint64
	event    EventHash
}

// Cursor returns a cursor over region. With a checkpoint id it takes a lease on
// the id until it is closed, and resumes. It refuses a checkpoint that is damaged,
// that another region or log saved, or that stands on an event this log does not
// hold: never does it begin again silently. When ctx ends first there is no cursor and
// no lease; the cursor it returns does not end with ctx.
func (s *Store) Cursor(ctx context.Context, region Region, config CursorConfig) (*Cursor, error) {
	if err := region.Validate(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.isClosed() {
		return nil, ErrClosed
	}
	c := &Cursor{store: s, region: region, gaps: gapRing{capacity: config.Gaps}, id: config.Checkpoint}
	s.holds.open(c)
	if err := c.begin(ctx); err != nil {
		s.holds.close(c)
		return nil, err
	}
	c.claim()
	return c, nil
}

// begin takes the lease of a durable cursor, and puts it where its checkpoint says.
func (c *Cursor) begin(ctx context.Context) error {
	if !c.durable() {
		return nil
	}
	if err := c.store.lease(c.id); err != nil {
		return err
	}
	if err := c.resume(ctx); err != nil {
		c.store.release(c.id)
		return err
	}
	return nil
}

func (c *Cursor) durable() bool { return c.id != CheckpointID{} }

// Poll returns the next event, or false when none is visible yet.
func (c *Cursor) Poll(ctx context.Context) (Entry, bool, error) {
	batch, err := c.PollBatch(ctx, 1)
	if err != nil || len(batch) == 0 {
		return Entry{}, false, err
	}
	return batch[0], true, nil
}

// PollBatch returns the next events, at most max of them and about 8 MiB of payloads,
// without waiting for any. The cursor then stands on the last one returned. It does
// not move when there is none, nor when their payloads cannot be read: after a
// failure of the filesystem, or with ErrJournalCorrupt when the disk does not hold
// what was written, or when ctx ends first, the next poll tries again.
//
// The batch is the caller's. Its payloads share one array: who keeps one of them keeps
// all.
func (c *Cursor) PollBatch(ctx context.Context, max int) ([]Entry, error) {
	if c.closed {
		return nil, ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if max <= 0 {
		return nil, nil
	}
	view := c.store.gate.snapshot()
	c.claim()
	found, scanned := c.store.index.Load().query(c.region, view, c.from(), max)
	c.store.rt.Yield(PointPollQueried)
	if fit := bounded(found); len(fit) < len(found) {
		found, scanned = fit, found[len(fit)].Sequence
	}
	batch, err := c.store.payloadsOf(ctx, found)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		c.observe(r.Sequence, view)
		c.place = place{started: true, position: r.Sequence, event: r.Hash}
	}
	c.scanned = scanned
	return batch, nil
}

// observe notes the cancelled ranges that the cursor passes on its way to sequence.
func (c *Cursor) observe(sequence uint64, view *visibility) {
	if c.gaps.capacity <= 0 {
		return
	}
	if gap, ok := observeGap(c.expected(), sequence, view.hidden); ok {
		c.gaps.push(gap)
	}
}

// expected is the first sequence after the one the cursor stands on.
func (c *Cursor) expected() uint64 {
	if !c.place.started {
		return 0
	}
	return c.place.position + 1
}

func (c *Cursor) from() uint64 {
	return max(c.expected(), c.scanned, c.store.holds.first.Load())
}

// claim holds what the cursor may still hand out from where it stands, to which it may
// be rewound after the next poll; and, if it is durable, the event that its checkpoint
// would stand on.
func (c *Cursor) claim() {
	if c.saving.underWay() {
		return // the event that it stands on stays
	}
	needed := c.from()
	if c.durable() && c.place.started {
		needed = c.place.position
	}
	c.needed.Store(max(c.needed.Load(), needed))
}

func (c *Cursor) hold() Hold {
	by := "a cursor of " + c.region.Identity()
	if c.durable() {
		by = fmt.Sprintf("the cursor of checkpoint %q", c.id)
	}
	return Hold{c.needed.Load(), by}
}

// Pull is PollBatch that waits until there is an event, for deadline at most. It
// returns no event and no error when the deadline has passed, and ErrClosed when
// the store is closed. A deadline of zero or less polls once.
func (c *Cursor) Pull(ctx context.Context, max int, deadline time.Duration) ([]Entry, error) {
	rt, gate := c.store.rt, c.store.gate
	start := rt.Elapsed()
	for {
		since := gate.wake.Epoch()
		batch, err := c.PollBatch(ctx, max)
		if err != nil || len(batch) > 0 || max <= 0 {
			return batch, err
		}
		if c.store.isClosed() {
			return nil, ErrClosed
		}
		left := deadline - (rt.Elapsed() - start)
		if left <= 0 {
			return nil, nil
		}
		rt.Yield(PointPullEmpty)
		gate.park(ctx, since, left)
	}
}

// Position returns the sequence the cursor stands on, or false when it stands
// before the first event.
func (c *Cursor) Position() (uint64, bool) { return c.place.position, c.place.started }

// TakeGaps returns the gaps observed since the last call, oldest first. A gap is
// observed again when its events are delivered again.
func (c *Cursor) TakeGaps() []GapObservation { return c.gaps.take() }

// rewind puts the cursor back to where it stood before.
func (c *Cursor) rewind(to place) {
	c.place = to
	c.scanned = 0
}

// Close gives the checkpoint id back, and the events that were kept for the cursor may be
// dropped. It saves nothing. A second Close does nothing.
func (c *Cursor) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	if !c.saving.then(c.leave) {
		c.leave()
	}
	return nil
}

// leave gives back all that the cursor holds.
func (c *Cursor) leave() {
	c.store.holds.close(c)
	if c.durable() {
		c.store.release(c.id)
	}
}
