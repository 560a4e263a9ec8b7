package operator

import (
	"fmt"
	"strings"
)

// Operator is one rule that proposes mutants.
type Operator struct {
	Name    string
	Purpose string // what a survivor of it says about the tests, in one line
	find    func(*site)
}

// All returns the operators, those of durable storage first.
func All() []Operator {
	return []Operator{
		{"drop-directory-sync", "would a test notice that a rename or creation is never made durable?", dropDirectorySync},
		{"drop-sync", "would a test notice that written data is never made durable?", dropSync},
		{"reorder-publish-sync", "would a test notice that data is shown before it is durable?", reorderPublishSync},
		{"late-epoch", "would a test notice that a wakeup between the poll and the wait is lost?", lateEpoch},
		{"skip-crc-check", "would a test notice that damaged data is believed?", skipCRCCheck},
		{"skip-region-check", "would a test notice that a position is used for another region?", skipRegionCheck},
		{"persist-before-accept", "would a test notice that a position is saved before the work is done?", persistBeforeAccept},
		{"ignore-short-write", "would a test notice that only part of the data was written?", ignoreShortWrite},

		{"boundary", "is a value exactly on the boundary tested?", boundary},
		{"negate", "are both outcomes of a condition tested?", negate},
		{"logical", "does each operand of a condition decide in some test?", logical},
		{"arithmetic", "is the result of the calculation tested?", arithmetic},
		{"bitwise", "is the result of the bit operation tested?", bitwise},
		{"increment", "is the direction of the count tested?", increment},
		{"constant", "is the exact value of the constant tested?", constant},
		{"return-value", "is the value that is returned tested?", returnValue},
		{"drop-error", "is a failure of this step tested?", dropError},
		{"remove-lock", "does a test run this beside its rivals, under the race detector at least?", removeLock},
		{"remove-defer", "is what happens on the way out tested?", removeDefer},
		{"remove-call", "is the effect of the call tested?", removeCall},
		{"remove-statement", "is the effect of the statement tested?", removeStatement},
		{"remove-branch", "is what the branch does tested?", removeBranch},
		{"remove-case", "is this arm of the switch tested?", removeCase},
		{"remove-comm", "is this arm of the select tested?", removeComm},
		{"empty-body", "is anything tested that the function does?", emptyBody},
		{"swap-arguments", "do the tests tell arguments of one type apart?", swapArguments},
		{"loop-control", "is leaving the loop, or going on, tested?", loopControl},
		{"slice-bound", "are the exact bounds of the slice tested?", sliceBound},
	}
}

// Select returns the operators of these names, and all if there are none.
func Select(names []string) ([]Operator, error) {
	if len(names) == 0 {
		return All(), nil
	}
	var chosen []Operator
	for _, name := range names {
		found := false
		for _, o := range All() {
			if o.Name == name {
				chosen, found = append(chosen, o), true
			}
		}
		if !found {
			return nil, fmt.Errorf("unknown operator %q, legal are %s", name, strings.Join(Names(), ", "))
		}
	}
	return chosen, nil
}

// Names returns the names of all operators.
func Names() []string {
	var names []string
	for _, o := range All() {
		names = append(names, o.Name)
	}
	return names
}
