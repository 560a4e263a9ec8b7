package scenarios

import (
	"fmt"
	"syscall"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Faults is how hard the disk is on the engine, besides crashes.
type Faults string

const (
	FaultsOff   Faults = "off"   // crashes only
	FaultsLight Faults = "light" // now and then an operation fails, is cut short, or a sync fails
	FaultsHeavy Faults = "heavy" // several at once, and syncs that lie
)

// FaultLevels lists the legal values.
func FaultLevels() []Faults { return []Faults{FaultsOff, FaultsLight, FaultsHeavy} }

// ParseFaults returns the level of that name; the empty name is FaultsLight.
func ParseFaults(name string) (Faults, error) {
	if name == "" {
		return FaultsLight, nil
	}
	for _, f := range FaultLevels() {
		if name == string(f) {
			return f, nil
		}
	}
	return "", fmt.Errorf("unknown fault level %q, legal are %v", name, FaultLevels())
}

// plan arms the faults of one incarnation and sets where it ends. A calm one has neither.
func (w *world) plan(calm bool) {
	w.crashPoint = 0
	var rules []simfs.Rule
	if !calm {
		if w.shape.rules != nil && keeps(w.src) {
			rules = w.shape.rules(w.src)
			note(w.src, "incarnation %d: %v", w.number, rules)
		}
		rules = append(rules, w.drawFaults()...)
		if crash, ok := w.drawCrash(); ok {
			rules = append(rules, crash)
		}
	}
	off := without(w.config.Without)
	rules = off.faults(rules)
	if off.has(crashAtYield) {
		w.crashPoint = 0
	}
	for _, r := range rules {
		w.armed[r.Effect.String()]++
	}
	if w.crashPoint > 0 {
		w.armed[crashAtYield]++
	}
	if err := w.disk.SetFaults(rules...); err != nil {
		panic(err) // drawn from legal values
	}
}

func (w *world) drawFaults() []simfs.Rule {
	var n uint64
	switch w.config.Faults {
	case FaultsLight:
		n = sim.Between(w.src, labelFault, 0, 2)
	case FaultsHeavy:
		n = sim.Between(w.src, labelFault, 1, 4)
	}
	rules := make([]simfs.Rule, n)
	for i := range rules {
		rules[i] = w.drawFault()
	}
	return rules
}

// drawFault draws one fault. The operations of a kind that one incarnation makes are
// some dozens: the n-th that is struck is drawn from the same range.
func (w *world) drawFault() simfs.Rule {
	choices := []func() simfs.Rule{
		func() simfs.Rule {
			return simfs.Rule{Ops: simfs.Ops(pick(w.src, labelFault, failing)), Effect: simfs.Fail, Err: pick(w.src, labelFault, errnos)}
		},
		func() simfs.Rule {
			return simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.ShortWrite, K: int(w.src.Draw(labelFault, 700)), Err: syscall.ENOSPC}
		},
		func() simfs.Rule {
			return simfs.Rule{Ops: simfs.Ops(simfs.OpRead), Effect: simfs.ShortRead, K: int(sim.Between(w.src, labelFault, 1, 100))}
		},
		func() simfs.Rule {
			return simfs.Rule{Ops: simfs.Ops(syncs(w.src)), Effect: simfs.FailSync, Err: syscall.EIO}
		},
		func() simfs.Rule {
			return simfs.Rule{Ops: simfs.Ops(syncs(w.src)), Effect: simfs.DropSync}
		},
	}
	if w.config.Faults != FaultsHeavy {
		choices = choices[:len(choices)-1]
	}
	r := pick(w.src, labelFault, choices)()
	r.Nth = 1 + w.src.Draw(labelFault, 8)*w.src.Draw(labelFault, 8)
	note(w.src, "incarnation %d: %v", w.number, r)
	return r
}

// failing are the operations that may simply fail.
var failing = []simfs.OpKind{
	simfs.OpOpen, simfs.OpCreate, simfs.OpRead, simfs.OpWrite, simfs.OpTruncate, simfs.OpSync, simfs.OpSyncDir,
	simfs.OpClose, simfs.OpStat, simfs.OpReadDir, simfs.OpMkdir, simfs.OpRemove, simfs.OpRename,
}

var errnos = []syscall.Errno{syscall.EIO, syscall.ENOSPC}

func syncs(src sim.Source) simfs.OpKind {
	return pick(src, labelFault, []simfs.OpKind{simfs.OpSync, simfs.OpSync, simfs.OpSyncDir})
}

// drawCrash draws where the incarnation ends: at an operation of the disk, as a rule, or
// at a yield point of the engine, or not before its work is done.
func (w *world) drawCrash() (simfs.Rule, bool) {
	focus := w.shape.crash
	if focus == crashSeldom && sim.Chance(w.src, labelCrash, 2, 3) {
		return simfs.Rule{}, false
	}
	if focus == crashInWrites {
		return w.crashRule(simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Nth: 1 + w.src.Draw(labelCrash, 40), Effect: simfs.CrashDuring}), true
	}
	if focus == crashInRecovery || focus == crashAtRename {
		return w.crashRule(crashRuleNear(w.src, focus)), true
	}
	switch w.src.Draw(labelCrash, 6) {
	case 0:
		return simfs.Rule{}, false
	case 1, 2:
		w.crashPoint = 1 + w.src.Draw(labelCrash, 400)
		note(w.src, "incarnation %d: killed at yield point %d of the engine", w.number, w.crashPoint)
		return simfs.Rule{}, false
	default:
		effect := pick(w.src, labelCrash, crashEffects)
		return w.crashRule(simfs.Rule{Nth: 1 + w.crashOp(), Effect: effect}), true
	}
}

var crashEffects = []simfs.Effect{simfs.CrashBefore, simfs.CrashDuring, simfs.CrashAfter}

func crashRuleNear(src sim.Source, focus crashFocus) simfs.Rule {
	r := simfs.Rule{Effect: pick(src, labelCrash, crashEffects)}
	if focus == crashAtRename {
		r.Ops, r.Nth = simfs.Ops(simfs.OpRename), 1+src.Draw(labelCrash, 3)*src.Draw(labelCrash, 5)
	} else {
		r.Nth = 1 + src.Draw(labelCrash, 40)
	}
	return r
}

func (w *world) crashRule(r simfs.Rule) simfs.Rule {
	note(w.src, "incarnation %d: %v", w.number, r)
	return r
}

// crashOp draws the operation at which an incarnation ends: often one of the first, where
// recovery is still at work.
func (w *world) crashOp() uint64 {
	if sim.Chance(w.src, labelCrash, 1, 3) {
		return w.src.Draw(labelCrash, 20)
	}
	return w.src.Draw(labelCrash, 250)
}
