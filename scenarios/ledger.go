package scenarios

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// ledger is what the harness knows of the log: every event that was ever handed
// to an append, what became of it, and what the disk has done.
type ledger struct {
	fates     map[string]*fate // by payload name
	ops       map[string]*attempt
	order     []*attempt // in the order in which they began
	fences    map[string]*fenceFate
	consumers map[string]*consumer
	shown     []entry // what the event at hand shows
	log       []entry // what the store showed when it was last opened
	lied      bool    // the disk has dropped a sync: nothing durable is sure any more
	liedLog   bool    // ... or a bit has rotted, of the log itself: what it holds is not sure
	struck    bool    // in this incarnation a fault has returned an error
	life      int     // counts incarnations
	listings  int     // of the whole log so far
	first     uint64  // events of lower sequence were dropped, or may have been while
	dropping  bool    // a drop is under way
}

// cursorsDir holds the checkpoints. Nothing below it matters to the log.
const cursorsDir = dataDir + "/cursors"

// snapshotFiles begins the paths of the snapshots of segments. Nothing depends on them.
const snapshotFiles = dataDir + "/snapshot-"

// attempt is one append.
type attempt struct {
	op          string
	incarnation int
	fates       []*fate // of its events
	fence       string
	placed      bool // it was acknowledged, or given up once it was written: first is known
	failed      bool
	void        bool // ... before anything was written
	doubtful    bool // it is tried again, and may be there from before
	durable     bool
	first       uint64
}

// fate is what became of one event.
type fate struct {
	name      string // of the event's payload
	event     core.Event
	attempt   *attempt
	place     int  // in the attempt
	delivered bool // to anyone, ever: what was seen must stay
	known     bool // at which sequence it is:
	sequence  uint64

	listing int // the latest of the whole log that held it
	copies  int // ... and so often

	life  int           // the latest incarnation in which it was surely visible
	since time.Duration // ... from this moment on
}

// assigned is the sequence of the event, if its append said so.
func (f *fate) assigned() (sequence uint64, placed bool) {
	return f.attempt.first + uint64(f.place), f.attempt.placed
}

// fenceFate is how far a fence got.
type fenceFate struct {
	tried  bool // a commit was begun: a crash may leave either outcome
	done   bool // an outcome is durable
	commit bool // ... and it is this one
}

// shows reports whether the fence's events may be seen.
func (f *fenceFate) shows() bool {
	if f.done {
		return f.commit
	}
	return f.tried
}

// consumer is what one consumer was handed.
type consumer struct {
	region    core.Region
	started   bool    // where this incarnation's first cursor began
	position  uint64  // ...
	resumed   bool    // a cursor was opened in this incarnation
	delivered []entry // the last batch
	last      entry   // the last entry accepted
	any       bool    // ... if any was
}

func newLedger() *ledger {
	return &ledger{
		life:  1,
		fates: make(map[string]*fate), ops: make(map[string]*attempt),
		fences: make(map[string]*fenceFate), consumers: make(map[string]*consumer),
	}
}

func (l *ledger) record(e *Event) {
	l.shown = l.entries(e.Entries)
	switch e.Kind {
	case EventBegan:
		l.struck, l.dropping = false, false
		l.life++
		for _, c := range l.consumers {
			c.resumed = false
		}
	case EventOpened:
		l.first = e.First
		l.list()
		l.see(e.Time)
	case EventDrained:
		l.list()
		l.see(e.Time)
	case EventDropping:
		l.first, l.dropping = max(l.first, e.First), true
	case EventDropped:
		l.first, l.dropping = e.First, false
	case EventAttempt:
		l.begin(e)
	case EventAcked:
		l.ack(e)
	case EventUnconfirmed:
		l.place(e)
	case EventFailed:
		l.fail(e)
	case EventSynced:
		l.sync(e)
	case EventFenceTry:
		l.fence(e.Fence).tried = l.fence(e.Fence).tried || e.Commit
	case EventFenceDone:
		l.resolve(e)
	case EventResumed:
		l.resume(e)
	case EventDelivered:
		l.see(e.Time)
		l.consumer(e.Actor).delivered = l.shown
	case EventAccepted:
		l.consumer(e.Actor).accept()
	case EventLied:
		if strings.HasPrefix(e.Op, snapshotFiles) {
			return
		}
		l.lied = true
		l.liedLog = l.liedLog || !strings.HasPrefix(e.Op, cursorsDir)
	case EventStruck:
		l.struck = true
	}
}

func (l *ledger) begin(e *Event) {
	if a := l.ops[e.Op]; a != nil { // it is tried again
		before := a.incarnation != e.Incarnation
		a.doubtful = a.doubtful || before || a.placed
		a.placed = a.placed && (!before || a.durable) && !l.liedLog // if it was lost, it gets other sequences now
		a.incarnation, a.failed, a.void = e.Incarnation, false, false
		return
	}
	a := &attempt{op: e.Op, incarnation: e.Incarnation, fence: e.Fence}
	fates := make([]fate, len(e.Events))
	a.fates = make([]*fate, len(e.Events))
	for i, ev := range e.Events {
		fates[i] = fate{name: name(ev.Payload), event: ev, attempt: a, place: i}
		a.fates[i] = &fates[i]
		l.fates[fates[i].name] = &fates[i]
	}
	l.ops[e.Op] = a
	l.order = append(l.order, a)
}

func (l *ledger) ack(e *Event) {
	a := l.place(e)
	if e.Durable {
		l.endure(a, e.Time)
	}
}

// place notes where an attempt is in the log, durable or not.
func (l *ledger) place(e *Event) *attempt {
	a := l.ops[e.Op]
	a.placed, a.first = true, e.First
	for i, f := range a.fates {
		f.at(e.First + uint64(i))
	}
	return a
}

func (l *ledger) fail(e *Event) {
	a := l.ops[e.Op]
	a.failed = !a.doubtful
	a.void = a.failed && (givenUp(e.Err) || errors.Is(e.Err, core.ErrFenceActive))
}

// endure notes that an attempt is durable and, as that comes with it, visible.
func (l *ledger) endure(a *attempt, at time.Duration) {
	a.durable = true
	for _, f := range a.fates {
		l.show(f, at)
	}
}

func (l *ledger) sync(e *Event) {
	for _, a := range l.order {
		if a.incarnation == e.Incarnation && a.placed && a.fence == "" && a.first < e.First {
			l.endure(a, e.Time)
		}
	}
}

func (l *ledger) fence(name string) *fenceFate {
	if l.fences[name] == nil {
		l.fences[name] = &fenceFate{}
	}
	return l.fences[name]
}

// resolve notes a fence's durable outcome and what it makes of its appends.
func (l *ledger) resolve(e *Event) {
	f := l.fence(e.Fence)
	f.done, f.commit = true, e.Commit
	for _, a := range l.order {
		if a.fence == e.Fence && a.placed && e.Commit {
			l.endure(a, e.Time)
		}
	}
}

func (l *ledger) consumer(name string) *consumer {
	if l.consumers[name] == nil {
		l.consumers[name] = &consumer{}
	}
	return l.consumers[name]
}

func (l *ledger) resume(e *Event) {
	c := l.consumer(e.Actor)
	c.region, c.delivered = e.Region, nil
	if !c.resumed {
		c.resumed, c.started, c.position = true, e.Started, e.Position
	}
}

func (c *consumer) accept() {
	if n := len(c.delivered); n > 0 {
		c.last, c.any = c.delivered[n-1], true
	}
}

// allowed reports whether anyone may ever see the event: it is not hidden behind
// a fence.
func (l *ledger) allowed(f *fate) bool {
	return f.attempt.fence == "" || l.fence(f.attempt.fence).shows()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
