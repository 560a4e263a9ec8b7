package scenarios

import (
	"cmp"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// world is one run: the simulation, the disk, what is known of the log, and the
// incarnations of the process one after the other.
type world struct {
	config   Config
	shape    shape
	src      sim.Source
	sim      *sim.Sim
	disk     *simfs.FS
	choose   func(label string, n uint64) uint64 // decides the disk's crashes
	runtime  core.Runtime
	history  *History
	tail     tail
	counters Counters
	faults   map[string]uint64
	armed    map[string]uint64 // faults planned, by effect
	outcome  Outcome
	outbox   map[string][]*op // by producer: the appends that it will try again
	watch    *watch           // of an exploration; nil = none
	cuts     []Cut            // if the whole trace is kept

	// Of the present incarnation of the process:
	number     int // of incarnations before it
	process    *sim.Process
	opened     bool   // its store is open
	acked      bool   // it has acknowledged an append
	crashPoint uint64 // yield points of the engine until it is killed; zero = it is not
}

// run is the driver's task: it lives outside the process and outlives it.
func (w *world) run() {
	w.outcome = Unended
	for w.outcome == Unended && w.number < w.shape.incarnations && w.history.found == nil {
		w.live(w.number == w.shape.incarnations-1)
		w.number++
	}
}

func (w *world) live(final bool) {
	n := &incarnation{world: w, final: final}
	if w.shape.unsynced && sim.Chance(w.src, labelShape, 1, 2) {
		n.ack = core.AckWritten
	}
	if w.shape.closed == nil {
		n.groupDelay = time.Duration(sim.Between(w.src, labelShape, 0, 2)) * time.Millisecond
	}
	n.planting = w.shape.plant != plantNothing && w.number > 0 && sim.Chance(w.src, labelShape, 2, 3)
	w.opened, w.acked = false, false
	if w.shape.litter {
		w.plan(true)
		w.litter()
	}
	w.plan(final || n.planting)
	if w.shape.closed != nil {
		w.arm(w.shape.closed)
	}
	w.record(Event{Kind: EventBegan})
	w.process = w.sim.Process("incarnation")
	w.process.Go("main", n.run).Join()
	w.process.Kill()
	if !final {
		w.replaceDisk(n)
	}
}

// replaceDisk gives the next incarnation its disk: what a power cut leaves, or what the
// page cache holds when the process alone has died.
func (w *world) replaceDisk(n *incarnation) {
	if !n.ended {
		w.counters.Crashes++
		if !w.opened {
			w.counters.RecoveryCrashes++
		}
	}
	off := without(w.config.Without)
	if sim.Chance(w.src, labelCrash, 1, cmp.Or(w.shape.dies, 4)) && !off.has(ruleProcessDeath) || off.has(rulePowerCut) {
		note(w.src, "incarnation %d: the process dies, the page cache lives on", w.number)
		w.counters.ProcessDeaths++
		w.disk = w.disk.Restart()
	} else {
		note(w.src, "incarnation %d: power cut", w.number)
		w.counters.PowerCuts++
		if w.acked {
			w.counters.AtRisk++
		}
		w.disk = w.powerCut()
	}
}

// kill ends the process where it stands. Called from one of its tasks, it does
// not return.
func (w *world) kill() { w.process.Kill() }

// record takes one event into the history, the trace, and the counters. The first
// violation ends the run.
func (w *world) record(e Event) {
	if w.history.found != nil {
		return
	}
	e.Incarnation = w.number
	e.Time = w.sim.Now()
	w.counters.count(&e)
	w.acked = w.acked || e.Kind == EventAcked
	w.tail.add(&e)
	e.emit(w.sim.Trace())
	w.history.record(&e)
	if w.watch != nil {
		w.watch.take(e)
	}
	if w.history.found != nil && w.process != nil {
		w.kill()
	}
}

// worldRuntime is the engine's runtime in a world: some yield point is the last
// that an incarnation sees.
type worldRuntime struct {
	simRuntime
	world *world
}

func (r worldRuntime) Yield(p core.Point) {
	r.world.countDown()
	r.simRuntime.Yield(p)
	r.world.stall(p)
}

// crashAtYield is the fault of an incarnation that ends at a yield point of the engine,
// beside the effects of the disk's rules.
const crashAtYield = "crash-at-yield"

func (w *world) countDown() {
	if w.crashPoint == 0 {
		return
	}
	if w.crashPoint--; w.crashPoint == 0 {
		w.faults[crashAtYield]++
		w.kill()
	}
}
