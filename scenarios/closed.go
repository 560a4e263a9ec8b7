package scenarios

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// closed is a workload of a scenario that is the same in every run and so small that
// [Explore] can come to an end with it: only the schedule is open, and the crash.
type closed struct {
	summary   string // in one line
	unit      int    // bytes that the disk persists or loses together; zero = 512
	ops       [][]op // by producer
	consumers []consumerPlan
	retries   bool // the appends have keys, and are tried again in the next life

	// faults are rules of which a run has none or one. It strikes once, at any of the first
	// operations that it matches, as many as strikes says.
	faults  []simfs.Rule
	strikes uint64
}

// plain is the closed workload of scenarios that have none of their own.
var plain = closed{
	summary:   "one producer appends a batch of two and one event, one cursor saves its checkpoint",
	ops:       [][]op{{appends("producer-0.0", 0, 0), appends("producer-0.1", 0)}},
	consumers: []consumerPlan{closedConsumer(false, 2)},
}

func (c *closed) shape() shape {
	unit := c.unit
	if unit == 0 {
		unit = 512
	}
	return shape{incarnations: 1, fixed: c.ops, unit: unit, consumers: c.consumers, retries: c.retries, closed: c}
}

// workload is the closed one of the scenario.
func (s Scenario) workload() *closed {
	if s.closed.ops == nil {
		return &plain
	}
	return &s.closed
}

// arm draws the fault of a run of the closed workload.
func (w *world) arm(c *closed) {
	which := w.src.Draw(labelFault, uint64(len(c.faults))+1)
	if which == 0 {
		return
	}
	rule := c.faults[which-1]
	rule.Nth = 1 + w.src.Draw(labelFault, c.strikes)
	note(w.src, "%v", rule)
	if err := w.disk.SetFaults(rule); err != nil {
		panic(err) // the rules are legal
	}
}

// appends is an append of one event for each size, its payload so many bytes longer
// than its name.
func appends(name string, sizes ...int) op {
	o := op{kind: opAppend, name: name}
	for i, size := range sizes {
		o.events = append(o.events, plainEvent(fmt.Sprintf("%s.%d", name, i), size))
	}
	return o
}

// fences is a fence around appends of one event for each size.
func fences(kind opKind, name string, sizes ...int) op {
	o := appends(name, sizes...)
	o.kind = kind
	return o
}

func plainEvent(name string, size int) core.Event {
	coordinate, err := core.NewCoordinate(entities[0], scopes[0])
	if err != nil {
		panic(err) // the names are legal
	}
	return core.Event{Coordinate: coordinate, Kind: core.KindData, Payload: []byte(name + " " + strings.Repeat("x", size))}
}

// closedConsumer is a consumer with a checkpoint, everything for its region.
func closedConsumer(worker bool, batch int) consumerPlan {
	return consumerPlan{
		name: "consumer-0", id: mustID("consumer-0"), worker: worker, batch: batch,
		deadline: drainMax, restart: core.RestartOnce(),
	}
}

// closedReader is a consumer without a checkpoint.
func closedReader(name string) consumerPlan {
	return consumerPlan{name: name, batch: 2, deadline: drainMax}
}

// settled is a source that leaves the identities of the engine no choice, so that all
// of an exploration is about the schedule.
type settled struct {
	*notebook
	identities uint64
}

// Draw implements [sim.Source].
func (s *settled) Draw(label string, n uint64) uint64 {
	if label == labelIdentity {
		s.identities++
		return s.identities
	}
	return s.notebook.Draw(label, n)
}

// identity is the next one.
func identity(count *uint64) (id [16]byte) {
	*count++
	binary.BigEndian.PutUint64(id[8:], *count)
	return id
}

// newClosedWorld returns the world of the scenario's closed workload.
func newClosedWorld(scenario Scenario, src *notebook, stepMax uint64, keep int, watch *watch) *world {
	fixed := Scenario{Name: scenario.Name, draw: func(sim.Source, int) shape { return scenario.workload().shape() }}
	w := newWorld(Config{Scenario: scenario.Name, Faults: FaultsOff, Source: &settled{notebook: src}, stepMax: stepMax, Keep: keep}, fixed)
	w.watch = watch
	return w
}
