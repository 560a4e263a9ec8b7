package core

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// gate decides which sequences readers may see. Writers reserve sequences from
// it and publish them; readers take one immutable snapshot and never block.
//
// A cancelled range is hidden on every lane, by one list. Upstream keeps a second
// list per lane that only ever repeats the first.
type gate struct {
	rt   Runtime
	wake Notifier

	mu        sync.Mutex // the writers' side; never held across a yield point
	allocated uint64     // the next sequence to hand out
	fence     fence
	nextToken uint64

	published atomic.Pointer[visibility]
}

// visibility is one consistent view of what readers may see. It is immutable.
type visibility struct {
	epoch   uint64      // counts successful publishes
	visible uint64      // sequences below it may be seen
	lanes   []laneBound // ascending by lane
	hidden  []SeqRange  // cancelled; normalised
}

// laneBound says that on one lane the sequences below Bound may be seen. It never
// exceeds the view's visible bound.
type laneBound struct {
	Lane  uint32
	Bound uint64
}

// fence is the open fence; token zero means that none is. Its events take
// sequences from start on, and no others are taken while it is open.
type fence struct {
	token uint64
	start uint64
}

func newGate(rt Runtime) *gate {
	g := &gate{rt: rt, wake: rt.Notifier("visibility"), nextToken: 1}
	g.published.Store(&visibility{})
	return g
}

// snapshot returns what readers may see now.
func (g *gate) snapshot() *visibility { return g.published.Load() }

// bound returns the first sequence that a reader may not see: a reader of one lane
// if only is set, or of all.
func (v *visibility) bound(lane uint32, only bool) uint64 {
	if !only {
		return v.visible
	}
	at, found := v.findLane(lane)
	if !found {
		return 0
	}
	return v.lanes[at].Bound
}

func (v *visibility) findLane(lane uint32) (int, bool) {
	return slices.BinarySearchFunc(v.lanes, lane, func(b laneBound, lane uint32) int { return cmp.Compare(b.Lane, lane) })
}

// cancelled reports whether seq lies in a hidden range.
func (v *visibility) cancelled(seq uint64) bool {
	at, found := slices.BinarySearchFunc(v.hidden, seq, func(r SeqRange, seq uint64) int { return cmp.Compare(r.Start, seq) })
	return found || at > 0 && seq < v.hidden[at-1].End
}

// reserve takes n sequences and returns the first. They are never given back: an
// append that fails after this leaves a hole.
func (g *gate) reserve(n uint64) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := g.allocated
	g.allocated += n
	return first
}

// next returns the sequence that reserve hands out next.
func (g *gate) next() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.allocated
}

// publish makes the sequences below upTo visible and, on each lane named, those
// below its bound, in one step; then it wakes every parked reader. Lanes that are
// not named keep their bound. A publish that fails changes nothing.
func (g *gate) publish(upTo uint64, lanes []laneBound, operation string) error {
	if err := g.install(upTo, lanes, operation); err != nil {
		return err
	}
	g.rt.Yield(PointPublishSnapshot)
	g.wake.Notify()
	return nil
}

func (g *gate) install(upTo uint64, lanes []laneBound, operation string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.snapshot()
	refuse := func(requested, visible uint64) error {
		return &SequenceGateError{Operation: operation, Requested: requested, Allocated: g.allocated, Visible: visible}
	}
	if upTo > g.limit() || upTo < now.visible {
		return refuse(upTo, now.visible)
	}
	next := *now
	next.epoch++
	next.visible = upTo
	next.lanes = slices.Clone(now.lanes)
	for _, l := range lanes {
		at, found := next.findLane(l.Lane)
		if !found {
			next.lanes = slices.Insert(next.lanes, at, laneBound{Lane: l.Lane})
		}
		if l.Bound > upTo || l.Bound < next.lanes[at].Bound {
			return refuse(l.Bound, next.lanes[at].Bound)
		}
		next.lanes[at].Bound = l.Bound
	}
	g.published.Store(&next)
	return nil
}

// limit is what no publish may pass: what is allocated, or an open fence's start.
func (g *gate) limit() uint64 {
	if g.fence.token != 0 {
		return g.fence.start
	}
	return g.allocated
}

// publishable returns upTo, or the start of the open fence if that comes first.
func (g *gate) publishable(upTo uint64) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return min(upTo, g.limit())
}

// beginFence opens a fence at the next sequence and returns its token.
func (g *gate) beginFence() (uint64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fence.token != 0 {
		return 0, ErrFenceActive
	}
	g.fence = fence{token: g.nextToken, start: g.allocated}
	g.nextToken++
	return g.fence.token, nil
}

// fenced returns the range that the fence of that token covers so far. Token zero
// asks whether an append without a fence is allowed.
func (g *gate) fenced(token uint64) (SeqRange, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case token == g.fence.token:
		return SeqRange{Start: g.fence.start, End: g.allocated}, nil
	case token == 0:
		return SeqRange{}, ErrFenceActive
	default:
		return SeqRange{}, ErrFenceNotActive
	}
}

// endFence ends the fence of that token. The next publish passes over its events:
// it shows them, or they stay hidden for ever when cancel is set.
func (g *gate) endFence(token uint64, cancel bool) error {
	r, err := g.fenced(token)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fence = fence{}
	if cancel {
		g.hide([]SeqRange{r})
	}
	return nil
}

// hide adds cancelled ranges to the view. They lie above the visible bound: no
// reader has seen them.
func (g *gate) hide(ranges []SeqRange) {
	next := *g.snapshot()
	next.hidden = normalizeRanges(slices.Concat(next.hidden, ranges))
	g.published.Store(&next)
}

// forget lets go of the hidden ranges below seq, about which nobody asks any more.
func (g *gate) forget(seq uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next := *g.snapshot()
	next.hidden = clipRanges(next.hidden, seq, math.MaxUint64)
	g.published.Store(&next)
}

// restore sets a fresh gate to what recovery found, in one view, so that no
// reader meets a bound without its hidden ranges.
func (g *gate) restore(allocated, nextToken uint64, hidden []SeqRange, lanes []laneBound) error {
	g.mu.Lock()
	g.allocated = allocated
	g.nextToken = nextToken
	g.hide(hidden)
	g.mu.Unlock()
	return g.publish(allocated, lanes, "recover")
}

// park waits until the wake epoch differs from since, for timeout or until ctx ends
// at most.
func (g *gate) park(ctx context.Context, since uint64, timeout time.Duration) {
	g.wake.Wait(ctx, since, timeout)
}
