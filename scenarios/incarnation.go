package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// incarnation is one life of the process: it opens the store, lets producers and
// consumers loose, and closes it, unless it is killed on the way.
type incarnation struct {
	*world
	final      bool // the liveness phase: no faults, and the run must drain
	planting   bool // files are planted first; faults come after
	ack        core.Ack
	groupDelay time.Duration
	store      *core.Store
	ended      bool // came to its end without being killed
	recovered  int  // events in the log when it was opened
	consumers  []*consuming
}

// dataDir is where the store lives: below a directory that it has to create.
const dataDir = "/data/log"

// drainMax is how long, in virtual time, the liveness phase may take once nothing
// is appended any more.
const drainMax = 5 * time.Second

// run is the main task of the process.
func (n *incarnation) run() {
	store, err := core.Open(context.Background(), n.disk, dataDir, core.Config{
		Runtime: n.runtime, Ack: n.ack, SegmentBytes: n.shape.segment, GroupDelay: n.groupDelay,
	})
	if err != nil {
		n.refuse(err)
		n.ended = true
		return
	}
	n.store = store
	n.opened = true
	if store.Recovery().Cut > 0 {
		n.counters.TailsCut++
	}
	n.counters.Recalled += uint64(store.Recovery().Snapshots)
	log, err := n.content()
	if err != nil {
		n.refuse(err)
		n.close(nil)
		n.ended = true
		return
	}
	n.recovered = len(log)
	n.record(Event{Kind: EventOpened, Entries: log, First: store.First()})
	if n.planting {
		n.trespass()
		n.plantCheckpoints(log)
		n.plan(n.final)
	}
	consumers := n.startConsumers()
	producers := n.startProducers()
	others := n.startOthers()
	if n.shape.early && !n.final {
		n.sim.Sleep(time.Duration(n.src.Draw(labelWorkload, 20)) * time.Millisecond)
		n.close(slices.Concat(producers, consumers, others))
		n.ended = true
		return
	}
	for _, p := range slices.Concat(producers, others) {
		p.Join()
	}
	if n.final {
		n.drain()
	}
	n.close(consumers)
	n.ended = true
}

func (n *incarnation) startConsumers() []*sim.Task {
	var tasks []*sim.Task
	for i := range n.shape.consumers {
		c := &consuming{incarnation: n, plan: &n.shape.consumers[i], got: make(map[uint64]bool), answer: n.answers()}
		if !n.takesPart(c.plan) {
			continue
		}
		n.consumers = append(n.consumers, c)
		tasks = append(tasks, n.sim.Go(c.plan.name, c.run))
	}
	return tasks
}

// takesPart draws whether a consumer is there: in the final incarnation all of them are.
func (n *incarnation) takesPart(c *consumerPlan) bool {
	if n.final {
		return true
	}
	takesPart := keeps(n.src)
	note(n.src, "incarnation %d: %v", n.number, c)
	return takesPart
}

// answers returns how a consumer answers: as drawn, but always accepting in the
// final incarnation.
func (n *incarnation) answers() func() answer {
	if n.final {
		return func() answer { return answer{} }
	}
	return func() answer { return drawAnswer(n.src, n.shape.temper) }
}

func (n *incarnation) startProducers() []*sim.Task {
	var tasks []*sim.Task
	start := func(actor string, fences bool) {
		ops := drawOps(n.src, fmt.Sprintf("%s.%d", actor, n.number), &n.shape, fences)
		tasks = append(tasks, n.sim.Go(actor, func() { n.produce(actor, ops) }))
	}
	for i, ops := range n.shape.fixed {
		actor := fmt.Sprintf("producer-%d", i)
		tasks = append(tasks, n.sim.Go(actor, func() { n.produce(actor, ops) }))
	}
	for i := range n.shape.producers {
		start(fmt.Sprintf("producer-%d", i), false)
	}
	for i := range n.shape.fencers {
		start(fmt.Sprintf("fencer-%d", i), true)
	}
	return tasks
}

// content reads the whole visible log.
func (n *incarnation) content() ([]core.Entry, error) {
	var log []core.Entry
	for sequence := range n.store.Frontier().Visible {
		e, ok, err := n.read(sequence)
		if err != nil {
			return nil, err
		}
		if ok {
			log = append(log, e)
		}
	}
	return log, nil
}

// readAttempts is one more than an incarnation has faults, of which each strikes once.
const readAttempts = 5

// read reads one event. A failure of the disk passes, damage does not.
func (n *incarnation) read(sequence uint64) (e core.Entry, ok bool, err error) {
	for range readAttempts {
		if e, ok, err = n.store.Read(context.Background(), sequence); err == nil {
			break
		}
	}
	return e, ok, err
}

// refuse records that the log cannot be opened, or read when it is open.
func (n *incarnation) refuse(err error) {
	n.record(Event{Kind: EventOpenFailed, Err: err})
	if errors.Is(err, core.ErrJournalCorrupt) {
		n.outcome = Refused
	}
}

// drain waits until every consumer has accepted what is visible, and hands the
// outcome to the oracles.
func (n *incarnation) drain() {
	if err := n.sync("drain"); err != nil {
		return
	}
	log, err := n.content()
	if err != nil {
		n.refuse(err)
		return
	}
	for waited := time.Duration(0); waited < drainMax && n.lacking(log); waited += time.Millisecond {
		n.sim.Sleep(time.Millisecond)
	}
	n.record(Event{Kind: EventDrained, Entries: log})
	if n.number == 0 {
		n.recovered = len(log)
	}
	n.outcome = recoveredWith(n.recovered)
}

func (n *incarnation) lacking(log []core.Entry) bool {
	for _, c := range n.consumers {
		if c.lacks(log) {
			return true
		}
	}
	return false
}

// close closes the store and waits for the tasks that are at work on it. What that leaves undone, the
// recovery of the next incarnation has to bear.
func (n *incarnation) close(tasks []*sim.Task) {
	written := n.store.Frontier().Written
	if err := n.insist("closer", callShutdown, n.store.Shutdown); err != nil {
		n.record(Event{Kind: EventCloseFailed, Actor: "closer", Err: err})
	} else {
		n.record(Event{Kind: EventSynced, First: written})
	}
	for _, t := range tasks {
		t.Join()
	}
}
