package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
)

// told is a history told by hand: it fills in incarnation and time.
type told struct {
	events      []scenarios.Event
	incarnation int
	time        time.Duration
}

func tell() *told { return (&told{}).begin() }

// begin begins the next incarnation.
func (h *told) begin() *told {
	if len(h.events) > 0 {
		h.incarnation++
	}
	return h.add(scenarios.Event{Kind: scenarios.EventBegan})
}

func (h *told) add(e scenarios.Event) *told {
	e.Incarnation, e.Time = h.incarnation, h.time
	h.events = append(h.events, e)
	return h
}

func (h *told) wait(d time.Duration) *told { h.time += d; return h }

func (h *told) open(log ...core.Entry) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventOpened, Entries: log})
}

func (h *told) attempt(op, fence string, names ...string) *told {
	var events []core.Event
	for _, n := range names {
		events = append(events, core.Event{Coordinate: place, Kind: core.KindData, Payload: []byte(n)})
	}
	return h.add(scenarios.Event{Kind: scenarios.EventAttempt, Op: op, Fence: fence, Events: events})
}

func (h *told) ack(op string, first uint64, durable bool) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventAcked, Op: op, First: first, Durable: durable})
}

// appended is a durable append of one event at a sequence.
func (h *told) appended(n string, sequence uint64) *told {
	return h.attempt(n, "", n).ack(n, sequence, true)
}

func (h *told) resume(started bool, position uint64) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventResumed, Actor: "c", Started: started, Position: position})
}

func (h *told) deliver(log ...core.Entry) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventDelivered, Actor: "c", Entries: log, Since: h.time})
}

func (h *told) does(kind scenarios.EventKind) *told {
	return h.add(scenarios.Event{Kind: kind, Actor: "c", Op: "a"})
}

func (h *told) fails(kind scenarios.EventKind, err error) *told {
	return h.add(scenarios.Event{Kind: kind, Actor: "c", Op: "a", Err: err})
}

// pulled is how a pull came out that was due at that time.
func (h *told) pulled(kind scenarios.EventKind, due time.Duration, log ...core.Entry) *told {
	return h.add(scenarios.Event{Kind: kind, Actor: "c", Entries: log, Since: h.time, Due: due})
}

// gaveUp is a call that returned so long after its context had ended.
func (h *told) gaveUp(after time.Duration, err error) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventGaveUp, Actor: "c", Op: "append", Since: h.time - after, Err: err})
}

// unconfirmed is an append that was given up once it was written.
func (h *told) unconfirmed(op string, first uint64) *told {
	return h.gaveUp(0, errUnconfirmed).add(scenarios.Event{Kind: scenarios.EventUnconfirmed, Actor: "c", Op: op, First: first, Err: errUnconfirmed})
}

var errUnconfirmed = fmt.Errorf("%w: %w", core.ErrUnconfirmed, context.DeadlineExceeded)

func (h *told) fence(kind scenarios.EventKind, commit bool) *told {
	return h.add(scenarios.Event{Kind: kind, Fence: "f", Commit: commit})
}

func (h *told) frontier(f core.Frontier) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventFrontier, Frontier: f})
}

// drops has events below asked dropped, after which the log begins at first.
func (h *told) drops(asked, first uint64, err error) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventDropping, First: asked}).
		add(scenarios.Event{Kind: scenarios.EventDropped, First: first, Err: err})
}

// reopen begins the next incarnation with a log that begins at first.
func (h *told) reopen(first uint64, log ...core.Entry) *told {
	return h.begin().add(scenarios.Event{Kind: scenarios.EventOpened, First: first, Entries: log})
}

func (h *told) drained(log ...core.Entry) *told {
	return h.add(scenarios.Event{Kind: scenarios.EventDrained, Entries: log})
}

var place = func() core.Coordinate {
	c, err := core.NewCoordinate("user", "shop")
	if err != nil {
		panic(err)
	}
	return c
}()

func at(sequence uint64, n string) core.Entry {
	return core.Entry{Sequence: sequence, Coordinate: place, Kind: core.KindData, Payload: []byte(n)}
}

// sound is a history in which nothing is wrong: two incarnations, a fence each way, a
// delivery that is declined and one that is saved.
func sound() *told {
	return tell().open().
		appended("a", 0).
		attempt("b", "f", "b").ack("b", 1, false).fence(scenarios.EventFenceTry, true).fence(scenarios.EventFenceDone, true).
		resume(false, 0).
		deliver(at(0, "a")).does(scenarios.EventDeclined).
		deliver(at(0, "a"), at(1, "b")).does(scenarios.EventAccepted).does(scenarios.EventSaved).
		frontier(core.Frontier{Allocated: 2, Written: 2, Durable: 2, Visible: 2}).
		begin().open(at(0, "a"), at(1, "b")).
		resume(true, 1).
		appended("c", 2).
		deliver(at(2, "c")).does(scenarios.EventAccepted).does(scenarios.EventSaved).
		drained(at(0, "a"), at(1, "b"), at(2, "c"))
}

func TestSoundHistoryPasses(t *testing.T) {
	if v := judge(sound()); v != nil {
		t.Fatalf("violation %+v, want none", v)
	}
}

// What was dropped is missed by nobody who had passed it, or who came later; a drop that
// failed, or was cut short, may have taken place or not.
func TestSoundDropPasses(t *testing.T) {
	passed := func() *told {
		return tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(0, "a"), at(1, "b")).does(scenarios.EventAccepted).does(scenarios.EventSaved)
	}
	eio := errors.New("EIO")
	for name, history := range map[string]*told{
		"done":        passed().drops(2, 1, nil).reopen(1, at(1, "b")).resume(true, 1).drained(at(1, "b")),
		"failed":      passed().does(scenarios.EventStruck).drops(2, 1, eio).reopen(0, at(0, "a"), at(1, "b")).resume(true, 1),
		"failed late": passed().does(scenarios.EventStruck).drops(2, 1, eio).reopen(1, at(1, "b")).resume(true, 1),
		"cut short":   passed().add(scenarios.Event{Kind: scenarios.EventDropping, First: 2}).reopen(1, at(1, "b")).resume(true, 1),
		"not begun":   passed().add(scenarios.Event{Kind: scenarios.EventDropping, First: 2}).reopen(0, at(0, "a"), at(1, "b")),
		"before a later reader": passed().drops(2, 1, nil).
			add(scenarios.Event{Kind: scenarios.EventResumed, Actor: "d"}).
			add(scenarios.Event{Kind: scenarios.EventDelivered, Actor: "d", Entries: []core.Entry{at(1, "b")}}),
	} {
		if v := judge(history); v != nil {
			t.Errorf("%s: violation %+v, want none", name, v)
		}
	}
}

// What a lying disk lost may be appended again, elsewhere, and be delivered before the
// append returns.
func TestRetryAfterALiePasses(t *testing.T) {
	lost := tell().open().appended("a", 1).deliver(at(1, "a")).does(scenarios.EventLied).begin().open().
		attempt("a", "", "a").deliver(at(0, "a")).ack("a", 0, true)
	if v := judge(lost); v != nil {
		t.Errorf("violation %+v, want none", v)
	}
	kept := tell().open().appended("a", 1).deliver(at(1, "a")).does(scenarios.EventLied).begin().open(at(1, "a")).
		attempt("a", "", "a").deliver(at(0, "a"))
	if v := judge(kept); v == nil || v.Oracle != "no-invention" {
		t.Errorf("violation %+v, want no-invention: the log held the event", v)
	}
}

// What was given up once it was written may be there or not after a crash, and is there
// once when it is tried again.
func TestUnconfirmedPasses(t *testing.T) {
	given := func() *told { return tell().open().attempt("a", "", "a").unconfirmed("a", 0) }
	tests := []struct {
		name    string
		history *told
	}{
		{"lost", given().begin().open().drained()},
		{"kept", given().begin().open(at(0, "a")).drained(at(0, "a"))},
		{"seen in the same life", given().deliver(at(0, "a")).begin().open(at(0, "a"))},
		{"synced and kept", given().add(scenarios.Event{Kind: scenarios.EventSynced, First: 1}).begin().open(at(0, "a"))},
		{"tried again in the same life", given().attempt("a", "", "a").ack("a", 0, true).begin().open(at(0, "a"))},
		{"tried again, and given up while it waited", given().attempt("a", "", "a").gaveUp(0, context.Canceled).
			fails(scenarios.EventFailed, context.Canceled).deliver(at(0, "a"))},
		{"lost, and appended elsewhere", given().begin().open().attempt("a", "", "a").ack("a", 3, true).begin().open(at(3, "a"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if v := judge(tt.history); v != nil {
				t.Errorf("violation %+v, want none", v)
			}
		})
	}
}

// A refusal for a fence that was open while the call went on is sound, and so is a pull that
// returns at its deadline, or with its context before.
func TestRefusedAndPulledInTime(t *testing.T) {
	fencing := func(h *told) *told { return h.fence(scenarios.EventFencing, false) }
	tests := []struct {
		name    string
		history *told
	}{
		{"refused while a fence is open", fencing(tell().open()).does(scenarios.EventAttempt).fails(scenarios.EventFailed, core.ErrFenceActive)},
		{"refused for a fence that was resolved meanwhile", fencing(tell().open()).does(scenarios.EventAttempt).
			fence(scenarios.EventFenceDone, false).fails(scenarios.EventFailed, core.ErrFenceActive)},
		{"refused for a fence that was begun meanwhile", fencing(tell().open().does(scenarios.EventAttempt)).
			fence(scenarios.EventFenceDone, false).fails(scenarios.EventFailed, core.ErrFenceActive)},
		{"idle until the deadline", tell().open().resume(false, 0).wait(time.Millisecond).pulled(scenarios.EventIdle, time.Millisecond)},
		{"handed over at the deadline", tell().open().resume(false, 0).wait(time.Millisecond).appended("a", 0).
			pulled(scenarios.EventDelivered, time.Millisecond, at(0, "a"))},
		{"given up before the deadline", tell().open().resume(false, 0).gaveUp(0, context.Canceled).add(scenarios.Event{
			Kind: scenarios.EventIdle, Actor: "c", Due: time.Millisecond, Err: context.Canceled,
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if v := judge(tt.history); v != nil {
				t.Errorf("violation %+v, want none", v)
			}
		})
	}
}

// What was declined comes again, unless it was dropped while no cursor of its consumer was
// open: then nobody has kept it.
func TestDeclinedAndDropped(t *testing.T) {
	declined := func() *told {
		return tell().open().appended("a", 0).appended("b", 1).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventDeclined)
	}
	dropping := scenarios.Event{Kind: scenarios.EventDropping, First: 1}
	if v := judge(declined().add(dropping).resume(false, 0).deliver(at(1, "b"))); v != nil {
		t.Errorf("dropped, and opened again: violation %+v, want none", v)
	}
	if v := judge(declined().add(dropping).deliver(at(1, "b"))); v == nil || v.Oracle != "order" {
		t.Errorf("dropped under an open cursor: violation %+v, want one of order", v)
	}
	if v := judge(declined().resume(false, 0).deliver(at(1, "b"))); v == nil || v.Oracle != "order" {
		t.Errorf("opened again: violation %+v, want one of order", v)
	}
}

// A consumer that began where a drop had left the log is not owed what comes back when the
// drop did not come to its end.
func TestDroppedAndBack(t *testing.T) {
	h := tell().open().appended("a", 0).appended("b", 1).
		add(scenarios.Event{Kind: scenarios.EventDropping, First: 1}).does(scenarios.EventStruck).
		add(scenarios.Event{Kind: scenarios.EventDropped, First: 1, Err: errors.New("EIO")}).
		resume(false, 0).deliver(at(1, "b")).does(scenarios.EventAccepted).does(scenarios.EventSaved).
		begin().open(at(0, "a"), at(1, "b")).resume(true, 1).drained(at(0, "a"), at(1, "b"))
	if v := judge(h); v != nil {
		t.Errorf("violation %+v, want none", v)
	}
}

func judge(h *told) *scenarios.Violation {
	history := scenarios.NewHistory()
	for _, e := range h.events {
		history.Record(e)
	}
	return history.Violation()
}

// TestOraclesFire feeds every oracle a broken history for each shape of violation
// that it knows.
func TestOraclesFire(t *testing.T) {
	mismatch := &core.MismatchError{Err: core.ErrRegionMismatch}
	tests := []struct {
		name    string
		history *told
		want    string
	}{
		{"skipped at the end", tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventAccepted).drained(at(0, "a"), at(1, "b")), "at-least-once/skipped"},
		{"handed over but never accepted", tell().open().appended("a", 0).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventDeclined).drained(at(0, "a")), "at-least-once/skipped"},
		{"skipped below the checkpoint", tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(1, "b")).does(scenarios.EventAccepted).does(scenarios.EventSaved).
			begin().open(at(0, "a"), at(1, "b")).resume(true, 1).drained(at(0, "a"), at(1, "b")), "at-least-once/skipped"},
		{"accepted in an earlier incarnation only", tell().open().appended("a", 0).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventAccepted).
			begin().open(at(0, "a")).resume(false, 0).drained(at(0, "a")), "at-least-once/skipped"},
		{"descending", tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(1, "b"), at(0, "a")), "order/not ascending"},
		{"repeated", tell().open().appended("a", 0).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventAccepted).deliver(at(0, "a")), "order/not ascending"},
		{"before the resume position", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventAccepted).
			begin().open(at(0, "a")).resume(true, 0).deliver(at(0, "a")), "order/not ascending"},
		{"declined and passed over", tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventDeclined).deliver(at(1, "b")), "order/declined batch not repeated"},
		{"passed over by a poll that failed", tell().open().appended("a", 0).resume(false, 0).
			add(scenarios.Event{Kind: scenarios.EventUnread, Actor: "c", First: 1, Err: errors.New("EIO")}), "order/moved by a failed poll"},
		{"invented", tell().open().deliver(at(0, "x")), "no-invention/never appended"},
		{"changed", tell().open().attempt("a", "", "a 1").deliver(at(0, "a 2")), "no-invention/changed"},
		{"other lane", tell().open().appended("a", 0).deliver(core.Entry{Coordinate: place, Kind: core.KindData, Lane: 1, Payload: []byte("a")}),
			"no-invention/changed"},
		{"renumbered after the ack", tell().open().appended("a", 3).begin().open(at(2, "a")), "no-invention/renumbered"},
		{"renumbered after it was seen", tell().open().attempt("a", "", "a").begin().open(at(1, "a")).begin().open(at(0, "a")), "no-invention/renumbered"},
		{"fenced", tell().open().attempt("a", "f", "a").deliver(at(0, "a")), "no-ghost/hidden"},
		{"cancelled", tell().open().attempt("a", "f", "a").ack("a", 0, false).fence(scenarios.EventFenceTry, true).
			fence(scenarios.EventFenceDone, false).begin().open(at(0, "a")), "no-ghost/hidden"},
		{"failed append", tell().open().does(scenarios.EventStruck).attempt("a", "", "a").fails(scenarios.EventFailed, errors.New("EIO")).deliver(at(0, "a")),
			"no-ghost/failed append"},
		{"given up before it was written, and there after a crash", tell().open().attempt("a", "", "a").gaveUp(0, context.Canceled).
			fails(scenarios.EventFailed, context.Canceled).begin().open(at(0, "a")), "no-ghost/left behind"},
		{"unconfirmed, synced and gone", tell().open().attempt("a", "", "a").unconfirmed("a", 0).
			add(scenarios.Event{Kind: scenarios.EventSynced, First: 1}).begin().open(), "acknowledged-durable/acknowledged event lost"},
		{"unconfirmed and a hole", tell().open().attempt("a", "", "a").unconfirmed("a", 0).attempt("b", "", "b").ack("b", 1, false).
			begin().open(at(1, "b")), "acknowledged-durable/not a prefix"},
		{"unconfirmed and shown elsewhere", tell().open().attempt("a", "", "a").unconfirmed("a", 0).deliver(at(1, "a")), "no-invention/renumbered"},
		{"tried again and appended again", tell().open().attempt("a", "", "a").unconfirmed("a", 0).
			attempt("a", "", "a").ack("a", 1, true), "no-invention/appended again"},
		{"returned after its context", tell().open().wait(time.Millisecond).gaveUp(time.Millisecond, nil), "context-obeyed/late"},
		{"failed with a context that had not ended", tell().open().attempt("a", "", "a").fails(scenarios.EventFailed, context.Canceled),
			"context-obeyed/ended for nothing"},
		{"idle before its deadline", tell().open().resume(false, 0).pulled(scenarios.EventIdle, time.Millisecond), "deadline-kept/early"},
		{"idle beyond its deadline", tell().open().resume(false, 0).wait(2*time.Millisecond).pulled(scenarios.EventIdle, time.Millisecond), "deadline-kept/late"},
		{"handed over after the deadline", tell().open().appended("a", 0).resume(false, 0).wait(2*time.Millisecond).
			pulled(scenarios.EventDelivered, time.Millisecond, at(0, "a")), "deadline-kept/late"},
		{"woken by the end of the store alone", tell().open().resume(false, 0).wait(2*time.Millisecond).
			pulled(scenarios.EventUnread, time.Millisecond), "deadline-kept/late"},
		{"close failed for nothing", tell().open().fails(scenarios.EventCloseFailed, core.ErrClosed), "fail-closed/close failed"},
		{"half a batch", tell().open().attempt("a", "", "a", "b").begin().open(at(0, "a")), "no-ghost/part of a batch"},
		{"twice in the log", tell().open().attempt("a", "", "a").begin().open(at(0, "a"), at(0, "a")), "no-ghost/doubled"},
		{"above the frontier", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).
			frontier(core.Frontier{Allocated: 1, Written: 1, Durable: 1}), "no-ghost/above the frontier"},
		{"acknowledged and gone", tell().open().appended("a", 0).begin().open(), "acknowledged-durable/acknowledged event lost"},
		{"synced and gone", tell().open().attempt("a", "", "a").ack("a", 0, false).add(scenarios.Event{Kind: scenarios.EventSynced, First: 1}).
			begin().open(), "acknowledged-durable/acknowledged event lost"},
		{"committed and gone", tell().open().attempt("a", "f", "a").ack("a", 0, false).fence(scenarios.EventFenceTry, true).
			fence(scenarios.EventFenceDone, true).begin().open(), "acknowledged-durable/acknowledged event lost"},
		{"seen and gone", tell().open().attempt("a", "", "a").resume(false, 0).deliver(at(0, "a")).begin().open(),
			"acknowledged-durable/delivered event lost"},
		{"hole", tell().open().attempt("a", "", "a").ack("a", 0, false).attempt("b", "", "b").ack("b", 1, false).
			begin().open(at(1, "b")), "acknowledged-durable/not a prefix"},
		{"resumed where nothing was accepted", tell().open().appended("a", 0).resume(true, 0), "checkpoint-honesty/never accepted"},
		{"resumed on a declined event", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventDeclined).
			resume(true, 0), "checkpoint-honesty/never accepted"},
		{"saved and rewound", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventAccepted).
			does(scenarios.EventSaved).begin().open(at(0, "a")).resume(false, 0), "checkpoint-honesty/saved position lost"},
		{"resumed from a checkpoint and rewound", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventAccepted).
			begin().open(at(0, "a")).resume(true, 0).begin().open(at(0, "a")).resume(false, 0), "checkpoint-honesty/resumed position lost"},
		{"sequence assigned again", tell().open().attempt("a", "", "a").resume(false, 0).does(scenarios.EventLied).
			deliver(at(0, "a")).does(scenarios.EventAccepted).
			begin().open().attempt("b", "", "b").ack("b", 0, true).begin().open(at(0, "b")).resume(true, 0), "checkpoint-honesty/another event"},
		{"opened under another region", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventAccepted).
			does(scenarios.EventSaved).add(scenarios.Event{Kind: scenarios.EventResumed, Actor: "c", Started: true, Region: core.Region{}.WithLane(1)}),
			"region-binding/opened for another region"},
		{"trespassed", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventAccepted).
			does(scenarios.EventSaved).add(scenarios.Event{Kind: scenarios.EventTrespassed, Actor: "c", Region: core.Region{}.WithLane(1)}),
			"region-binding/opened for another region"},
		{"opened while another held it", tell().open().add(scenarios.Event{Kind: scenarios.EventContended, Actor: "c"}).resume(false, 0),
			"single-owner/two owners"},
		{"in use for nothing", tell().open().fails(scenarios.EventRefused, core.ErrCheckpointLeased), "fail-closed/own lease refused"},
		{"journal refused after a lie about a checkpoint", tell().add(scenarios.Event{Kind: scenarios.EventLied, Op: "/data/log/cursors/c.ckpt"}).
			fails(scenarios.EventOpenFailed, core.ErrJournalCorrupt), "fail-closed/journal refused"},
		{"journal refused", tell().fails(scenarios.EventOpenFailed, core.ErrJournalCorrupt), "fail-closed/journal refused"},
		{"open failed for nothing", tell().fails(scenarios.EventOpenFailed, errors.New("?")), "fail-closed/open failed"},
		{"append failed for nothing", tell().open().attempt("a", "", "a").fails(scenarios.EventFailed, errors.New("?")), "fail-closed/write failed"},
		{"sync failed for nothing", tell().open().fails(scenarios.EventSyncFailed, errors.New("?")), "fail-closed/write failed"},
		{"refused when no fence was open", tell().open().attempt("a", "", "a").fails(scenarios.EventFailed, core.ErrFenceActive), "fail-closed/refused for no fence"},
		{"refused after the fence was resolved", tell().open().fence(scenarios.EventFencing, false).fence(scenarios.EventFenceTry, true).
			fence(scenarios.EventFenceDone, true).attempt("a", "", "a").fails(scenarios.EventFailed, core.ErrFenceActive), "fail-closed/refused for no fence"},
		{"no fence when none was open", tell().open().fails(scenarios.EventFenceless, core.ErrFenceActive), "fail-closed/refused for no fence"},
		{"a fence that is open and is none", tell().open().fence(scenarios.EventFencing, false).fence(scenarios.EventFenceTry, true).
			fails(scenarios.EventSyncFailed, core.ErrFenceNotActive), "fail-closed/write failed"},
		{"foreign file accepted", tell().open().fails(scenarios.EventPlanted, core.ErrCheckpointCorrupt).resume(false, 0), "fail-closed/foreign file accepted"},
		{"refused for the wrong reason", tell().open().fails(scenarios.EventPlanted, core.ErrCheckpointCorrupt).
			fails(scenarios.EventRefused, core.ErrLineageMismatch), "fail-closed/wrong refusal"},
		{"good file refused", tell().open().does(scenarios.EventPlanted).fails(scenarios.EventRefused, mismatch), "fail-closed/wrong refusal"},
		{"own region refused", tell().open().appended("a", 0).resume(false, 0).deliver(at(0, "a")).does(scenarios.EventAccepted).
			fails(scenarios.EventRefused, mismatch), "fail-closed/own region refused"},
		{"checkpoint refused on an honest disk", tell().open().fails(scenarios.EventRefused, core.ErrCheckpointUnproven), "fail-closed/checkpoint refused"},
		{"cursor failed for nothing", tell().open().fails(scenarios.EventRefused, errors.New("?")), "fail-closed/cursor failed"},
		{"visible before durable", tell().open().frontier(core.Frontier{Allocated: 2, Written: 2, Durable: 1, Visible: 2}), "frontier/out of order"},
		{"backward", tell().open().frontier(core.Frontier{Allocated: 2, Written: 2, Durable: 2, Visible: 2}).
			frontier(core.Frontier{Allocated: 2, Written: 2, Durable: 2, Visible: 1}), "frontier/moved backward"},
		{"woken late", tell().open().resume(false, 0).appended("a", 0).wait(time.Millisecond).
			add(scenarios.Event{Kind: scenarios.EventDelivered, Actor: "c", Entries: []core.Entry{at(0, "a")}}), "no-lost-wakeup/late"},
		{"slept through", tell().open().resume(false, 0).appended("a", 0).wait(time.Millisecond).
			does(scenarios.EventIdle), "no-lost-wakeup/late"},
		{"more dropped than was asked for", tell().open().appended("a", 0).appended("b", 1).drops(1, 2, nil), "retention/not asked for"},
		{"dropped unasked", tell().open().appended("a", 0).reopen(1), "retention/not asked for"},
		{"dropped and back", tell().open().appended("a", 0).drops(1, 1, nil).reopen(0, at(0, "a")), "retention/came back"},
		{"dropped and shown", tell().open().appended("a", 0).drops(1, 1, nil).reopen(1, at(0, "a")), "retention/dropped and shown"},
		{"dropped beneath a checkpoint", tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventAccepted).does(scenarios.EventSaved).drops(2, 1, nil), "retention/beneath a checkpoint"},
		{"dropped under a checkpoint of an earlier life", tell().open().appended("a", 0).appended("b", 1).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventAccepted).drops(2, 1, nil).reopen(1, at(1, "b")).resume(true, 0), "retention/checkpoint without its event"},
		{"dropped under a cursor", tell().open().appended("a", 0).appended("b", 1).appended("c", 2).resume(false, 0).
			deliver(at(0, "a")).does(scenarios.EventAccepted).drops(2, 2, nil).deliver(at(2, "c")), "retention/beneath a cursor"},
		{"drop failed for nothing", tell().open().drops(0, 0, errors.New("?")), "fail-closed/write failed"},
		{"lost beside a drop", tell().open().appended("a", 0).appended("b", 1).drops(1, 1, nil).reopen(1), "acknowledged-durable/acknowledged event lost"},
	}
	fired := make(map[string]bool)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := judge(tt.history)
			if v == nil {
				t.Fatalf("no violation, want %s", tt.want)
			}
			if v.Signature() != tt.want {
				t.Errorf("violation %+v, want %s", v, tt.want)
			}
			fired[v.Oracle] = true
		})
	}
	for _, o := range scenarios.Oracles() {
		if !fired[o] {
			t.Errorf("no broken history makes the oracle %s fire", o)
		}
	}
}
