package scenarios

import (
	"context"
	"errors"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// patienceUnit is what the time is drawn in after which a caller gives a call up, and
// patienceUnits how many of them it has at most.
const (
	patienceUnit  = 500 * time.Microsecond
	patienceUnits = 8
)

// drawImpatience draws how impatient the callers of a run are whose scenario leaves that
// open: in most runs everybody waits.
func drawImpatience(src sim.Source) uint64 {
	if sim.Chance(src, labelPatience, 1, 8) {
		return 6
	}
	return 0
}

// try makes a call with a context that may end, as drawn, and records it if that has
// ended when the call returns.
func (n *incarnation) try(actor, call string, do func(context.Context) error) error {
	ctx, ends, cancel := n.patience(call)
	defer cancel()
	err := do(ctx)
	if ctx.Err() != nil {
		n.gaveUp(actor, call, ends, err)
	}
	return err
}

// patience returns the context of a call and when it ends, if it ever does.
func (n *incarnation) patience(call string) (ctx context.Context, ends time.Duration, cancel context.CancelFunc) {
	if n.shape.impatient == 0 || !sim.Chance(n.src, labelPatience, 1, n.shape.impatient) {
		return context.Background(), 0, func() {}
	}
	patience := time.Duration(n.src.Draw(labelPatience, patienceUnits)) * patienceUnit
	if call == callPull || call == callRange {
		patience += patienceUnit // or a consumer could go round while time stands still
	}
	ends = n.sim.Now() + patience
	ctx, cancel = n.contextFor(patience)
	return ctx, ends, cancel
}

func (n *incarnation) gaveUp(actor, call string, ended time.Duration, err error) {
	n.record(Event{Kind: EventGaveUp, Actor: actor, Op: call, Since: ended, Err: err})
}

// The calls that are made with a context, as in EventGaveUp.
const (
	callAppend   = "append"
	callSync     = "sync"
	callBegin    = "begin a fence"
	callResolve  = "resolve a fence"
	callOpen     = "open a cursor"
	callForget   = "remove a checkpoint"
	callDrop     = "drop"
	callPull     = "pull"
	callRange    = "range over events"
	callCommit   = "commit a checkpoint"
	callJoin     = "join"
	callShutdown = "shutdown"
)

// insistTries is how often a call is given up before its caller waits.
const insistTries = 3

// insist tries a call again when it was given up before it had done anything.
func (n *incarnation) insist(actor, call string, do func(context.Context) error) error {
	for range insistTries {
		if err := n.try(actor, call, do); !givenUp(err) {
			return err
		}
	}
	return do(context.Background())
}

// contextFor returns a context that ends after d: by its deadline, or because another
// task cancels it.
func (n *incarnation) contextFor(d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 || n.src.Draw(labelPatience, 2) == 0 {
		return n.sim.WithTimeout(context.Background(), d)
	}
	ctx, cancel := n.sim.WithCancel(context.Background())
	n.sim.Go("canceller", func() {
		n.sim.Sleep(d)
		cancel()
	})
	return ctx, cancel
}

// givenUp tells that a call ended with its context and had no effect.
func givenUp(err error) bool {
	return contextError(err) && !errors.Is(err, core.ErrUnconfirmed)
}
