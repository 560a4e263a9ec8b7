package scenarios

import (
	"fmt"
	"strings"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Cut is the disk at a power cut: what was unsynced, and what the next incarnation found.
type Cut struct {
	Incarnation int         `json:"incarnation"` // that the power cut ended
	Event       int         `json:"event"`       // events of the trace before it
	Image       string      `json:"image"`       // the name of what survived
	Images      string      `json:"images"`      // how many there could have been
	Fates       []CutFate   `json:"fates"`       // of all that was unsynced, oldest first
	Changed     []CutChange `json:"changed"`     // what programs saw and what survived, where they differ
}

// CutFate is what became of one thing that was unsynced.
type CutFate struct {
	Outcome string `json:"outcome"` // survived, partly or lost
	What    string `json:"what"`
	Why     string `json:"why"` // it was unsynced
	Detail  string `json:"detail,omitempty"`
}

// CutChange is one path that is not after the cut what it was before.
type CutChange struct {
	Path    string      `json:"path"`
	Before  string      `json:"before"` // what programs saw; empty = nothing
	After   string      `json:"after"`  // what survived; empty = nothing
	Windows []CutWindow `json:"windows,omitempty"`
	More    int         `json:"more,omitempty"` // windows that are not shown
}

// CutWindow is a part of a file in which the bytes differ, as far as it is shown.
type CutWindow struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"` // bytes; more than are shown, perhaps
	Before []byte `json:"before"`
	After  []byte `json:"after"`
}

// powerCut is what a power cut leaves of the disk. A run that keeps its whole trace keeps the
// cut too; the decisions are the same.
func (w *world) powerCut() *simfs.FS {
	if w.config.Keep != sim.KeepAll {
		return w.disk.Crash()
	}
	space := w.disk.Space()
	state := space.Sample(w.choose)
	w.cuts = append(w.cuts, newCut(space, state, w.number, int(w.sim.Trace().Count())))
	return state.FS()
}

func newCut(space *simfs.Space, state simfs.State, incarnation, event int) Cut {
	c := Cut{
		Incarnation: incarnation, Event: event, Image: string(state.ID()), Images: space.Count().String(),
		Fates: []CutFate{}, Changed: []CutChange{},
	}
	for _, f := range state.Fates() {
		c.Fates = append(c.Fates, CutFate{f.Outcome.String(), f.Unsynced.String(), f.Why, f.Detail})
	}
	for _, whole := range space.States() { // the first has all that programs saw
		c.Changed = cutChanges(whole, state.FS())
		break
	}
	return c
}

// cutChanges compares two images that nothing else uses.
func cutChanges(before, after *simfs.FS) []CutChange {
	for _, image := range []*simfs.FS{before, after} {
		if err := image.Reconfigure(simfs.Config{}); err != nil { // its hooks and faults are the run's
			panic(err) // the zero value is legal
		}
	}
	differences, err := simfs.Diff(before, after, "/")
	if err != nil {
		panic(err) // the root is there, and no fault is armed
	}
	changes := []CutChange{}
	for _, d := range differences {
		change := CutChange{Path: d.Path, Before: entryText(d.A), After: entryText(d.B), More: d.More}
		for _, r := range d.Ranges {
			change.Windows = append(change.Windows, CutWindow{r.Off, r.Len, r.A, r.B})
		}
		switch {
		case d.B == nil && d.A.Mode.IsRegular() && d.A.Size > 0:
			change.Windows = []CutWindow{{Length: d.A.Size, Before: beginning(before, d.Path)}}
		case d.A == nil && d.B.Mode.IsRegular() && d.B.Size > 0:
			change.Windows = []CutWindow{{Length: d.B.Size, After: beginning(after, d.Path)}}
		}
		changes = append(changes, change)
	}
	return changes
}

// beginningBytes is how much is shown of a file that is on one side only.
const beginningBytes = 256

// beginning is how a file begins.
func beginning(fs *simfs.FS, path string) []byte {
	content, err := afero.ReadFile(fs, path)
	if err != nil {
		panic(err) // it was found there, and no fault is armed
	}
	return content[:min(len(content), beginningBytes)]
}

func entryText(e *simfs.Entry) string {
	switch {
	case e == nil:
		return ""
	case e.Mode.IsRegular():
		return fmt.Sprintf("a file of %d bytes", e.Size)
	}
	text, _, _ := strings.Cut(e.String(), ",")
	return text
}
