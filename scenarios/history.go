package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// EventKind says what an Event of the history is about.
type EventKind string

// The kinds of history events, and which fields each one sets besides
// Incarnation, Time and Actor.
const (
	EventBegan       EventKind = "began"        // an incarnation begins, the disk as the crash left it
	EventOpened      EventKind = "opened"       // the store is open: Entries is its whole visible content, First where the log begins
	EventOpenFailed  EventKind = "open-failed"  // Err
	EventAttempt     EventKind = "attempt"      // an append begins: Op, Events, Fence
	EventAcked       EventKind = "acked"        // it succeeded: Op, First, Durable if the caller was told so
	EventFailed      EventKind = "failed"       // it failed: Op, Err
	EventUnconfirmed EventKind = "unconfirmed"  // its context ended after it was written: Op, First, Err
	EventSynced      EventKind = "synced"       // Sync succeeded: all acked with a sequence below First are durable
	EventSyncFailed  EventKind = "sync-failed"  // Sync, or a fence's outcome, failed: Err
	EventCloseFailed EventKind = "close-failed" // closing the store failed: Err
	EventGaveUp      EventKind = "gave-up"      // the call Op returned, with Err or nil, and its context had ended at Since
	EventFencing     EventKind = "fencing"      // a fence begins to be opened: Fence
	EventFenceless   EventKind = "fenceless"    // and was not: Fence, Err
	EventFenceTry    EventKind = "fence-try"    // a fence's outcome is asked for: Fence, Commit
	EventFenceDone   EventKind = "fence-done"   // and durable: Fence, Commit
	EventFrontier    EventKind = "frontier"     // the watermarks were read: Frontier
	EventResumed     EventKind = "resumed"      // a consumer opened its cursor: Region, Started, Position
	EventRefused     EventKind = "refused"      // a consumer's checkpoint was refused: Region, Err
	EventForgetting  EventKind = "forgetting"   // an operator begins to remove the consumer's checkpoint: it may be gone from now on
	EventForgotten   EventKind = "forgotten"    // and has durably removed it
	EventTrespassed  EventKind = "trespassed"   // someone opened the consumer's checkpoint under Region: Err, or nil if that went well
	EventContending  EventKind = "contending"   // someone else begins to open the consumer's checkpoint
	EventContended   EventKind = "contended"    // Err, or nil: the checkpoint is the other's until released
	EventReleased    EventKind = "released"     // the other begins to close it
	EventPlanted     EventKind = "planted"      // a file was put in the place of the consumer's checkpoint: Err is how it must be refused, or Entries what it rightly counts as accepted
	EventDelivered   EventKind = "delivered"    // a consumer was handed Entries, having waited since Since, by a pull until Due
	EventAccepted    EventKind = "accepted"     // the consumer dealt with what was delivered last
	EventDeclined    EventKind = "declined"     // the consumer rolled back, or panicked: it must get the same again
	EventSaved       EventKind = "saved"        // the consumer's checkpoint stands durably on what was accepted last
	EventDropping    EventKind = "dropping"     // events below First may be dropped from now on
	EventDropped     EventKind = "dropped"      // the log begins at First now, Segments fewer: Err if not all of that is done
	EventIdle        EventKind = "idle"         // a consumer waited since Since, by a pull until Due, for a sequence from First on, and got nothing; Err is its context's
	EventUnread      EventKind = "unread"       // a consumer's poll failed, by a pull until Due, and left it before sequence First: Err
	EventLied        EventKind = "lied"         // the disk dropped a sync and reported success
	EventStruck      EventKind = "struck"       // a fault with an error struck
	EventDrained     EventKind = "drained"      // the liveness phase is over: Entries is the whole visible content
)

// Event is one thing that the oracles can see. It is plain data: a history is a
// list of events, and an oracle can be fed one made by hand.
type Event struct {
	Kind        EventKind
	Incarnation int           // how many there were before this one
	Time        time.Duration // virtual time
	Actor       string        // the producer, fence or consumer

	Op      string
	Events  []core.Event
	Entries []core.Entry
	Fence   string
	Commit  bool
	First   uint64
	Durable bool

	Segments int
	Region   core.Region
	Started  bool
	Position uint64
	Since    time.Duration
	Due      time.Duration // zero = nothing was due
	Frontier core.Frontier
	Err      error
}

// String is the event in one line, for people.
func (e Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "incarnation %d  %-8v  %-11s %s", e.Incarnation, e.Time, e.Kind, e.Actor)
	if e.Op != "" {
		fmt.Fprintf(&b, " %s", e.Op)
	}
	if e.Fence != "" {
		fmt.Fprintf(&b, " fence=%s", e.Fence)
	}
	if n := len(e.Events); n > 0 {
		fmt.Fprintf(&b, " events=%d", n)
	}
	if n := len(e.Entries); n > 0 {
		first, last := e.Entries[0], e.Entries[n-1]
		fmt.Fprintf(&b, " entries=%d [%d %s .. %d %s]", n, first.Sequence, name(first.Payload), last.Sequence, name(last.Payload))
	}
	switch e.Kind {
	case EventAcked, EventUnconfirmed:
		fmt.Fprintf(&b, " first=%d durable=%t", e.First, e.Durable)
	case EventGaveUp:
		fmt.Fprintf(&b, " context ended at %v", e.Since)
	case EventDropping, EventDropped:
		fmt.Fprintf(&b, " first=%d segments=%d", e.First, e.Segments)
	case EventFenceTry, EventFenceDone:
		fmt.Fprintf(&b, " commit=%t", e.Commit)
	case EventResumed:
		fmt.Fprintf(&b, " started=%t position=%d", e.Started, e.Position)
	case EventFrontier:
		fmt.Fprintf(&b, " %+v", e.Frontier)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " err=%q", e.Err)
	}
	return strings.TrimRight(b.String(), " ")
}

// Violation is what an oracle found.
type Violation struct {
	Oracle   string `json:"oracle"`
	Shape    string `json:"shape"`    // what kind of wrong this is, free of places and numbers
	Expected string `json:"expected"` // what had to hold
	Seen     string `json:"seen"`     // what was there instead
}

// Signature names the violation without where it happened: equal for failures
// that are likely one bug.
func (v *Violation) Signature() string { return v.Oracle + "/" + v.Shape }

// Oracle watches a history. It reads what is known of the log from the ledger,
// which has taken in each event just before.
type Oracle interface {
	// Name is the oracle's name, in kebab case.
	Name() string

	// Observe looks at one event and returns the violation it completes, if any.
	// It must not keep the pointer.
	Observe(e *Event) *Violation
}

// History takes events, keeps the ledger, and asks every oracle about each. The
// first violation ends the judging.
type History struct {
	ledger  *ledger
	oracles []Oracle
	event   Event // the one being recorded
	found   *Violation
}

// NewHistory returns an empty history under all oracles.
func NewHistory() *History { return newHistory(nil) }

// newHistory returns one without the oracles that are named.
func newHistory(off without) *History {
	l := newLedger()
	judging := slices.DeleteFunc(allOracles(l), func(o Oracle) bool { return off.has(o.Name()) })
	return &History{ledger: l, oracles: judging}
}

// Oracles returns the names of all oracles.
func Oracles() []string {
	var names []string
	for _, o := range allOracles(newLedger()) {
		names = append(names, o.Name())
	}
	return names
}

// Record takes one event.
func (h *History) Record(e Event) { h.record(&e) }

// record is Record of an event that its caller keeps.
func (h *History) record(e *Event) {
	if h.found != nil {
		return
	}
	h.event = *e
	h.ledger.record(&h.event)
	for _, o := range h.oracles {
		if v := o.Observe(&h.event); v != nil {
			v.Oracle = o.Name()
			h.found = v
			return
		}
	}
}

// Violation returns the first violation, or nil.
func (h *History) Violation() *Violation { return h.found }

// violation makes a violation; History fills in the oracle.
func violation(shape, expected, format string, args ...any) *Violation {
	return &Violation{Shape: shape, Expected: expected, Seen: fmt.Sprintf(format, args...)}
}

// name is the part of a payload that tells it from all others.
func name(payload []byte) string { return string(nameBytes(payload)) }

// nameBytes is name without a copy: a part of the payload itself.
func nameBytes(payload []byte) []byte {
	if end := bytes.IndexByte(payload, ' '); end >= 0 {
		return payload[:end]
	}
	return payload
}
