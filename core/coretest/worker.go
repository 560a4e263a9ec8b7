package coretest

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// work runs a worker until it ends by itself, and returns what Join says.
func (f *fixture) work(s *core.Store, config core.WorkerConfig, handler core.Handler) error {
	f.Helper()
	w, err := s.Worker(ctx, config, handler)
	f.need(err)
	return f.join(w)
}

// join waits until a worker has ended, but not for ever: an engine that delivers
// nothing fails the check and does not hang it.
func (f *fixture) join(w *core.Worker) error {
	f.Helper()
	ended := f.Runtime.Notifier("worker-ended")
	var err error
	f.Runtime.Go("join", func() {
		err = w.Join(ctx)
		ended.Notify()
	})
	if !ended.Wait(ctx, 0, patience) {
		w.Stop()
		f.Fatal("the worker did not end")
	}
	return err
}

// single is the configuration of a durable worker that gets events one by one.
func (f *fixture) single() core.WorkerConfig {
	return core.WorkerConfig{Checkpoint: f.id(), BatchSize: 1}
}

// position is where the next durable consumer would begin after.
func (f *fixture) position(s *core.Store) uint64 {
	f.Helper()
	c := f.cursorOf(s, core.Region{}, f.durably())
	defer c.Close()
	position, _ := c.Position()
	return position
}

// T-7, W-5: a worker that rolls back leaves the batch to the next one, whose panic
// repeats it; the checkpoint follows what was accepted.
func workerTwo(f *fixture) {
	s := f.open()
	f.append(s, "1", "2", "3", "4", "5")
	first, second := f.inbox(), f.inbox()
	f.need(f.work(s, f.single(), first.answer(continues, rollsBack)))
	first.got([]string{"1"}, []string{"2"})
	same(f, "position after rollback", f.position(s), 0)
	f.need(f.work(s, f.single(), second.answer(continues, continues, panics, continues, stops)))
	second.got([]string{"2"}, []string{"3"}, []string{"4"}, []string{"4"}, []string{"5"})
	same(f, "position at the end", f.position(s), 4)
	s = f.reopen(s)
	same(f, "position after reopen", f.position(s), 4)
	f.need(s.Close())
}

// T-13, W-9: after a panic the worker goes on from what was last accepted, with
// or without a checkpoint.
func workerPanic(f *fixture) {
	s := f.open()
	f.append(s, "1", "2", "3")
	for _, id := range []core.CheckpointID{{}, f.id()} {
		in := f.inbox()
		config := core.WorkerConfig{Checkpoint: id, BatchSize: 1}
		f.need(f.work(s, config, in.answer(continues, panics, continues, stops)))
		in.got([]string{"1"}, []string{"2"}, []string{"2"}, []string{"3"})
	}
	f.need(s.Close())
}

// T-14, W-9, W-15, X-18: a worker whose restarts are used up says so, with the panic, and
// leaves the batch and the store as they were.
func workerExhausted(f *fixture) {
	s := f.open()
	f.append(s, "1", "2")
	for _, tt := range []struct {
		name   string
		policy core.RestartPolicy
		calls  int
	}{
		{"default", core.RestartPolicy{}, 2},
		{"once", core.RestartOnce(), 2},
		{"bounded", core.RestartBounded(3, time.Hour), 4},
		{"never", core.RestartBounded(0, time.Hour), 1},
	} {
		in := f.inbox()
		config := f.single()
		config.Restart = tt.policy
		err := f.work(s, config, in.answer(panics))
		f.fails(tt.name, err, core.ErrRestartsExhausted)
		broke := failsAs[*core.PanicError](f, tt.name, err)
		same(f, tt.name+": panic value", broke.Value, any("handler broke"))
		if !strings.Contains(string(broke.Stack), "coretest.panics") {
			f.Errorf("%s: stack does not name the function that panicked:\n%s", tt.name, broke.Stack)
		}
		same(f, tt.name+": calls", len(in.received()), tt.calls)
	}
	f.append(s, "3")
	in := f.inbox()
	f.need(f.work(s, f.single(), in.answer(continues, continues, stops)))
	in.got([]string{"1"}, []string{"2"}, []string{"3"})
	f.need(s.Close())
}

// T-15, W-10: a panic after the window begins a new one.
func workerWindow(f *fixture) {
	s := f.open()
	f.append(s, "1")
	in := f.inbox()
	late := func() core.Action {
		f.sleep(75 * time.Millisecond)
		return panics()
	}
	config := f.single()
	config.Restart = core.RestartBounded(1, 50*time.Millisecond)
	f.need(f.work(s, config, in.answer(late, late, late, stops)))
	in.got([]string{"1"}, []string{"1"}, []string{"1"}, []string{"1"})
	f.need(s.Close())
}

// T-8, T-9, W-12: the witness carries the checkpoint id, and there is none without.
func workerWitness(f *fixture) {
	s := f.open()
	f.append(s, "1")
	for _, id := range []core.CheckpointID{{}, f.id()} {
		in := f.inbox()
		f.need(f.work(s, core.WorkerConfig{Checkpoint: id}, in.answer(stops)))
		witness := in.witnesses[0]
		if durable := id != (core.CheckpointID{}); (witness != nil) != durable {
			f.Errorf("checkpoint id %q: witness %v", id, witness)
		} else if durable && witness.Checkpoint() != id {
			f.Errorf("witness names %q, want %q", witness.Checkpoint(), id)
		}
	}
	f.need(s.Close())
}

// W-1: a batch has 64 events unless told otherwise, and never more.
func workerBatches(f *fixture) {
	s := f.open()
	for i := range 100 {
		f.append(s, fmt.Sprint(i))
	}
	for _, tt := range []struct {
		size int
		want []int
	}{{0, []int{64, 36}}, {40, []int{40, 40, 20}}, {1000, []int{100}}} {
		in := f.inbox()
		w, err := s.Worker(ctx, core.WorkerConfig{BatchSize: tt.size}, in.answer(continues))
		f.need(err)
		in.await(len(tt.want))
		w.Stop()
		f.need(f.join(w))
		var sizes []int
		for _, batch := range in.received() {
			sizes = append(sizes, len(batch))
		}
		same(f, fmt.Sprintf("batches of size %d", tt.size), sizes, tt.want)
	}
	f.need(s.Close())
}

// W-11, X-18: Stop wakes a parked worker, however long it meant to park; and it is
// the publish that wakes one, not the end of its sleep.
func workerStop(f *fixture) {
	s := f.open()
	in := f.inbox()
	start := f.Runtime.Elapsed()
	w, err := s.Worker(ctx, core.WorkerConfig{IdleSleep: time.Hour}, in.answer(continues))
	f.need(err)
	f.rest()
	f.append(s, "1")
	in.await(1)
	f.rest()
	w.Stop()
	w.Stop()
	f.need(f.join(w))
	f.need(f.join(w))
	f.within("delivery and stop", start)
	in.got([]string{"1"})
	f.append(s, "2")
	f.rest()
	in.got([]string{"1"})
	f.need(s.Close())
}

// Close ends the workers, parked or at work, and waits for them: what the handler
// accepted is saved.
func workerClose(f *fixture) {
	s := f.open()
	f.append(s, "1")
	slow, idle := f.inbox(), f.inbox()
	start := f.Runtime.Elapsed()
	atWork, err := s.Worker(ctx, f.single(), slow.answer(func() core.Action {
		f.sleep(20 * time.Millisecond)
		return core.Continue
	}))
	f.need(err)
	parked, err := s.Worker(ctx, core.WorkerConfig{Region: core.Region{}.WithLane(7), IdleSleep: time.Hour}, idle.answer(continues))
	f.need(err)
	slow.await(1)
	f.need(s.Close())
	f.read(f.checkpointPath()) // Close waited for the handler and for what it accepted
	f.need(f.join(atWork))
	f.need(f.join(parked))
	f.within("close", start)
	s = f.open()
	f.append(s, "2")
	in := f.inbox()
	f.need(f.work(s, f.single(), in.answer(stops)))
	in.got([]string{"2"})
	f.need(s.Close())
}

// W-2, W-13, X-18: a configuration that cannot work is refused by the call, and starts
// nothing.
func workerRefused(f *fixture) {
	s := f.open()
	f.append(s, "1")
	for _, tt := range []struct {
		config  core.WorkerConfig
		handler core.Handler
		want    string
	}{
		{core.WorkerConfig{BatchSize: -1, Checkpoint: f.id()}, refuseDelivery(f), "BatchSize -1"},
		{core.WorkerConfig{IdleSleep: -1, Checkpoint: f.id()}, refuseDelivery(f), "IdleSleep -1ns"},
		{core.WorkerConfig{Checkpoint: f.id()}, nil, "handler must not be nil"},
	} {
		_, err := s.Worker(ctx, tt.config, tt.handler)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			f.Errorf("Worker(%+v) = %v, want an error that names %s", tt.config, err, tt.want)
		}
	}
	f.need(f.cursorOf(s, core.Region{}, f.durably()).Close()) // the refused took no lease
	f.need(s.Close())
}

// An answer that is none of the three ends the worker and accepts nothing.
func workerIllegalAnswer(f *fixture) {
	s := f.open()
	f.append(s, "1")
	err := f.work(s, f.single(), f.inbox().answer(func() core.Action { return core.StopWithRollback + 1 }))
	if err == nil || !strings.Contains(err.Error(), "action 3") {
		f.Errorf("Join() = %v, want an error that names action 3", err)
	}
	in := f.inbox()
	f.need(f.work(s, f.single(), in.answer(stops)))
	in.got([]string{"1"})
	f.need(s.Close())
}

// A handler that ends its task ends the worker, which says so; the next worker gets
// the batch.
func workerHandlerExits(f *fixture) {
	s := f.open()
	f.append(s, "1")
	err := f.work(s, f.single(), f.inbox().answer(func() core.Action {
		runtime.Goexit()
		return core.Continue
	}))
	f.fails("Join", err, core.ErrHandlerExited)
	in := f.inbox()
	f.need(f.work(s, f.single(), in.answer(stops)))
	in.got([]string{"1"})
	f.need(s.Close())
}

// T-4, W-8: a checkpoint that cannot be saved ends the worker after one call, Join
// says why, and the next worker gets the batch again.
func workerSaveFails(f *fixture) {
	disk := &fullDisk{Fs: f.FS}
	s := f.openAt(disk, f.Dir, core.AckDurable)
	f.append(s, "1", "2")
	disk.full.Store(true)
	in := f.inbox()
	err := f.work(s, f.single(), in.answer(continues))
	if !errors.Is(err, errDiskFull) {
		f.Errorf("Join() = %v, want %v", err, errDiskFull)
	}
	in.got([]string{"1"})
	disk.full.Store(false)
	f.need(f.work(s, f.single(), in.answer(continues, stops)))
	in.got([]string{"1"}, []string{"1"}, []string{"2"})
	f.need(s.Close())
}
