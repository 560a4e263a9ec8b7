package simfs

import (
	"fmt"
	"slices"
	"syscall"
)

// Effect is what a rule does to the operation that it strikes.
type Effect uint8

// The effects; the package comment says what each does to volatile and durable
// state.
const (
	Fail        Effect = iota + 1 // Err instead of the operation; a failed Close still closes
	FailAfter                     // the operation happens, then Err
	ShortWrite                    // the first K bytes land, then Err
	ShortRead                     // at most K bytes
	Full                          // Err for what no longer fits into Capacity
	FailSync                      // Err; the dirty units turn clean without being durable
	DropSync                      // nil; the dirty units turn clean without being durable
	DeferSync                     // nil; nothing is durable before the next honest sync
	Rot                           // bits of the durable file flip, then the operation happens
	Misdirect                     // the bytes land By bytes away, and nil
	Delay                         // the operation waits, then happens
	CrashBefore                   // the filesystem freezes and the operation does not happen
	CrashDuring                   // as CrashBefore, but a unit-prefix of a write is pending
	CrashAfter                    // the operation happens, then the filesystem freezes
	Torn                          // the first K bytes of a write are pending, and the filesystem freezes
	effectEnd
)

// effectForm is how an effect is written and what it can do.
type effectForm struct {
	name  string // of Effect.String
	word  string // in the text of a rule, where it may stand for several effects
	point string // in the text of a rule: before, during or after; empty = it has none
	kinds OpSet  // that it can strike
	takes []string
	errno syscall.Errno // for a rule that names none
}

var (
	syncOps = Ops(OpSync, OpSyncDir)

	// fileOps may be on a regular file.
	fileOps = Ops(OpOpen, OpCreate, OpRead, OpWrite, OpTruncate, OpSync, OpClose, OpStat)
)

// effectForms has the natural one first of those that share a word.
var effectForms = [effectEnd]effectForm{
	Fail:        {"fail", "fail", "before", allOps, []string{"err"}, syscall.EIO},
	FailAfter:   {"fail-after", "fail", "after", allOps, []string{"err"}, syscall.EIO},
	ShortWrite:  {"short-write", "short", "", Ops(OpWrite), []string{"k", "err"}, syscall.ENOSPC},
	ShortRead:   {"short-read", "short", "", Ops(OpRead), []string{"k", "eof"}, 0},
	Full:        {"full", "full", "", Ops(OpWrite, OpTruncate, OpSync), []string{"capacity", "err"}, syscall.ENOSPC},
	FailSync:    {"fail-sync", "fail-sync", "", syncOps, []string{"cache", "metadata", "report", "units", "err"}, syscall.EIO},
	DropSync:    {"drop-sync", "lie", "", syncOps, nil, 0},
	DeferSync:   {"defer-sync", "defer", "", syncOps, nil, 0},
	Rot:         {"rot", "rot", "", fileOps, []string{"off", "bit", "mask"}, 0},
	Misdirect:   {"misdirect", "misdirect", "", Ops(OpWrite), []string{"by"}, 0},
	Delay:       {"delay", "delay", "", allOps, []string{"d"}, 0},
	CrashBefore: {"crash-before", "crash", "before", allOps, nil, 0},
	CrashDuring: {"crash-during", "crash", "during", allOps, nil, 0},
	CrashAfter:  {"crash-after", "crash", "after", allOps, nil, 0},
	Torn:        {"torn", "torn", "during", Ops(OpWrite), []string{"k"}, 0},
}

func (e Effect) known() bool { return e > 0 && e < effectEnd }

// String is the name of the effect alone, as records and reports give it; the text
// of a rule says the same in two words for some.
func (e Effect) String() string {
	switch {
	case e == 0:
		return "none"
	case !e.known():
		return fmt.Sprintf("Effect(%d)", uint8(e))
	}
	return effectForms[e].name
}

// form describes e; of an unknown effect it is empty.
func (e Effect) form() *effectForm {
	if !e.known() {
		return &effectForms[0]
	}
	return &effectForms[e]
}

// effectsCalled lists the effects that a word at a point, empty = none given, may
// mean in a rule for those kinds. An effect may also go by its name.
func effectsCalled(word, point string, ops OpSet) []Effect {
	var natural, other []Effect
	for e := Effect(1); e < effectEnd; e++ {
		form := e.form()
		if form.word != word && form.name != word || ops != 0 && ops&form.kinds == 0 {
			continue
		}
		switch {
		case form.point == point, point == "" && form.point == "before":
			natural = append(natural, e)
		case point == "":
			other = append(other, e)
		}
	}
	if len(natural) > 0 {
		return natural
	}
	return other
}

// effectWords lists the words for effects, each once.
func effectWords() []string {
	var words []string
	for _, form := range effectForms[1:] {
		if !slices.Contains(words, form.word) {
			words = append(words, form.word)
		}
	}
	return words
}

// pointsOf lists the points that a word for an effect can have.
func pointsOf(word string) []string {
	var points []string
	for _, form := range effectForms[1:] {
		if (form.word == word || form.name == word) && form.point != "" {
			points = append(points, form.point)
		}
	}
	return points
}
