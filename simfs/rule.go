package simfs

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
)

// Effect is what a rule does to the operation that it strikes.
type Effect uint8

// The effects; the package comment says what each does to volatile and durable
// state.
const (
	Fail       Effect = iota + 1 // Err instead of the operation; a failed Close still closes
	ShortWrite                   // the first Bytes bytes land, then Err
	ShortRead                    // at most Bytes bytes
	FailSync                     // Err; the dirty units turn clean without being durable
	DeferSync
	DropSync    // nil; the dirty units turn clean without being durable
	CrashBefore // the filesystem freezes and the operation does not happen
	CrashDuring // as CrashBefore, but a unit-prefix of a write is pending
	CrashAfter  // the operation happens, then the filesystem freezes
	effectEnd
)

var effectNames = [effectEnd]string{
	Fail: "fail", ShortWrite: "short-write", ShortRead: "short-read", FailSync: "fail-sync", DeferSync: "defer-sync",
	DropSync: "drop-sync", CrashBefore: "crash-before", CrashDuring: "crash-during", CrashAfter: "crash-after",
}

func (e Effect) String() string {
	if e == 0 {
		return "none"
	}
	if e >= effectEnd {
		return fmt.Sprintf("Effect(%d)", uint8(e))
	}
	return effectNames[e]
}

// kinds holds the operations that e can strike.
func (e Effect) kinds() OpSet {
	switch e {
	case ShortWrite:
		return Ops(OpWrite)
	case ShortRead:
		return Ops(OpRead)
	case FailSync, DropSync, DeferSync:
		return Ops(OpSync, OpSyncDir)
	}
	return allOps
}

// Rule is one fault: where it strikes and what it does.
//
// A rule strikes an operation whose kind is in Ops (and one that the effect can
// strike at all) and whose path, or target path, matches Path. Rules are tried in
// the order of the list and at most one strikes an operation; a rule whose turn
// came while an earlier one struck waits for the next matching operation.
type Rule struct {
	Ops      OpSet  // zero = every kind that Effect can strike
	Path     string // glob of path.Match over the absolute path, or over its last element when it has no slash; empty = any
	Nth      uint64 // strike once, at the Nth matching operation, 1 = the first; zero = strike every one
	Effect   Effect
	Err      error // for Fail, ShortWrite and FailSync; nil = ENOSPC for ShortWrite and EIO for the others
	Cache    CacheAfter
	Metadata MetadataAfter
	Report   ReportAt
	Units    UnitsFailed
	Bytes    int // for ShortWrite and ShortRead; an operation that asks for no more than that is not matched
}

// String prints the rule for people and for the line that reproduces a run.
func (r Rule) String() string {
	var b strings.Builder
	b.WriteString(r.Ops.String())
	if r.Path != "" {
		fmt.Fprintf(&b, " path=%q", r.Path)
	}
	if r.Nth != 0 {
		fmt.Fprintf(&b, " nth=%d", r.Nth)
	}
	b.WriteString(": " + r.Effect.String())
	if r.Effect == ShortWrite || r.Effect == ShortRead {
		fmt.Fprintf(&b, " bytes=%d", r.Bytes)
	}
	if r.Effect == Fail || r.Effect == ShortWrite || r.Effect == FailSync {
		fmt.Fprintf(&b, " err=%q", r.failure().Error())
	}
	return b.String()
}

// failure is the error that the rule injects.
func (r Rule) failure() error {
	switch {
	case r.Err != nil:
		return r.Err
	case r.Effect == ShortWrite:
		return syscall.ENOSPC
	}
	return syscall.EIO
}

// problems says what is wrong with the rule.
func (r Rule) problems() []string {
	var out []string
	if r.Effect == 0 || r.Effect >= effectEnd {
		out = append(out, "no such effect")
	}
	switch {
	case r.Ops&^allOps != 0:
		out = append(out, "unknown operation kind")
	case r.Ops != 0 && r.Ops&r.Effect.kinds() == 0:
		out = append(out, fmt.Sprintf("%s cannot strike %s", r.Effect, r.Ops))
	}
	if _, err := path.Match(r.Path, "/"); err != nil {
		out = append(out, fmt.Sprintf("path %q: %v", r.Path, err))
	}
	if r.Bytes < 0 {
		out = append(out, fmt.Sprintf("bytes %d is negative", r.Bytes))
	}
	return out
}

func (r Rule) matches(op Op) bool {
	if !r.Ops.Has(op.Kind) || !r.Effect.kinds().Has(op.Kind) {
		return false
	}
	if (r.Effect == ShortWrite || r.Effect == ShortRead) && op.Len <= int64(r.Bytes) {
		return false
	}
	return r.matchesPath(op.Path) || op.Path2 != "" && r.matchesPath(op.Path2)
}

func (r Rule) matchesPath(name string) bool {
	if r.Path == "" {
		return true
	}
	if !strings.Contains(r.Path, "/") {
		name = path.Base(name)
	}
	ok, err := path.Match(r.Path, name)
	return ok && err == nil
}

// Fault is a rule with its counters since it was set.
type Fault struct {
	Rule
	Seen  uint64 // operations that it matched
	Fired uint64 // operations that it struck; a dropped sync or a short read that changed nothing is none
}

// due reports whether the rule strikes the operation that it has just matched.
func (a *Fault) due() bool {
	return a.Nth == 0 || a.Fired == 0 && a.Seen >= a.Nth
}

// SetFaults replaces the rules; none disarms them all. The counters start at zero.
// A rule that is wrong gives a *ConfigError and changes nothing.
func (f *FS) SetFaults(rules ...Rule) error {
	armed, problems := arm(rules)
	if len(problems) > 0 {
		return &ConfigError{Problems: problems}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = armed
	return nil
}

// Faults returns the rules with what each has seen and struck so far. A test
// whose rule never fired has tested nothing.
func (f *FS) Faults() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.faults)
}

func arm(rules []Rule) ([]Fault, []string) {
	if len(rules) == 0 {
		return nil, nil
	}
	var problems []string
	armed := make([]Fault, len(rules))
	for i, r := range rules {
		armed[i].Rule = r
		for _, p := range r.problems() {
			problems = append(problems, fmt.Sprintf("fault %d (%s): %s", i, r, p))
		}
	}
	return armed, problems
}

// strike lets every rule see the operation and returns the place of the one that
// strikes it, or -1.
func (f *FS) strike(op Op) int {
	hit := -1
	for i := range f.faults {
		a := &f.faults[i]
		if !a.matches(op) {
			continue
		}
		a.Seen++
		if hit < 0 && a.due() {
			a.Fired++
			hit = i
		}
	}
	return hit
}

type CacheAfter uint8

const (
	CacheKeepNew CacheAfter = iota + 1
	CacheRevert
	CacheKeepDirty
)

type MetadataAfter uint8

const (
	MetadataPersist MetadataAfter = iota + 1
	MetadataRollback
)

type ReportAt uint8

const (
	ReportNow ReportAt = iota + 1
	ReportNext
)

type UnitsFailed uint8

const (
	UnitsAll UnitsFailed = iota
	UnitsSome
)
