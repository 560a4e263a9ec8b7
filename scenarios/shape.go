package scenarios

import (
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// shape is what a run consists of, drawn before it begins. A scenario draws one.
type shape struct {
	incarnations int // of the process, the last one without faults
	producers    int
	fencers      int
	ops          int   // operations of one producer in one incarnation
	unit         int   // bytes that the disk persists or loses together
	segment      int64 // bytes of a segment of the journal; zero = so many that none is full
	consumers    []consumerPlan
	crash        crashFocus
	dies         uint64                            // one in so many lives ends with the process alone, not the machine; zero = 4
	plant        planting                          // files are put in the place of checkpoints between incarnations
	litter       bool                              // temporary files lie about that nobody cleared away
	rules        func(src sim.Source) []simfs.Rule // the scenario's own faults, of every incarnation but the last; nil = none
	profile      simfs.Profile
	lanes        uint64 // events are spread over; zero = lanesInitial
	batches      bool   // appends are batches, of large events as a rule
	cancels      bool   // fences are cancelled, never committed
	temper       temper
	early        bool    // the store is closed while producers and consumers are at work
	contended    bool    // somebody else opens the first consumer's checkpoint now and then
	jumps        bool    // the wall clock jumps
	retains      bool    // old segments are dropped now and then
	fixed        [][]op  // by producer: what it does, instead of what is drawn; nil = drawn
	closed       *closed // whose workload it is; nil = drawn
	impatient    uint64  // one in so many calls has a context that ends; zero = none
	retries      bool    // producers append under keys, and try again what may have failed
	unsynced     bool    // some incarnations acknowledge appends before they are durable
	stalls       bool    // tasks are held up in the middle of appends and syncs
}

// crashFocus says where a scenario likes to end an incarnation.
type crashFocus uint8

const (
	crashAnywhere crashFocus = iota
	crashInWrites            // in the middle of a write, or right behind one
	crashSeldom
	crashInRecovery // among the first operations of an incarnation
	crashAtRename   // right before or behind a rename
)

// temper is how consumers answer.
type temper struct {
	failing uint64        // one in so many deliveries is not simply accepted; zero = 6
	slow    time.Duration // each takes up to so long; zero = some take a little
}

// consumerPlan is one consumer, the same in every incarnation.
type consumerPlan struct {
	name     string
	region   core.Region
	id       core.CheckpointID // zero: starts over in every incarnation
	worker   bool              // a supervised worker; otherwise a cursor that reads and commits
	ranges   bool              // ... by ranging over its events; otherwise by pulls
	batch    int
	deadline time.Duration // of a pull, or a worker's idle sleep
	restart  core.RestartPolicy
	cadence  core.Cadence // of a worker's saves
}

// String says who the consumer is, for people.
func (c *consumerPlan) String() string {
	kind, takes := "cursor", fmt.Sprintf("batches of %d", c.batch)
	switch {
	case c.worker:
		kind = "worker"
	case c.ranges:
		takes = "one event after the other"
	}
	if c.id != (core.CheckpointID{}) {
		kind = "durable " + kind
	}
	return fmt.Sprintf("%s, a %s, region %q, %s", c.name, kind, c.region.Identity(), takes)
}

// The names that workloads use. Some lie in each other's namespace, some only look
// as if they did.
var (
	entities = []string{"user", "user:1", "user:1:cart", "user2", "order:9"}
	scopes   = []string{"shop", "audit"}
	kinds    = []core.Kind{core.KindData, 0x1001, 0x2000, 0xF00F}
	regions  = []core.Region{
		{},
		core.Region{}.WithEntity("user"),
		core.Region{}.WithEntity("user:1"),
		core.Region{}.WithScope("shop"),
		core.Region{}.WithLane(1),
		core.Region{}.WithLane(2).WithScope("audit"),
		core.Region{}.WithFact(core.ExactKind(core.KindData)),
		core.Region{}.WithFact(core.KindCategory(1)),
		core.Region{}.WithFact(core.AnyKind()),
		core.Region{}.WithEntity("user").WithFact(core.KindCategory(2)),
		core.Region{}.WithEntity("user").WithClock(core.ClockRange{Start: 1, End: 4}),
	}
)

const lanesInitial = 3

// drawConsumers draws n consumers. The first is always a durable worker over
// everything, so that nothing is appended that nobody must get.
func drawConsumers(src sim.Source, n int) []consumerPlan {
	plans := make([]consumerPlan, n)
	for i := range plans {
		p := &plans[i]
		p.name = fmt.Sprintf("consumer-%d", i)
		p.batch = int(sim.Between(src, labelShape, 1, 6))
		p.deadline = time.Duration(sim.Between(src, labelShape, 1, 20)) * time.Millisecond
		p.restart = core.RestartOnce()
		if sim.Chance(src, labelShape, 1, 2) {
			p.restart = core.RestartBounded(3, 5*time.Millisecond)
		}
		p.cadence = drawCadence(src)
		p.worker = i == 0 || sim.Chance(src, labelShape, 1, 2)
		p.ranges = sim.Chance(src, labelReading, 1, 3)
		if i > 0 {
			p.region = pick(src, labelShape, regions)
		}
		if i == 0 || sim.Chance(src, labelShape, 2, 3) {
			p.id = mustID(p.name)
		}
	}
	return plans
}

// segmentSmallest is the least that the engine takes.
const segmentSmallest = 256

// drawSegment draws the size of the journal's segments. The small ones take a few
// appends.
func drawSegment(src sim.Source) int64 {
	return pick(src, labelSegment, []int64{0, segmentSmallest, 1 << 10, 4 << 10})
}

// drawCadence draws when a worker saves: after every batch, or seldom.
func drawCadence(src sim.Source) core.Cadence {
	switch src.Draw(labelShape, 5) {
	case 1:
		return core.Cadence{Events: int(sim.Between(src, labelShape, 2, 12))}
	case 2:
		return core.Cadence{Bytes: int64(sim.Between(src, labelShape, 1, 256))}
	case 3:
		return core.Cadence{Interval: time.Duration(sim.Between(src, labelShape, 1, 10)) * time.Millisecond}
	}
	return core.Cadence{}
}

func pick[T any](src sim.Source, label string, from []T) T {
	return from[src.Draw(label, uint64(len(from)))]
}

// mustID makes an id that is legal by construction.
func mustID(name string) core.CheckpointID {
	id, err := core.NewCheckpointID(name)
	if err != nil {
		panic(err)
	}
	return id
}
