package properties

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
)

func (x *experiment) powerCut(t *rapid.T) {
	x.replace(true)
	x.reopen(t)
}

func (x *experiment) processDies(t *rapid.T) {
	x.replace(false)
	x.reopen(t)
}

func (x *experiment) close(t *rapid.T) {
	var err error
	struck := x.faulty(t, func() { err = x.store.Close() })
	if err != nil && !struck && !x.model.poisoned {
		t.Fatalf("Close = %v, and no fault struck", err)
	}
	if err == nil && !x.model.poisoned {
		x.model.sync()
	}
	x.replace(rapid.Bool().Draw(t, "power cut"))
	x.reopen(t)
}

// survive replaces a disk that a fault has frozen.
func (x *experiment) survive(t *rapid.T) {
	if x.crashed {
		x.replace(rapid.Bool().Draw(t, "power cut"))
		x.reopen(t)
	}
}

// replace ends the process, and takes the power if asked to.
func (x *experiment) replace(powerCut bool) {
	x.crashed = false
	if powerCut {
		x.unpowered = true
		x.disk = x.disk.Crash()
	} else {
		x.disk = x.disk.Restart()
	}
}

// recoveries bounds how often an opening is disturbed.
const recoveries = 3

// reopen opens the store on its disk, whatever comes in between, and checks that what
// it finds is one of the journals that may be found.
func (x *experiment) reopen(t *rapid.T) {
	x.ack = rapid.SampledFrom([]core.Ack{core.AckDurable, core.AckWritten}).Draw(t, "ack")
	x.fence = nil
	for _, c := range x.consumers {
		c.died()
	}
	open := func() (err error) {
		x.store, err = core.Open(ctx, x.disk, logDir, core.Config{Runtime: x.runtime, Ack: x.ack})
		return err
	}
	for range recoveries {
		if x.attempt(t, "Open", nil, open) && !x.crashed {
			x.found(t)
			return
		}
		x.seen[sightRecovery]++
		x.replace(rapid.Bool().Draw(t, "power cut"))
	}
	need(t, open())
	x.found(t)
}

// found looks for the candidate that the store shows.
func (x *experiment) found(t *rapid.T) {
	recovery := x.store.Recovery()
	if x.opened && (recovery.Created || x.store.Lineage() != x.lineage) {
		t.Fatalf("lineage %v, created %t; the log is of lineage %v", x.store.Lineage(), recovery.Created, x.lineage)
	}
	x.opened, x.lineage = true, x.store.Lineage()
	log := readAll(t, x.store)
	var diffs string
	for _, frames := range x.model.candidates(x.unpowered) {
		c := recovered(frames)
		want := core.Recovery{Created: recovery.Created, Cut: recovery.Cut, Hidden: uint64(len(c.hidden)), Events: uint64(len(c.hidden) + len(c.visible))}
		diff := difference(c.visible, log)
		if allocated := x.store.Frontier().Allocated; want != recovery || c.next != allocated {
			diff += fmt.Sprintf("%+v, next %d; found %+v, next %d\n", want, c.next, recovery, allocated)
		}
		if diff == "" {
			x.sights(frames, recovery)
			x.model.reopened(frames)
			x.unpowered = false
			return
		}
		diffs += diff
	}
	t.Fatalf("what was found is none of the journals that may be found (-may be +found):\n%s", diffs)
}
