package coretest

import (
	"context"
	"fmt"

	"github.com/batpak/batpak-sim/core"
)

// inbox records what a worker's handler was called with.
type inbox struct {
	f    *fixture
	mu   core.Mutex
	came core.Notifier

	batches   [][]string // the texts of each delivery
	witnesses []*core.AtLeastOnce
}

func (f *fixture) inbox() *inbox {
	return &inbox{f: f, mu: f.Runtime.Mutex("inbox"), came: f.Runtime.Notifier("inbox")}
}

// answer returns a handler that records each delivery and answers the n-th one
// with the n-th answer, and those after the last with the last.
func (in *inbox) answer(answers ...func() core.Action) core.Handler {
	calls := 0 // a worker calls its handler from one task
	return func(_ context.Context, d core.Delivery) core.Action {
		in.record(d)
		answer := answers[min(calls, len(answers)-1)]
		calls++
		return answer()
	}
}

func continues() core.Action { return core.Continue }
func stops() core.Action     { return core.Stop }
func rollsBack() core.Action { return core.StopWithRollback }
func panics() core.Action    { panic("handler broke") }

func (in *inbox) record(d core.Delivery) {
	in.mu.Lock(ctx)
	in.batches = append(in.batches, texts(d.Entries))
	in.witnesses = append(in.witnesses, d.Witness)
	in.mu.Unlock()
	in.came.Notify()
}

// received returns the batches so far.
func (in *inbox) received() [][]string {
	in.mu.Lock(ctx)
	defer in.mu.Unlock()
	return append([][]string(nil), in.batches...)
}

// await waits until n batches have come.
func (in *inbox) await(n int) {
	in.f.Helper()
	for {
		since := in.came.Epoch()
		got := in.received()
		if len(got) >= n {
			return
		}
		if !in.came.Wait(ctx, since, patience) {
			in.f.Fatalf("%d batches came, want %d: %v", len(got), n, got)
		}
	}
}

// got checks which batches came.
func (in *inbox) got(want ...[]string) {
	in.f.Helper()
	same(in.f, "batches", fmt.Sprint(in.received()), fmt.Sprint(want))
}
