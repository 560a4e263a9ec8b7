package scenarios

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// recovery is the life after a crash: the store is opened on what the disk was left
// with, something is appended, and every consumer reads it to its end. It is one task
// and has no schedule.
type recovery struct {
	workload *closed
	disk     *simfs.FS
	watch    *watch
	store    *core.Store
	outcome  Outcome
}

// recoverFrom lets the engine recover from an image and returns what could be seen of it.
func recoverFrom(disk *simfs.FS, workload *closed, w *watch) *recovery {
	r := &recovery{workload: workload, disk: disk, watch: w, outcome: Unended}
	config := simfs.Config{Unit: workload.shape().unit, Now: func() time.Time { return recoveryTime }}
	if w.reach != nil {
		config.Hook = func(simfs.Op) { w.moment(disk) }
		config.Observe = func(o simfs.Record) { w.changed(disk, o) }
	}
	err := disk.Reconfigure(config)
	if err != nil {
		panic(err) // the configuration is ours
	}
	r.run()
	if w.reach != nil {
		w.moment(disk)
	}
	return r
}

func (r *recovery) run() {
	w := r.watch
	w.take(Event{Kind: EventBegan})
	store, err := core.Open(context.Background(), r.disk, dataDir, core.Config{Runtime: &direct{}})
	if err != nil {
		w.take(Event{Kind: EventOpenFailed, Err: err})
		if errors.Is(err, core.ErrJournalCorrupt) {
			r.outcome = Refused
		}
		return
	}
	r.store = store
	log := r.content()
	w.take(Event{Kind: EventOpened, Entries: log})
	r.produce()
	for i := range r.workload.consumers {
		r.consume(&r.workload.consumers[i])
	}
	w.take(Event{Kind: EventDrained, Entries: r.content()})
	r.outcome = recoveredWith(len(log))
	if err := store.Close(); err != nil {
		w.take(Event{Kind: EventSyncFailed, Err: err})
	}
}

// produce appends what the workload tries again, and a batch that no other life appends.
func (r *recovery) produce() {
	if r.workload.retries {
		for _, ops := range r.workload.ops {
			for i := range ops {
				r.append(ops[i].name, keyed(ops[i].events))
			}
		}
	}
	batch := appends(fmt.Sprintf("recovery-%d", r.watch.life), 0, 0)
	r.append(batch.name, batch.events)
}

func (r *recovery) append(op string, events []core.Event) {
	r.watch.take(Event{Kind: EventAttempt, Op: op, Events: events})
	receipt, err := r.store.AppendBatch(context.Background(), events)
	if err != nil {
		r.watch.take(Event{Kind: EventFailed, Op: op, Err: err})
		return
	}
	r.watch.take(Event{Kind: EventAcked, Op: op, First: receipt.First, Durable: true})
}

func (r *recovery) content() []core.Entry {
	var log []core.Entry
	for sequence := range r.store.Frontier().Visible {
		if e, ok, err := r.store.Read(context.Background(), sequence); err == nil && ok {
			log = append(log, e)
		}
	}
	return log
}

// consume reads all that a consumer has not accepted before, and saves where it stands.
func (r *recovery) consume(c *consumerPlan) {
	cursor, err := r.store.Cursor(context.Background(), c.region, core.CursorConfig{Checkpoint: c.id})
	if err != nil {
		r.watch.take(Event{Kind: EventRefused, Actor: c.name, Region: c.region, Err: err})
		return
	}
	defer cursor.Close()
	position, started := cursor.Position()
	r.watch.take(Event{Kind: EventResumed, Actor: c.name, Region: c.region, Started: started, Position: position})
	for {
		batch, err := cursor.PollBatch(context.Background(), core.MaxBatchEvents)
		if err != nil || len(batch) == 0 {
			return
		}
		r.watch.take(Event{Kind: EventDelivered, Actor: c.name, Entries: batch})
		r.watch.take(Event{Kind: EventAccepted, Actor: c.name})
		if c.id == (core.CheckpointID{}) {
			continue
		}
		if cursor.Commit(context.Background()) == nil {
			r.watch.take(Event{Kind: EventSaved, Actor: c.name})
		}
	}
}

var recoveryTime = time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)

// direct is a runtime for one task: nothing waits, and time stands still.
type direct struct{ identities uint64 }

func (*direct) Now() time.Time                { return recoveryTime }
func (*direct) Elapsed() time.Duration        { return 0 }
func (*direct) Mutex(string) core.Mutex       { return unlocked{} }
func (*direct) Notifier(string) core.Notifier { return new(silent) }
func (*direct) Yield(core.Point)              {}
func (*direct) WithCancel(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(parent)
}

func (d *direct) Identity() [16]byte { return identity(&d.identities) }

func (*direct) Go(_ string, body func()) core.Task {
	body()
	return ended{}
}

// unlocked is a mutex that nobody contends for.
type unlocked struct{}

func (unlocked) Lock(context.Context) error { return nil }
func (unlocked) Unlock()                    {}

// ended is a task that has ended.
type ended struct{}

func (ended) Join(context.Context) error { return nil }

// silent is a notifier that nobody waits for.
type silent struct{ epoch uint64 }

func (s *silent) Epoch() uint64 { return s.epoch }
func (s *silent) Notify()       { s.epoch++ }

func (s *silent) Wait(_ context.Context, since uint64, _ time.Duration) bool { return s.epoch != since }
