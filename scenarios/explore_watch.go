package scenarios

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/batpak/batpak-sim/simfs"
)

// watch looks at a life of the process and takes down the moments at which it may be cut: before
// every operation of the disk, and at its end.
type watch struct {
	life    int          // lives before this one
	events  past         // of the history so far
	history uint64       // hash of those that say what is promised
	disk    uint64       // hash of all that has changed on the disk
	last    instant      // of the latest moment
	reach   func(moment) // is handed each moment that differs from the one before; nil = the life is not cut
}

// restartID names what the death of the process alone leaves at a moment, as images are named.
func restartID(space *simfs.Space) simfs.StateID {
	return simfs.StateID(fmt.Sprintf("%d-restart", space.Op()))
}

// instant says which images a cut may leave, and what they must hold.
type instant struct{ disk, history uint64 }

// moment is an instant with what is needed to go on from there.
type moment struct {
	instant
	disk   *simfs.FS // as it is now
	lives  int       // with this one
	events past
}

// past is a list of events, those of the latest life apart: the lives before are shared by all
// that go on from them.
type past struct {
	before *past // nil = nothing
	latest []Event
}

// tell has h take all of them, in order.
func (p *past) tell(h *History) {
	if p == nil {
		return
	}
	p.before.tell(h)
	for i := range p.latest {
		h.record(&p.latest[i])
	}
}

// all is the whole list.
func (p *past) all() []Event {
	if p == nil {
		return nil
	}
	return append(p.before.all(), p.latest...)
}

// newWatch watches a life that goes on from those events.
func newWatch(from moment, reach func(moment)) *watch {
	latest := make([]Event, 0, eventsUsual)
	return &watch{life: from.lives, events: past{&from.events, latest}, history: from.history, reach: reach}
}

// eventsUsual is how many events there is room for before a life has shown any.
const eventsUsual = 8

// newWatchOnCache watches a life that begins with what the page cache holds: what a cut of it may
// leave depends on all that was done to the disk before.
func newWatchOnCache(from moment, reach func(moment)) *watch {
	w := newWatch(from, reach)
	w.disk = hashText(from.instant.disk, "page cache")
	return w
}

// take takes in an event of the history.
func (w *watch) take(e Event) {
	e.Incarnation = w.life
	w.events.latest = append(w.events.latest, e)
	switch e.Kind {
	case EventFrontier, EventIdle, EventUnread: // no crash makes anything of these
	default:
		w.history = e.hash(w.history)
	}
}

// changed takes in what an operation did to the disk.
func (w *watch) changed(disk *simfs.FS, r simfs.Record) {
	switch r.Kind {
	case simfs.OpOpen, simfs.OpRead, simfs.OpClose, simfs.OpStat, simfs.OpReadDir, simfs.OpReadlink:
		return
	}
	w.disk = hashNumbers(hashText(hashText(w.disk, r.Path), r.Path2), uint64(r.Kind), uint64(r.Off), uint64(r.Len), uint64(r.N))
	if r.Kind != simfs.OpSync && r.Kind != simfs.OpSyncDir {
		sum := disk.Sum()
		w.disk = hashNumbers(w.disk, binary.LittleEndian.Uint64(sum[:]))
	}
}

// moment takes the present one down.
func (w *watch) moment(disk *simfs.FS) {
	at := instant{w.disk, w.history}
	if at == w.last {
		return
	}
	w.last = at
	w.reach(moment{at, disk, w.life + 1, past{w.events.before, slices.Clip(w.events.latest)}})
}

const (
	hashPrime = 1099511628211
	hashBasis = 14695981039346656037
)

func hashText(h uint64, s string) uint64 {
	for _, b := range []byte(s) {
		h = (h ^ uint64(b)) * hashPrime
	}
	return (h ^ 0xff) * hashPrime
}

func hashNumbers(h uint64, numbers ...uint64) uint64 {
	for _, n := range numbers {
		h = (h ^ n) * hashPrime
		h ^= h >> 29
	}
	return h
}

// hash takes the event into a hash: all of it but its time.
func (e *Event) hash(h uint64) uint64 {
	h = hashText(hashText(hashText(hashText(h^hashBasis, string(e.Kind)), e.Actor), e.Op), e.Fence)
	h = hashNumbers(h, flag(e.Commit), e.First, flag(e.Durable), flag(e.Started), e.Position)
	for i := range e.Events {
		h = hashText(h, name(e.Events[i].Payload))
	}
	for i := range e.Entries {
		entry := &e.Entries[i]
		h = hashNumbers(hashText(h, name(entry.Payload)), entry.Sequence, uint64(entry.Clock))
	}
	if e.Err != nil {
		h = hashText(h, e.Err.Error())
	}
	return h
}
