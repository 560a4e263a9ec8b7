package scenarios

import (
	"fmt"
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
}

type opKind uint8

const (
	opAppend opKind = iota // one event, or a batch of several
	opSync
	opCommit // a fence around its events, each appended by itself
	opCancel
)

// drawOps draws what one producer does in one incarnation. Every payload begins with a
// name that no other event ever has.
func drawOps(src sim.Source, producer string, n int, fences bool) []op {
	ops := make([]op, n)
	for i := range ops {
		o := &ops[i]
		o.name = fmt.Sprintf("%s.%d", producer, i)
		o.think = time.Duration(src.Draw(labelWorkload, 4)) * 700 * time.Microsecond
		o.kind = drawKind(src, fences)
		if o.kind == opSync {
			continue
		}
		count := uint64(1)
		if sim.Chance(src, labelWorkload, 1, 3) {
			count = sim.Between(src, labelWorkload, 2, 5)
		}
		for j := range count {
			o.events = append(o.events, drawEvent(src, fmt.Sprintf("%s.%d", o.name, j)))
		}
		o.hold = time.Duration(src.Draw(labelWorkload, 2)) * time.Millisecond
	}
	return ops
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
func drawEvent(src sim.Source, name string) core.Event {
	coordinate, err := core.NewCoordinate(pick(src, labelWorkload, entities), pick(src, labelWorkload, scopes))
	if err != nil {
		panic(err) // the names above are legal
	}
	payload := name + " "
	if sim.Chance(src, labelWorkload, 1, 4) {
		payload += strings.Repeat("x", int(src.Draw(labelWorkload, 1500)))
	}
	return core.Event{
		Coordinate: coordinate,
		Kind:       pick(src, labelWorkload, kinds),
		Lane:       uint32(src.Draw(labelWorkload, lanes)),
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

// drawAnswer draws how a consumer takes its next delivery.
func drawAnswer(src sim.Source) answer {
	a := answer{}
	if sim.Chance(src, labelWorkload, 1, 4) {
		a.slow = time.Duration(src.Draw(labelWorkload, 4)) * time.Millisecond
	}
	if sim.Chance(src, labelWorkload, 1, 6) {
		a.kind = answerKind(sim.Between(src, labelWorkload, uint64(answerStop), uint64(answerPanic)))
	}
	return a
}
