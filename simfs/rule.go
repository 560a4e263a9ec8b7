package simfs

import (
	"fmt"
	"path"
	"strings"
	"syscall"
	"time"
)

// Rule is one fault: where it strikes and what it does. ParseRule documents its
// text.
//
// A rule strikes an operation whose kind is in Ops (and one that the effect can
// strike at all) and whose path, or target path, matches Path. Rules are tried in
// the order of the list and at most one strikes an operation, delays aside; a rule
// whose turn came while an earlier one struck, or when there was nothing to strike,
// waits for the next matching operation.
//
// Of Nth, From and Every at most one is set; without any a rule strikes every
// matching operation.
type Rule struct {
	Ops   OpSet  // zero = every kind that Effect can strike
	Path  string // glob of path.Match over the absolute path, or over its last element when it has no slash; empty = any
	Nth   uint64 // strike once, at the Nth matching operation, 1 = the first
	From  uint64 // strike the From-th matching operation and every later one
	Every uint64 // strike each Every-th matching operation

	Effect Effect
	Err    syscall.Errno // for effects that report one; zero = ENOSPC for ShortWrite and Full, EIO for the others

	// K is for ShortWrite, ShortRead and Torn: bytes. An operation that asks for
	// no more than that is not matched.
	K   int
	EOF bool // for ShortRead: it looks like the end of the file; else Read returns no error, ReadAt, which must, io.EOF

	// Capacity is for Full: bytes. Used are the sizes of all files that have a name
	// or a handle, holes included; so removing, replacing and truncating give bytes
	// back. Only what does not fit is matched: a write that grows a file, of which
	// the bytes that fit land; a Truncate that does; a Sync, which then fails as by
	// FailSync, while more is used than there is.
	Capacity int64

	// Off and Mask are for Rot: the byte of the durable file and its bits that flip,
	// for programs too unless they have written it since. What is not given is drawn,
	// zero bits as one bit. Striking the same bit again heals it.
	Off  Place
	Mask uint8

	By    int64         // for Misdirect: bytes; a write that would begin below 0 is not matched
	Delay time.Duration // for Delay, which strikes besides another rule and adds up with other delays

	// For FailSync.
	Cache    CacheAfter
	Metadata MetadataAfter
	Report   ReportAt
	Units    UnitsFailed
}

// failure is the error that the rule injects.
func (r *Rule) failure() syscall.Errno {
	if r.Err != 0 {
		return r.Err
	}
	return r.Effect.form().errno
}

// problems says what is wrong with the rule.
func (r *Rule) problems() []string {
	var out []string
	if !r.Effect.known() {
		out = append(out, "no such effect")
	}
	switch {
	case r.Ops&^allOps != 0:
		out = append(out, "unknown operation kind")
	case r.Ops != 0 && r.Effect.known() && r.Ops&r.Effect.form().kinds == 0:
		out = append(out, fmt.Sprintf("%s cannot strike %s, only %s", r.Effect, r.Ops, r.Effect.form().kinds))
	}
	if _, err := path.Match(r.Path, "/"); err != nil {
		out = append(out, fmt.Sprintf("path %q: %v", r.Path, err))
	}
	if set := r.triggers(); len(set) > 1 {
		out = append(out, fmt.Sprintf("%s exclude each other", strings.Join(set, " and ")))
	}
	for i := range parameters {
		if wrong := parameters[i].problem(r); wrong != "" && r.Effect.known() {
			out = append(out, wrong)
		}
	}
	return out
}

// matches tells by the kind, the path and the length of an operation whether the
// rule is about it.
func (r *Rule) matches(op *Op) bool {
	if !r.Ops.Has(op.Kind) || !r.Effect.form().kinds.Has(op.Kind) {
		return false
	}
	switch r.Effect {
	case ShortWrite, ShortRead, Torn:
		if op.Len <= int64(r.K) {
			return false
		}
	case Misdirect:
		if to := op.Off + r.By; to < 0 || to > fileSizeMax-op.Len {
			return false
		}
	}
	return r.matchesPath(op.Path) || op.Path2 != "" && r.matchesPath(op.Path2)
}

func (r *Rule) matchesPath(name string) bool {
	if r.Path == "" {
		return true
	}
	if !strings.Contains(r.Path, "/") {
		name = path.Base(name)
	}
	ok, err := path.Match(r.Path, name)
	return ok && err == nil
}
