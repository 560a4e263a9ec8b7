package properties

import (
	"slices"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// model is what a log must be: the frames of its journal as a list, and what readers
// may see of them. It knows nothing of files and bytes.
type model struct {
	frames  []frame
	durable int     // of the frames, how many no crash takes back
	ghosts  []ghost // what failed, and may be found after a crash

	// Of the present life of the store:
	next     uint64          // the next sequence to be assigned
	written  uint64          // the watermarks, as of core.Frontier
	synced   uint64          // ...
	visible  uint64          // ...
	fence    *openFence      // nil: none is open
	hidden   map[uint64]bool // sequences that are cancelled
	poisoned bool

	fences int // begun ever
}

// frame is the events of one append, or the outcome of a fence.
type frame struct {
	entries []core.Entry // none: an outcome
	fence   int          // that it is under, or the outcome of; zero = none
	commit  bool
}

// ghost is a frame whose write or sync failed: after a crash it may follow the first
// at frames, if no other has been made durable in its place.
type ghost struct {
	at int
	frame
}

type openFence struct {
	id    int
	start uint64
}

// content is what recovery makes of some frames.
type content struct {
	visible []core.Entry
	hidden  []core.Entry // of fences without a commit
	next    uint64
}

func recovered(frames []frame) content {
	committed := make(map[int]bool)
	for _, f := range frames {
		committed[f.fence] = committed[f.fence] || f.commit
	}
	var c content
	for _, f := range frames {
		if f.fence == 0 || committed[f.fence] {
			c.visible = append(c.visible, f.entries...)
		} else {
			c.hidden = append(c.hidden, f.entries...)
		}
		if n := len(f.entries); n > 0 {
			c.next = f.entries[n-1].Sequence + 1
		}
	}
	return c
}

// log is what readers see now.
func (m *model) log() []core.Entry {
	all := recovered(m.frames).visible
	end := slices.IndexFunc(all, func(e core.Entry) bool { return e.Sequence >= m.visible })
	if end < 0 {
		return all
	}
	return all[:end]
}

// entries are the events as the log will hold them if they are appended now.
func (m *model) entries(events []core.Event, now time.Time) []core.Entry {
	type key struct {
		entity string
		lane   uint32
	}
	clocks := make(map[key]uint32)
	for _, f := range m.frames {
		for _, e := range f.entries {
			clocks[key{e.Coordinate.Entity(), e.Lane}] = e.Clock + 1
		}
	}
	list := make([]core.Entry, len(events))
	for i, ev := range events {
		k := key{ev.Coordinate.Entity(), ev.Lane}
		list[i] = core.Entry{
			Sequence: m.next + uint64(i), Coordinate: ev.Coordinate, Kind: ev.Kind, Lane: ev.Lane,
			Clock: clocks[k], Time: now, Payload: ev.Payload,
		}
		clocks[k]++
	}
	return list
}

// wrote adds a frame that is in the file.
func (m *model) wrote(f frame) {
	m.frames = append(m.frames, f)
	m.next += uint64(len(f.entries))
	m.written = m.next
}

// failed adds a frame of which nobody knows. Its sequences stay unused in this life.
func (m *model) failed(f frame) {
	m.ghosts = append(m.ghosts, ghost{at: len(m.frames), frame: f})
	m.next += uint64(len(f.entries))
}

// sync makes everything written durable, and the rest with it: what was cut off after a
// failed write stays cut off.
func (m *model) sync() {
	if m.durable < len(m.frames) {
		m.ghosts = nil
	}
	m.durable, m.synced = len(m.frames), m.written
	m.visible = m.synced
	if m.fence != nil {
		m.visible = min(m.visible, m.fence.start)
	}
}

// resolve ends the open fence.
func (m *model) resolve(commit bool) {
	m.wrote(frame{fence: m.fence.id, commit: commit})
	if !commit {
		for sequence := m.fence.start; sequence < m.next; sequence++ {
			m.hidden[sequence] = true
		}
	}
	m.fence = nil
	m.sync()
}

// candidates are the journals that may be found: after a power cut the durable frames
// and any number of those that follow, then perhaps one that failed there; after the
// death of the process alone, all frames.
func (m *model) candidates(powerCut bool) [][]frame {
	least := len(m.frames)
	if powerCut {
		least = m.durable
	}
	var list [][]frame
	for k := least; k <= len(m.frames); k++ {
		list = append(list, m.frames[:k])
		for _, g := range m.ghosts {
			if g.at == k {
				list = append(list, append(slices.Clip(m.frames[:k]), g.frame))
			}
		}
	}
	return list
}

// reopened begins a new life of the store with the frames that were found.
func (m *model) reopened(frames []frame) {
	found := recovered(frames)
	*m = model{
		frames: frames, durable: len(frames), fences: m.fences,
		next: found.next, written: found.next, synced: found.next, visible: found.next,
		hidden: make(map[uint64]bool),
	}
	for _, e := range found.hidden {
		m.hidden[e.Sequence] = true
	}
}
