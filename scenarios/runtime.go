package scenarios

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// NewRuntime returns the engine's runtime seam on a simulation: virtual time,
// tasks of the process that runs, and identities drawn from src. Contexts that can
// end must be of the simulation, see [sim.Sim.WithCancel].
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
	return r.sim.WithCancel(parent)
}

func (r simRuntime) Identity() (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], r.src.Draw(labelIdentity, 1<<63))
	binary.BigEndian.PutUint64(id[8:], r.src.Draw(labelIdentity, 1<<63))
	return id
}

type simTask struct{ *sim.Task }

func (t simTask) Join(ctx context.Context) error { return t.JoinContext(ctx) }

type simMutex struct{ *sim.Mutex }

func (m simMutex) Lock(ctx context.Context) error { return m.LockContext(ctx) }

type simNotifier struct{ *sim.Notifier }

func (n simNotifier) Wait(ctx context.Context, since uint64, timeout time.Duration) bool {
	changed, _ := n.WaitContext(ctx, since, timeout)
	return changed
}
