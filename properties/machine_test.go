package properties

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// A store does what the model says, operation by operation, whatever its disk does and
// wherever it is crashed: acknowledged means durable, batches are whole, what survives
// is a prefix, fences show all or nothing, readers get what is due and in order, saved
// positions stand, and in the end every durable consumer was handed everything that the
// log holds for it.
func TestStoreIsItsModel(t *testing.T) {
	seen := make(map[string]int)
	often(t, 50, func(t *rapid.T) {
		seen[sightRun]++
		x := newExperiment(t, seen)
		t.Repeat(map[string]func(*rapid.T){
			"":             x.check,
			"append":       x.append,
			"append more":  x.append,
			"sync":         x.sync,
			"begin fence":  x.beginFence,
			"commit fence": x.commitFence,
			"cancel fence": x.cancelFence,
			"open cursor":  x.openCursor,
			"open another": x.openCursor,
			"poll":         x.poll,
			"poll more":    x.poll,
			"poll on":      x.poll,
			"save":         x.save,
			"save more":    x.save,
			"close cursor": x.closeCursor,
			"forget":       x.forget,
			"power cut":    x.powerCut,
			"process dies": x.processDies,
			"close":        x.close,
		})
		x.drain(t)
	})
	if seen[sightRun] < 4000 {
		return // too few were asked for to have seen everything
	}
	for _, sight := range sights {
		if seen[sight] == 0 {
			t.Errorf("in %d runs never seen: %s", seen[sightRun], sight)
		}
	}
	t.Log(seen)
}

// experiment is a store beside its model.
type experiment struct {
	machine
	store   *core.Store
	ack     core.Ack
	opened  bool // once at least
	lineage core.Lineage
	fence   *core.Fence // nil: none is open

	model     model
	consumers []*consumer
	names     int // of events, so far

	seen      map[string]int
	retried   bool // an outcome of the open fence has failed
	crashed   bool // the disk was frozen by a fault, and awaits its replacement
	unpowered bool // the power has failed since the store was open
}

func newExperiment(t *rapid.T, seen map[string]int) *experiment {
	x := &experiment{seen: seen}
	x.machine = newMachine(t, simfs.Config{
		Unit:    rapid.SampledFrom([]int{512, 1, 4096}).Draw(t, "unit"),
		OnCrash: func(simfs.Op) { x.crashed = true },
	})
	for i := range 3 {
		c := &consumer{saved: []place{{}}, handed: make(map[string]bool)}
		c.config.Gaps = rapid.IntRange(0, 3).Draw(t, "gaps")
		if i > 0 {
			c.region = legalRegion().Draw(t, "region")
		}
		if i < 2 {
			c.config.Checkpoint = checkpointID(t, fmt.Sprintf("consumer-%d", i))
		}
		x.consumers = append(x.consumers, c)
	}
	x.reopen(t)
	return x
}

// faulty carries out an operation with some faults armed and reports whether one
// struck. A crash of the disk is left to the caller.
func (x *experiment) faulty(t *rapid.T, do func()) (struck bool) {
	t.Helper()
	rules := make([]simfs.Rule, max(0, rapid.IntRange(0, 15).Draw(t, "faults")-13))
	for i := range rules {
		rules[i] = fault().Draw(t, "fault")
	}
	need(t, x.disk.SetFaults(rules...))
	do()
	for _, f := range x.disk.Faults() {
		struck = struck || f.Fired > 0
	}
	need(t, x.disk.SetFaults())
	return struck
}

// fault draws what a disk may do besides working.
func fault() *rapid.Generator[simfs.Rule] {
	return rapid.Custom(func(t *rapid.T) simfs.Rule {
		r := simfs.Rule{
			Nth: rapid.Uint64Range(1, 8).Draw(t, "nth"),
			Effect: rapid.SampledFrom([]simfs.Effect{
				simfs.Fail, simfs.ShortWrite, simfs.FailSync, simfs.CrashBefore, simfs.CrashDuring, simfs.CrashAfter,
			}).Draw(t, "effect"),
		}
		switch r.Effect {
		case simfs.Fail:
			r.Ops, r.Err = simfs.Ops(rapid.SampledFrom([]simfs.OpKind{
				simfs.OpWrite, simfs.OpTruncate, simfs.OpSync, simfs.OpSyncDir, simfs.OpSyncDir, simfs.OpRename, simfs.OpCreate, simfs.OpOpen, simfs.OpRead,
			}).Draw(t, "operation")), syscall.EIO
			r.Nth = 1 + r.Nth/4
		case simfs.ShortWrite:
			r.K = rapid.IntRange(0, 600).Draw(t, "bytes")
			r.Nth = 1
		case simfs.FailSync:
			r.Nth = 1 + r.Nth/4
		}
		return r
	})
}

// attempt carries out an operation under faults. Its error must be want, unless a fault
// struck. It reports whether the operation succeeded.
func (x *experiment) attempt(t *rapid.T, what string, want error, do func() error) (ok bool) {
	t.Helper()
	var err error
	struck := x.faulty(t, func() { err = do() })
	if errors.Is(err, core.ErrPoisoned) {
		x.model.poisoned = true
		x.seen[sightPoisoned]++
	}
	switch {
	case want != nil && !errors.Is(err, want):
		t.Fatalf("%s = %v, want %v", what, err, want)
	case want == nil && err != nil && !struck:
		t.Fatalf("%s = %v, and no fault struck", what, err)
	}
	return err == nil
}

// readAll reads the visible log sequence by sequence.
func readAll(t *rapid.T, s *core.Store) []core.Entry {
	t.Helper()
	f := s.Frontier()
	var log []core.Entry
	for sequence := range f.Allocated + 2 {
		e, ok, err := s.Read(ctx, sequence)
		need(t, err)
		if ok && sequence >= f.Visible {
			t.Fatalf("sequence %d can be read, visible is %d", sequence, f.Visible)
		}
		if ok {
			log = append(log, e)
		}
	}
	return log
}

// check compares what the store shows with the model.
func (x *experiment) check(t *rapid.T) {
	m := &x.model
	if d := difference(m.log(), readAll(t, x.store)); d != "" {
		t.Fatalf("log (-model +store):\n%s", d)
	}
	want, got := core.Frontier{Allocated: m.next, Written: m.written, Durable: m.synced, Visible: m.visible}, x.store.Frontier()
	if m.poisoned {
		want.Written = got.Written // it may hold what could not be synced
	}
	if got != want || got.Written > got.Allocated {
		t.Fatalf("frontier = %+v, want %+v", got, want)
	}
}

// drain lets the store be, and checks that every durable consumer has been handed, some
// time, all that the log holds for it.
func (x *experiment) drain(t *rapid.T) {
	if !x.model.poisoned {
		need(t, x.store.Sync(ctx))
		x.model.sync()
	}
	x.replace(false)
	x.reopen(t)
	x.check(t)
	for _, c := range x.consumers[:2] {
		need(t, x.resume(t, c))
		c.poll(t, &x.model, len(x.model.log())+1)
		for _, e := range matching(c.region, x.model.log()) {
			if !c.handed[string(e.Payload)] {
				t.Fatalf("consumer %q was never handed sequence %d", c.config.Checkpoint, e.Sequence)
			}
		}
	}
}
