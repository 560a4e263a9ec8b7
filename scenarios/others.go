package scenarios

import (
	"context"
	"fmt"
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// startOthers starts the tasks of an incarnation that neither produce nor consume. There
// are none in the final one.
func (n *incarnation) startOthers() []*sim.Task {
	var tasks []*sim.Task
	if n.final {
		return tasks
	}
	if n.shape.contended {
		tasks = append(tasks, n.sim.Go("contender", n.contend))
	}
	if n.shape.retains {
		tasks = append(tasks, n.sim.Go("retainer", n.retain))
	}
	if n.shape.jumps {
		tasks = append(tasks, n.sim.Go("clock", n.jump))
	}
	return tasks
}

// othersTurns is how often such a task does what it is there for.
const othersTurns = 6

// contend opens the first consumer's checkpoint now and then, and holds it for a while.
func (n *incarnation) contend() {
	c := &n.shape.consumers[0]
	for range n.src.Draw(labelWorkload, othersTurns) {
		n.sim.Sleep(n.pause())
		n.record(Event{Kind: EventContending, Actor: c.name})
		cursor, err := n.store.Cursor(context.Background(), c.region, core.CursorConfig{Checkpoint: c.id})
		n.record(Event{Kind: EventContended, Actor: c.name, Err: err})
		if err != nil {
			continue
		}
		n.sim.Sleep(n.pause())
		n.record(Event{Kind: EventReleased, Actor: c.name})
		cursor.Close()
	}
}

// retain drops old segments now and then: as many as may go, or some.
func (n *incarnation) retain() {
	for range n.src.Draw(labelWorkload, 2*othersTurns) {
		n.sim.Sleep(n.pause())
		before := n.store.Frontier().Allocated + 1
		if sim.Chance(n.src, labelWorkload, 1, 3) {
			before = n.src.Draw(labelWorkload, before)
		}
		n.record(Event{Kind: EventDropping, Actor: "retainer", First: before})
		var dropped core.Dropped
		err := n.try("retainer", callDrop, func(ctx context.Context) (err error) {
			dropped, err = n.store.DropBefore(ctx, before)
			return err
		})
		if contextError(err) {
			continue // the end of the next drop tells that of this one
		}
		n.record(Event{Kind: EventDropped, Actor: "retainer", First: n.store.First(), Segments: dropped.Segments, Err: err})
	}
}

// jump lets the wall clock jump, ahead or back, by up to a day.
func (n *incarnation) jump() {
	const most = 24 * 60
	for range n.src.Draw(labelWorkload, othersTurns) {
		n.sim.Sleep(n.pause())
		d := time.Duration(n.src.Draw(labelFault, 2*most+1)) * time.Minute
		if d > most*time.Minute {
			d = most*time.Minute - d
		}
		note(n.src, "incarnation %d: the wall clock jumps by %v", n.number, d)
		if without(n.config.Without).has(clockJumps) {
			continue
		}
		n.faults[clockJumps]++
		n.process.Jump(d)
	}
}

// clockJumps is a fault beside the effects of the disk's rules.
const clockJumps = "clock-jump"

func (n *incarnation) pause() time.Duration {
	return time.Duration(n.src.Draw(labelWorkload, 5)) * time.Millisecond
}

// litter leaves temporary files about, as a process does that was killed between
// making one and renaming it: the engine's own and those of upstream.
func (w *world) litter() {
	for i := range w.src.Draw(labelWorkload, 4) {
		dir, name := pick(w.src, labelWorkload, []string{dataDir, dataDir + "/cursors"}), fmt.Sprintf("left-%d.tmp", i)
		if sim.Chance(w.src, labelWorkload, 1, 2) {
			name = fmt.Sprintf(".tmpAbCd%02d", i)
		}
		if err := putDurably(w.disk, dir, name, []byte("half a checkpoint")); err != nil {
			panic(fmt.Errorf("leave a file: %w", err))
		}
		w.counters.Littered++
	}
}
