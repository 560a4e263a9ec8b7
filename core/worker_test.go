package core

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// soloWorker starts a worker whose task runs when it is joined.
func soloWorker(t testing.TB, s *Store, config WorkerConfig, handler Handler) *Worker {
	t.Helper()
	w, err := s.Worker(ctx, config, handler)
	must(t, err)
	return w
}

// records returns a handler that notes the texts of each batch, and what it notes
// into; it stops at the batch with that number, from 1.
func records(stopAt int) (Handler, *[][]string) {
	var batches [][]string
	return func(_ context.Context, d Delivery) Action {
		batches = append(batches, textsOf(d.Entries))
		if len(batches) == stopAt {
			return Stop
		}
		return Continue
	}, &batches
}

func delivered(t testing.TB, got *[][]string, want ...[]string) {
	t.Helper()
	if d := cmp.Diff(want, *got); d != "" {
		t.Errorf("batches (-want +got):\n%s", d)
	}
}

// W-3: an idle worker parks for IdleSleep at a time, 10 ms unless told otherwise;
// W-11: Stop ends it there and then.
func TestWorkerParks(t *testing.T) {
	const stop = 25 * time.Millisecond
	for _, tt := range []struct {
		sleep time.Duration
		waits int
	}{{0, 3}, {time.Millisecond, 25}, {20 * time.Millisecond, 2}, {time.Hour, 1}} {
		s, rt := soloStore(t, AckDurable)
		handler, got := records(0)
		w := soloWorker(t, s, WorkerConfig{IdleSleep: tt.sleep}, handler)
		rt.after(stop, w.Stop)
		must(t, w.Join(ctx))
		if waits := s.gate.wake.(*soloNotifier).waits; waits != tt.waits || rt.now != stop {
			t.Errorf("IdleSleep %v: parked %d times and ended at %v, want %d and %v", tt.sleep, waits, rt.now, tt.waits, stop)
		}
		delivered(t, got)
	}
}

// I-9, C-6: an event, or a stop, that comes between the empty poll and the parking
// is met without parking.
func TestWorkerLosesNoWakeup(t *testing.T) {
	for _, between := range []Point{PointPollQueried, PointPullEmpty} {
		s, rt := soloStore(t, AckDurable)
		handler, got := records(1)
		w := soloWorker(t, s, WorkerConfig{IdleSleep: time.Hour}, handler)
		rt.once(between, func() { appendTexts(t, s, "a") })
		must(t, w.Join(ctx))
		delivered(t, got, []string{"a"})

		w = soloWorker(t, s, WorkerConfig{Region: Region{}.WithLane(7), IdleSleep: time.Hour}, handler)
		rt.once(between, w.Stop)
		must(t, w.Join(ctx))
		if rt.now != 0 {
			t.Errorf("%s: the worker slept for %v", between, rt.now)
		}
	}
}

// W-16: the batch that was polled when Stop came is handled and accepted; the next
// is not polled.
func TestWorkerStopsBetweenBatches(t *testing.T) {
	s, rt := soloStore(t, AckDurable)
	appendTexts(t, s, "a", "b")
	handler, got := records(0)
	id := checkpointID(t, "consumer")
	w := soloWorker(t, s, WorkerConfig{Checkpoint: id, BatchSize: 1}, handler)
	rt.once(PointWorkerPolled, w.Stop)
	must(t, w.Join(ctx))
	delivered(t, got, []string{"a"})
	if position, ok := w.Position(); position != 0 || !ok {
		t.Errorf("Position() = %d, %v, want 0, true", position, ok)
	}
}

// W-4: the checkpoint follows what was accepted: it is saved after the handler's
// answer, and the position counts once it is saved.
func TestWorkerSavesWhatWasAccepted(t *testing.T) {
	disk, rt := newPowerDisk(), newSolo()
	s := openOn(t, disk, Config{Runtime: rt})
	appendTexts(t, s, "a", "b")
	id := checkpointID(t, "consumer")
	saved := func() (uint64, bool) {
		c, _, err := (&checkpointFiles{fs: disk.crash(t), dir: "/log"}).load(id)
		must(t, err)
		return c.Position, c.Started
	}
	var w *Worker
	is := func(at Point, position uint64, started bool) func() {
		return func() {
			if got, ok := saved(); got != position || ok != started {
				t.Errorf("saved at %s: %d, %v, want %d, %v", at, got, ok, position, started)
			}
			if at != PointWorkerAccepted {
				return
			}
			if got, ok := w.Position(); got != position || ok != started {
				t.Errorf("Position() at %s = %d, %v, want %d, %v", at, got, ok, position, started)
			}
		}
	}
	rt.once(PointWorkerPolled, is(PointWorkerPolled, 0, false))
	rt.once(PointWorkerAccepted, is(PointWorkerAccepted, 0, false))
	rt.once(PointWorkerSaved, is(PointWorkerSaved, 1, true))
	handler, got := records(1)
	w = soloWorker(t, s, WorkerConfig{Checkpoint: id}, handler)
	must(t, w.Join(ctx))
	delivered(t, got, []string{"a", "b"})
	if position, ok := w.Position(); position != 1 || !ok {
		t.Errorf("Position() at the end = %d, %v, want 1, true", position, ok)
	}
}

// W-8: after a save that failed the position stays, in memory and on the disk, and
// the next worker gets the batch; unless the file was in place already, when either
// is legal and this one resumes after it.
func TestWorkerSaveFails(t *testing.T) {
	for _, tt := range []struct {
		name  string
		op    diskOp
		nth   int
		again [][]string
	}{
		{"temporary file is not synced", opSync, 2, [][]string{{"a"}, {"b"}}},
		{"rename", opRename, 1, [][]string{{"a"}, {"b"}}},
		{"directory is not synced", opSync, 3, [][]string{{"b"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := newPowerDisk()
			s := openOn(t, disk, Config{Runtime: newSolo()})
			appendTexts(t, s, "a", "b")
			disk.fail(tt.op, diskFault{nth: tt.nth, err: errDisk})
			config := WorkerConfig{Checkpoint: checkpointID(t, "consumer"), BatchSize: 1}
			handler, got := records(0)
			w := soloWorker(t, s, config, handler)
			if err := w.Join(ctx); !errors.Is(err, errDisk) {
				t.Errorf("Join() = %v, want %v", err, errDisk)
			}
			delivered(t, got, []string{"a"})
			if position, ok := w.Position(); position != 0 || ok {
				t.Errorf("Position() = %d, %v, want 0, false", position, ok)
			}
			handler, got = records(len(tt.again))
			must(t, soloWorker(t, s, config, handler).Join(ctx))
			delivered(t, got, tt.again...)
		})
	}
}

// M-11: after a panic a worker goes on from what it accepted, whatever has become
// of the checkpoint's file; and without an id it looks at none.
func TestWorkerRestartReadsNoCheckpoint(t *testing.T) {
	for _, id := range []CheckpointID{{}, checkpointID(t, "consumer")} {
		s, _ := soloStore(t, AckDurable)
		appendTexts(t, s, "a", "b", "c")
		record, got := records(4)
		w := soloWorker(t, s, WorkerConfig{Checkpoint: id, BatchSize: 1}, func(_ context.Context, d Delivery) Action {
			action := record(ctx, d)
			if len(*got) == 2 {
				must(t, afero.WriteFile(s.fs, "/log/cursors/consumer.ckpt", []byte("garbage"), 0o600))
				panic("broke")
			}
			return action
		})
		must(t, w.Join(ctx))
		delivered(t, got, []string{"a"}, []string{"b"}, []string{"b"}, []string{"c"})
	}
}

// W-10: the window of a bounded policy begins with the worker and is measured on
// the monotonic clock.
func TestWorkerRestartWindow(t *testing.T) {
	for _, tt := range []struct {
		late time.Duration // from the worker's start to its second panic
		want error
	}{{50 * time.Millisecond, ErrRestartsExhausted}, {50*time.Millisecond + 1, nil}} {
		s, rt := soloStore(t, AckDurable)
		appendTexts(t, s, "a")
		rt.now = time.Hour
		calls := 0
		w := soloWorker(t, s, WorkerConfig{Restart: RestartBounded(1, 50*time.Millisecond)}, func(context.Context, Delivery) Action {
			switch calls++; calls {
			case 1:
				panic("first")
			case 2:
				rt.now += tt.late
				panic("second")
			}
			return Stop
		})
		if err := w.Join(ctx); !errors.Is(err, tt.want) {
			t.Errorf("second panic after %v: Join() = %v, want %v", tt.late, err, tt.want)
		}
	}
}

// A store does not hold on to workers that have ended.
func TestStoreForgetsEndedWorkers(t *testing.T) {
	s, _ := soloStore(t, AckDurable)
	for range 5 {
		w := soloWorker(t, s, WorkerConfig{}, func(context.Context, Delivery) Action { return Stop })
		w.Stop()
		must(t, w.Join(ctx))
	}
	if got := len(s.workers); got != 1 {
		t.Errorf("the store holds %d workers, want the last one", got)
	}
}
