package scenarios

import (
	"errors"
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// life is one incarnation of the process: it opens the store, lets producers and
// consumers loose, and closes it, unless it is killed on the way.
type life struct {
	*world
	final     bool // the liveness phase: no faults, and the run must drain
	planting  bool // files are planted first; faults come after
	ack       core.Ack
	store     *core.Store
	ended     bool // came to its end without being killed
	consumers []*consuming
}

// dataDir is where the store lives: below a directory that it has to create.
const dataDir = "/data/log"

// drainMax is how long, in virtual time, the liveness phase may take once nothing
// is appended any more.
const drainMax = 5 * time.Second

// run is the main task of the process.
func (l *life) run() {
	store, err := core.Open(l.disk, dataDir, core.Config{Runtime: l.runtime, Ack: l.ack})
	if err != nil {
		l.record(Event{Kind: EventOpenFailed, Err: err})
		if errors.Is(err, core.ErrJournalCorrupt) {
			l.outcome = Refused
		}
		l.ended = true
		return
	}
	l.store = store
	l.opened = true
	if store.Recovery().Cut > 0 {
		l.counters.TailsCut++
	}
	log := l.content()
	l.record(Event{Kind: EventOpened, Entries: log})
	if l.planting {
		l.trespass()
		l.plantCheckpoints(log)
		l.plan(l.final)
	}
	consumers := l.startConsumers()
	for _, p := range l.startProducers() {
		p.Join()
	}
	if l.final {
		l.drain()
	}
	l.close(consumers)
	l.ended = true
}

func (l *life) startConsumers() []*sim.Task {
	var tasks []*sim.Task
	for i := range l.shape.consumers {
		c := &consuming{life: l, plan: &l.shape.consumers[i], got: make(map[string]bool), answer: l.answers()}
		l.consumers = append(l.consumers, c)
		tasks = append(tasks, l.sim.Go(c.plan.name, c.run))
	}
	return tasks
}

// answers returns how a consumer answers: as drawn, but always accepting in the
// final life.
func (l *life) answers() func() answer {
	if l.final {
		return func() answer { return answer{} }
	}
	return func() answer { return drawAnswer(l.src) }
}

func (l *life) startProducers() []*sim.Task {
	var tasks []*sim.Task
	start := func(actor string, fences bool) {
		ops := drawOps(l.src, fmt.Sprintf("%s.%d", actor, l.incarnation), l.shape.ops, fences)
		tasks = append(tasks, l.sim.Go(actor, func() { l.produce(actor, ops) }))
	}
	for i := range l.shape.producers {
		start(fmt.Sprintf("producer-%d", i), false)
	}
	for i := range l.shape.fencers {
		start(fmt.Sprintf("fencer-%d", i), true)
	}
	return tasks
}

// content reads the whole visible log.
func (l *life) content() []core.Entry {
	var log []core.Entry
	for sequence := range l.store.Frontier().Visible {
		if e, ok := l.store.Read(sequence); ok {
			log = append(log, e)
		}
	}
	return log
}

// drain waits until every consumer has accepted what is visible, and hands the
// outcome to the oracles.
func (l *life) drain() {
	if err := l.sync("drain"); err != nil {
		return
	}
	log := l.content()
	for waited := time.Duration(0); waited < drainMax && l.lacking(log); waited += time.Millisecond {
		l.sim.Sleep(time.Millisecond)
	}
	l.record(Event{Kind: EventDrained, Entries: log})
	l.outcome = Drained
}

func (l *life) lacking(log []core.Entry) bool {
	for _, c := range l.consumers {
		if c.lacks(log) {
			return true
		}
	}
	return false
}

// close closes the store and waits for the consumers. What it returns is what the
// next life's recovery has to bear.
func (l *life) close(consumers []*sim.Task) {
	written := l.store.Frontier().Written
	if err := l.store.Close(); err == nil {
		l.record(Event{Kind: EventSynced, First: written})
	}
	for _, c := range consumers {
		c.Join()
	}
}
