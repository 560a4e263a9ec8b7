package scenarios

import (
	"encoding/binary"
	"sync"
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
func (r simRuntime) Go(name string, body func()) core.Task { return r.sim.Go(name, body) }
func (r simRuntime) Mutex(name string) sync.Locker         { return r.sim.NewMutex(name) }
func (r simRuntime) Notifier(name string) core.Notifier    { return r.sim.NewNotifier(name) }
func (r simRuntime) Yield(p core.Point)                    { r.sim.Yield(string(p)) }

func (r simRuntime) Identity() (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], r.src.Draw(labelIdentity, 1<<63))
	binary.BigEndian.PutUint64(id[8:], r.src.Draw(labelIdentity, 1<<63))
	return id
}
