package core

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Hold is a claim on events: those from Sequence on must stay.
type Hold struct {
	Sequence uint64
	By       string // who needs them, for people
}

func (h Hold) String() string {
	return fmt.Sprintf("%s holds the events from sequence %d on", h.By, h.Sequence)
}

// lower returns the hold that holds more.
func (h Hold) lower(other Hold) Hold {
	if other.Sequence < h.Sequence {
		return other
	}
	return h
}

// holds knows the open cursors, which hold the events that they may still hand out,
// and the first event that is shown to those that will be opened.
type holds struct {
	first atomic.Uint64 // events of lower sequence are shown to nobody any more

	mu       sync.Mutex // guards what is below; never held across a yield point
	cursors  []*Cursor  // open
	watching bool
	departed Hold // the lowest of the cursors that were closed while watching
}

// open takes in a cursor, which from now on holds what its claim says.
func (h *holds) open(c *Cursor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cursors = append(h.cursors, c)
}

func (h *holds) close(c *Cursor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cursors = slices.DeleteFunc(h.cursors, func(o *Cursor) bool { return o == c })
	if h.watching {
		h.departed = h.departed.lower(c.hold())
	}
}

// watch begins to remember what cursors hold that are closed from now on: one may save
// a checkpoint and be gone between the look at the checkpoints and settle.
func (h *holds) watch() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watching, h.departed = true, noHold
}

// noHold holds nothing.
var noHold = Hold{Sequence: 1<<64 - 1}

// settle decides up to which sequence events may go: as many as should, as far as no hold
// is lower, of which the one that is given is no cursor's. Those that were to go before
// go in any case. It has round say which event is the first that stays, from now on the
// first to be shown, and returns the lowest hold.
func (h *holds) settle(sequence uint64, lowest Hold, round func(limit uint64) uint64) Hold {
	h.mu.Lock()
	defer h.mu.Unlock()
	lowest = lowest.lower(h.departed)
	for _, c := range h.cursors {
		lowest = lowest.lower(c.hold())
	}
	h.watching = false
	h.first.Store(round(max(h.first.Load(), min(sequence, lowest.Sequence))))
	return lowest
}
