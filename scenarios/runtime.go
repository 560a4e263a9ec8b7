package scenarios

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// NewRuntime returns the engine's runtime seam on a simulation: virtual time,
// tasks of the process that runs, and identities drawn from src.
func NewRuntime(s *sim.Sim, src sim.Source) core.Runtime { return simRuntime{s, src} }

type simRuntime struct {
	sim *sim.Sim
	src sim.Source
}

func (r simRuntime) Now() time.Time                        { return r.sim.Wall() }
func (r simRuntime) Elapsed() time.Duration                { return r.sim.Now() }
func (r simRuntime) Go(name string, body func()) core.Task { return simTask{r.sim.Go(name, body)} }
func (r simRuntime) Mutex(name string) core.Mutex          { return simMutex{r.sim.NewMutex(name)} }
func (r simRuntime) Notifier(name string) core.Notifier    { return simNotifier{r.sim.NewNotifier(name)} }
func (r simRuntime) Yield(p core.Point)                    { r.sim.Yield(string(p)) }

func (r simRuntime) WithCancel(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(endless(parent))
}

func (r simRuntime) Identity() (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], r.src.Draw(labelIdentity, 1<<63))
	binary.BigEndian.PutUint64(id[8:], r.src.Draw(labelIdentity, 1<<63))
	return id
}

type simTask struct{ *sim.Task }

func (t simTask) Join(ctx context.Context) error {
	endless(ctx)
	t.Task.Join()
	return nil
}

type simMutex struct{ *sim.Mutex }

func (m simMutex) Lock(ctx context.Context) error {
	endless(ctx)
	m.Mutex.Lock()
	return nil
}

type simNotifier struct{ *sim.Notifier }

func (n simNotifier) Wait(ctx context.Context, since uint64, timeout time.Duration) bool {
	endless(ctx)
	return n.Notifier.Wait(since, timeout)
}

// endless returns ctx, which must not be able to end: the simulation would not see it
// end.
func endless(ctx context.Context) context.Context {
	if ctx.Done() != nil {
		panic(fmt.Sprintf("scenarios: a simulated task waits with a context that can end: %v", ctx))
	}
	return ctx
}
