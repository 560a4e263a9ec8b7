package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Action is a handler's answer to a batch.
type Action uint8

const (
	// Continue accepts the batch: its checkpoint is saved, now or later as the Cadence
	// says, and the next batch comes.
	Continue Action = iota

	// Stop accepts the batch and ends the worker once the checkpoint is saved.
	Stop

	// StopWithRollback refuses the batch and ends the worker: the next worker of
	// the same checkpoint id gets the batch again.
	StopWithRollback
)

// Delivery is what a handler gets: at least one event, in commit order.
type Delivery struct {
	Entries []Entry
	Witness *AtLeastOnce // nil when the worker has no checkpoint id
}

// AtLeastOnce testifies that a delivery is repeated until it is accepted, across
// restarts of the process. Only a worker with a checkpoint id hands it out.
type AtLeastOnce struct{ id CheckpointID }

// Checkpoint is the id under which the delivery is accounted for.
func (a *AtLeastOnce) Checkpoint() CheckpointID { return a.id }

// Handler deals with one delivery. It may see the same events again, after a
// crash, a panic or a rollback, and must be able to bear that.
//
// The context ends when the worker is stopped: by Stop, or because its store shuts
// down. What the handler answers counts nevertheless.
type Handler func(context.Context, Delivery) Action

// WorkerConfig says what a worker reads and how. The zero value follows every
// event from the first, in memory only.
type WorkerConfig struct {
	Region     Region
	Checkpoint CheckpointID  // the zero value keeps no checkpoint: delivery starts over with each worker
	Cadence    Cadence       // when that is saved; zero = after every batch
	BatchSize  int           // events in one delivery at most; zero = 64
	IdleSleep  time.Duration // longest park between polls when idle; zero = 10 ms
	Restart    RestartPolicy // after a handler's panic; zero = RestartOnce
	Gaps       int           // gap observations kept; zero = none
}

func (c WorkerConfig) withDefaults() (WorkerConfig, error) {
	if c.BatchSize < 0 || c.IdleSleep < 0 {
		return c, fmt.Errorf("batpak: WorkerConfig: BatchSize %d and IdleSleep %v must not be negative", c.BatchSize, c.IdleSleep)
	}
	if err := c.Cadence.validate(); err != nil {
		return c, err
	}
	if c.BatchSize == 0 {
		c.BatchSize = 64
	}
	if c.IdleSleep == 0 {
		c.IdleSleep = 10 * time.Millisecond
	}
	return c, nil
}

// Worker hands the events of a region to a handler, batch by batch, in a task of
// its own. Its methods may be called concurrently.
type Worker struct {
	store   *Store
	config  WorkerConfig
	handler Handler
	cursor  *Cursor
	task    Task

	ctx    context.Context // the handler's
	cancel context.CancelFunc

	restarts restarts
	unsaved  unsaved

	mu       sync.Mutex // guards what is below; never held across a yield point
	accepted place      // where the cursor stands once everything before was accepted
	stopping bool
	ended    bool
	failure  error
	gaps     gapRing
}

// Worker starts a worker. It fails as [Store.Cursor] does, and then starts none. A context
// that ends later ends no worker: [Worker.Stop] does.
func (s *Store) Worker(ctx context.Context, config WorkerConfig, handler Handler) (*Worker, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	if handler == nil {
		return nil, errors.New("batpak: Store.Worker: the handler must not be nil")
	}
	if err := s.lifecycle.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.lifecycle.Unlock()
	cursor, err := s.Cursor(ctx, config.Region, CursorConfig{Checkpoint: config.Checkpoint, Gaps: config.Gaps})
	if err != nil {
		return nil, err
	}
	w := &Worker{
		store: s, config: config, handler: handler, cursor: cursor, accepted: cursor.place,
		restarts: restarts{policy: config.Restart, window: s.rt.Elapsed()},
		gaps:     gapRing{capacity: config.Gaps},
	}
	w.ctx, w.cancel = s.rt.WithCancel(context.Background())
	w.task = s.rt.Go("worker", w.run)
	s.workers = append(slices.DeleteFunc(s.workers, (*Worker).hasEnded), w)
	return w, nil
}

// run is the worker's task. It ends with a failure also when the handler ends the
// task under it.
func (w *Worker) run() {
	failure := ErrHandlerExited
	defer func() {
		w.cancel()
		w.cursor.Close()
		w.finish(failure)
	}()
	failure = w.loop()
	if w.unsaved.events > 0 {
		failure = errors.Join(failure, w.save())
	}
	if failure != nil {
		w.log(slog.LevelError, "worker ended", errAttr(failure))
	}
}

func (w *Worker) log(level slog.Level, message string, attrs ...slog.Attr) {
	w.store.telemetry.log(level, message, append(attrs, slog.String("checkpoint", w.config.Checkpoint.String()))...)
}

// loop polls and delivers until the worker is to end. Then the cursor stands where
// everything before was accepted, unless that could not be saved.
func (w *Worker) loop() error {
	gate, rt := w.store.gate, w.store.rt
	for {
		since := gate.wake.Epoch()
		if w.isStopping() {
			return nil
		}
		batch, err := w.cursor.PollBatch(context.Background(), w.config.BatchSize)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			if err := w.saveIfDue(); err != nil {
				return err
			}
			rt.Yield(PointPullEmpty)
			gate.park(context.Background(), since, min(w.config.IdleSleep, w.config.Cadence.left(w.unsaved, rt.Elapsed())))
			continue
		}
		rt.Yield(PointWorkerPolled)
		if done, err := w.deliver(batch); done || err != nil {
			return err
		}
	}
}

// deliver hands one batch to the handler and does what it answers. It reports
// whether the worker is to end.
func (w *Worker) deliver(batch []Entry) (bool, error) {
	action, err := w.call(batch)
	if err != nil {
		w.cursor.rewind(w.accepted)
		w.cursor.TakeGaps() // they come again with the batch
		w.log(slog.LevelWarn, "handler panicked", errAttr(err), slog.String("stack", string(err.Stack)))
		if !w.restarts.allow(w.store.rt.Elapsed()) {
			return true, fmt.Errorf("%w: %w", ErrRestartsExhausted, err)
		}
		return false, nil
	}
	switch action {
	case Continue, Stop:
		return action == Stop, w.accept(batch)
	case StopWithRollback:
		w.cursor.rewind(w.accepted)
		return true, nil
	default:
		w.cursor.rewind(w.accepted)
		return true, fmt.Errorf("batpak: handler returned action %d, legal are Continue, Stop and StopWithRollback", action)
	}
}

// call runs the handler and turns its panic into an error.
func (w *Worker) call(batch []Entry) (action Action, broke *PanicError) {
	start := w.store.telemetry.now()
	defer func() {
		o := Observation{Kind: ObservedDelivery, Events: len(batch)}
		if value := recover(); value != nil {
			broke = &PanicError{Value: value, Stack: debug.Stack()}
			o.Err = broke
		}
		w.store.telemetry.count(o, start)
	}()
	d := Delivery{Entries: batch}
	if w.cursor.durable() {
		d.Witness = &AtLeastOnce{id: w.config.Checkpoint}
	}
	return w.handler(w.ctx, d), nil
}

// accept takes a batch for dealt with, and saves that if the worker is durable and
// its cadence says so.
func (w *Worker) accept(batch []Entry) error {
	rt := w.store.rt
	rt.Yield(PointWorkerAccepted)
	if w.cursor.durable() {
		w.unsaved.add(batch, rt.Elapsed())
		if err := w.saveIfDue(); err != nil {
			return err
		}
	}
	w.advance(w.cursor.place, w.cursor.TakeGaps())
	return nil
}

func (w *Worker) saveIfDue() error {
	if !w.config.Cadence.due(w.unsaved, w.store.rt.Elapsed()) {
		return nil
	}
	return w.save()
}

// save saves where the cursor stands. A save that failed is not tried again: this
// worker ends.
func (w *Worker) save() error {
	w.unsaved = unsaved{}
	start := w.store.telemetry.now()
	err := w.cursor.Commit(context.Background())
	w.store.telemetry.count(Observation{Kind: ObservedSave, Err: err}, start)
	if err != nil {
		return err
	}
	w.store.rt.Yield(PointWorkerSaved)
	return nil
}

// Stop tells the worker to end after the batch in hand, and wakes it if it is
// parked. It does not wait.
func (w *Worker) Stop() {
	w.mu.Lock()
	w.stopping = true
	w.mu.Unlock()
	w.cancel()
	w.store.gate.wake.Notify()
}

// Join waits until the worker has ended and returns why: nil after Stop, or after
// a handler's Stop or StopWithRollback; ErrRestartsExhausted, with the last
// PanicError; ErrHandlerExited; the error of a checkpoint that was not saved, after
// which the batch is delivered again by the next worker; or that of a batch that could
// not be read, which was delivered to nobody.
func (w *Worker) Join(ctx context.Context) error {
	if err := w.task.Join(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failure
}

// Position returns the sequence of the last event that was accepted, or false when
// none was, in this worker's life or under its checkpoint id before.
func (w *Worker) Position() (sequence uint64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.accepted.position, w.accepted.started
}

// TakeGaps returns the gaps observed in accepted batches since the last call,
// oldest first.
func (w *Worker) TakeGaps() []GapObservation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gaps.take()
}

func (w *Worker) advance(accepted place, gaps []GapObservation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accepted = accepted
	for _, g := range gaps {
		w.gaps.push(g)
	}
}

func (w *Worker) isStopping() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopping
}

func (w *Worker) hasEnded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

func (w *Worker) finish(failure error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.failure = true, failure
}
