package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// Part is a part of the harness that a run can do without, to show what it is there for.
type Part struct {
	Kind PartKind
	Name string // unlike that of any other part
}

// PartKind says what a Part belongs to.
type PartKind string

const (
	PartOracle PartKind = "oracle"
	PartFault  PartKind = "fault"      // of the disk, the process or the clock
	PartCrash  PartKind = "crash rule" // what a crash may do to what is unsynced
)

// The oracles that judge how a run ends. All others judge its history.
const (
	oraclePanic    = "no-panic"
	oracleLiveness = "liveness"
)

// The rules of the crash model, by what they allow.
const (
	rulePowerCut     = "power-cut"     // the page cache may be lost
	ruleProcessDeath = "process-death" // ... or live on
	ruleNameLost     = "name-lost"     // an unsynced change of a directory entry may be lost
	ruleSizeLost     = "size-lost"     // an unsynced growth or cut of a file may be lost
	ruleDataLost     = "data-lost"     // unsynced data may be lost
	ruleTornWrite    = "torn-write"    // the units of one write survive apart
	ruleCutWrite     = "cut-write"     // a write in which the crash comes is done in part
	ruleGapFilled    = "gap-filled"    // data that never came is filler, not zeros
	ruleReordered    = "reordered"     // what was done later may survive what was done before
	ruleCommonFate   = "common-fate"   // nearly all, or nearly nothing, survives in one crash
)

var crashRules = []string{
	PartAnyCrash, rulePowerCut, ruleProcessDeath, ruleNameLost, ruleSizeLost, ruleDataLost, ruleTornWrite, ruleCutWrite, ruleGapFilled, ruleReordered,
	ruleCommonFate,
}

// PartAnyCrash is the part of all crashes together: without it every life ends as it means to.
const PartAnyCrash = "any-crash"

// Parts lists the parts that a run can do without.
func Parts() []Part {
	var all []Part
	for _, name := range append(Oracles(), oraclePanic, oracleLiveness) {
		all = append(all, Part{PartOracle, name})
	}
	for _, name := range faultKinds() {
		all = append(all, Part{PartFault, name})
	}
	for _, name := range crashRules {
		all = append(all, Part{PartCrash, name})
	}
	return all
}

// faultKinds names the faults that any level or scenario plans.
func faultKinds() []string {
	return Summary{Config: SweepConfig{Faults: FaultsHeavy, Scenarios: Names()}}.Effects()
}

// without are the names of the parts that a run does without.
type without []string

func (w without) validate() error {
	known := make(map[string]bool)
	var legal []string
	for _, p := range Parts() {
		known[p.Name] = true
		legal = append(legal, p.Name)
	}
	for i, name := range w {
		if !known[name] {
			return fmt.Errorf("unknown part %q, legal are %s", name, strings.Join(legal, ", "))
		}
		if slices.Contains(w[:i], name) {
			return fmt.Errorf("part %q is given twice", name)
		}
	}
	return nil
}

func (w without) has(name string) bool {
	return slices.Contains(w, name) || slices.Contains(crashing, name) && slices.Contains(w, PartAnyCrash)
}

// crashing are the parts that go with PartAnyCrash.
var crashing = []string{
	rulePowerCut, crashAtYield, simfs.CrashBefore.String(), simfs.CrashDuring.String(), simfs.CrashAfter.String(),
}

// faults leaves out of the rules those of the faults that the run does without.
func (w without) faults(rules []simfs.Rule) []simfs.Rule {
	return slices.DeleteFunc(rules, func(r simfs.Rule) bool { return w.has(r.Effect.String()) })
}

// crashes changes the disk of a run, and who decides its crashes, to one that lacks the rules.
func (w without) crashes(disk *simfs.Config, src sim.Source) {
	if w.has(ruleTornWrite) {
		disk.Unit = simfs.WholeCall
	}
	if w.has(ruleReordered) {
		disk.Profile = simfs.ZFSLike
	}
	if slices.ContainsFunc(w, func(name string) bool { return slices.Contains(crashRules, name) }) {
		m := &milder{src: src, without: w}
		disk.Choose = m.choose
	}
}

// milder decides crashes without some of the rules.
type milder struct {
	src     sim.Source
	without without
	even    bool // each choice of this crash is one draw
	second  bool // of the two draws of a choice, the second comes next
}

// survivalEven is the answer to simfs.LabelSurvival under which no fate is common to what is
// unsynced: every choice is one draw. Under the others, a choice is a draw of 0, which says that it
// departs from the common fate, and a second one.
const survivalEven = 2

func (m *milder) choose(label string, n uint64) uint64 {
	v := m.src.Draw(label, n)
	switch label {
	case simfs.LabelSurvival:
		if m.without.has(ruleCommonFate) {
			v = survivalEven
		}
		m.even, m.second = v == survivalEven, false
	case simfs.LabelCut:
		if m.without.has(ruleCutWrite) {
			return 0
		}
	case simfs.LabelGap:
		if m.without.has(ruleGapFilled) {
			return 0
		}
	case simfs.LabelName, simfs.LabelOrder:
		return m.keep(ruleNameLost, v, n)
	case simfs.LabelSize:
		return m.keep(ruleSizeLost, v, n)
	case simfs.LabelUnit:
		return m.keep(ruleDataLost, v, n)
	}
	return v
}

// keep lets a thing survive that only the rule could lose.
func (m *milder) keep(rule string, v, n uint64) uint64 {
	if !m.without.has(rule) {
		return v
	}
	if m.second = !m.even && !m.second; m.second {
		return 0
	}
	return n - 1
}
