package scenarios

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// op is one thing that a producer does.
type op struct {
	kind   opKind
	name   string
	think  time.Duration // before it
	events []core.Event
	hold   time.Duration // a fence stays open so long after its appends
	skip   bool          // it is left out
	acked  bool          // its append was acknowledged
}

type opKind uint8

const (
	opAppend opKind = iota // one event, or a batch of several
	opSync
	opCommit // a fence around its events, each appended by itself
	opCancel
)

var opNames = [...]string{opAppend: "append", opSync: "sync", opCommit: "fence and commit", opCancel: "fence and cancel"}

// drawOps draws what one producer does in one incarnation. Every payload begins with a
// name that no other event ever has.
func drawOps(src sim.Source, producer string, shape *shape, fences bool) []op {
	ops := make([]op, shape.ops)
	for i := range ops {
		o, since := &ops[i], noted(src)
		o.name = numbered(producer, uint64(i))
		o.think = time.Duration(src.Draw(labelWorkload, 4)) * 700 * time.Microsecond
		o.kind = drawKind(src, fences)
		if fences && shape.cancels {
			o.kind = opCancel
		}
		o.draw(src, shape)
		notePart(src, since, o.name)
		o.skip = !keeps(src)
		note(src, "%v", o)
	}
	return ops
}

// numbered is the name of the n-th part of something.
func numbered(of string, n uint64) string { return of + "." + strconv.FormatUint(n, 10) }

// keeps draws whether something takes part, which is nearly always so. It does not in a
// draw of 0, so that shrinking leaves out what does not matter.
func keeps(src sim.Source) bool { return sim.Chance(src, labelKeep, 63, 64) }

// draw draws what the operation is about.
func (o *op) draw(src sim.Source, shape *shape) {
	if o.kind != opSync {
		count := uint64(1)
		if shape.batches || sim.Chance(src, labelWorkload, 1, 3) {
			count = sim.Between(src, labelWorkload, 2, 5)
		}
		for j := range count {
			o.events = append(o.events, drawEvent(src, numbered(o.name, j), shape))
		}
		o.hold = time.Duration(src.Draw(labelWorkload, 2)) * time.Millisecond
	}
}

// String says what the operation does, for people.
func (o *op) String() string {
	what := fmt.Sprintf("%s: %s", o.name, opNames[o.kind])
	for i, e := range o.events {
		if i > 0 {
			what += ","
		}
		what += fmt.Sprintf(" %v lane %d %d bytes", e.Coordinate, e.Lane, len(e.Payload))
	}
	return what
}

func drawKind(src sim.Source, fences bool) opKind {
	if fences {
		return opCommit + opKind(src.Draw(labelWorkload, 2))
	}
	if sim.Chance(src, labelWorkload, 1, 8) {
		return opSync
	}
	return opAppend
}

// drawEvent draws an event whose payload is long enough, now and then, to span
// several of the disk's units.
func drawEvent(src sim.Source, name string, shape *shape) core.Event {
	coordinate, err := core.NewCoordinate(pick(src, labelWorkload, entities), pick(src, labelWorkload, scopes))
	if err != nil {
		panic(err) // the names above are legal
	}
	payload := name + " "
	if shape.batches || sim.Chance(src, labelWorkload, 1, 4) {
		payload += strings.Repeat("x", int(src.Draw(labelWorkload, 1500)))
	}
	return core.Event{
		Coordinate: coordinate,
		Kind:       pick(src, labelWorkload, kinds),
		Lane:       uint32(src.Draw(labelWorkload, cmp.Or(shape.lanes, lanesInitial))),
		Payload:    []byte(payload),
	}
}

// answer is how a consumer takes one delivery.
type answer struct {
	kind answerKind
	slow time.Duration // before it answers
}

type answerKind uint8

const (
	answerAccept answerKind = iota
	answerStop              // accepts, and ends its worker
	answerRollback
	answerPanic
)

var answerNames = [...]string{answerStop: "accepts and stops", answerRollback: "rolls back", answerPanic: "panics"}

// drawAnswer draws how a consumer takes its next delivery.
func drawAnswer(src sim.Source, t temper) answer {
	a := answer{}
	if t.slow > 0 {
		a.slow = time.Duration(src.Draw(labelWorkload, uint64(t.slow/time.Millisecond))) * time.Millisecond
	} else if sim.Chance(src, labelWorkload, 1, 4) {
		a.slow = time.Duration(src.Draw(labelWorkload, 4)) * time.Millisecond
	}
	if sim.Chance(src, labelWorkload, 1, cmp.Or(t.failing, 6)) {
		a.kind = answerKind(sim.Between(src, labelWorkload, uint64(answerStop), uint64(answerPanic)))
	}
	return a
}
