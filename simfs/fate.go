package simfs

import (
	"fmt"
	"slices"
	"strings"
)

// Fate is what became, in an image, of one thing that was unsynced.
type Fate struct {
	Unsynced
	Outcome Outcome
	Detail  string // for people: what of it survived, when that is not all or nothing, or why not
}

// Outcome says how much of a change survived.
type Outcome uint8

// The outcomes.
const (
	Lost Outcome = iota
	Partly
	Survived
)

func (o Outcome) String() string {
	switch o {
	case Lost:
		return "lost"
	case Partly:
		return "partly"
	case Survived:
		return "survived"
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

func (f Fate) String() string {
	s := fmt.Sprintf("%-8s  %s", f.Outcome, f.Unsynced)
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	return s
}

// Fates lists what was unsynced and what became of it in this image, in the order of
// Pending.
func (s State) Fates() []Fate {
	d := s.space.newDraft()
	d.make(s.digits)
	names := map[uint64]uint8{}
	for i := range s.space.clusters {
		if c := s.space.clusters[i].changes; c != nil {
			for op, fate := range d.clusters[i].fates {
				names[c.ops[op].seq] = fate
			}
		}
	}
	var out []Fate
	for _, u := range s.space.unsynced() {
		f := Fate{Unsynced: u.Unsynced}
		switch {
		case u.no != 0:
			f.Outcome, f.Detail = d.files[u.no].fate(u.op)
		case u.seq != 0:
			f.Outcome, f.Detail = nameFate(names[u.seq])
		}
		out = append(out, f)
	}
	return out
}

func nameFate(outcome uint8) (Outcome, string) {
	switch outcome {
	case nameKept:
		return Survived, ""
	case nameNeither:
		return Partly, "neither name is there"
	case nameBoth:
		return Partly, "both names are there"
	}
	return Lost, ""
}

// fate is what became of an operation on the file.
func (f *fileDraft) fate(op int) (Outcome, string) {
	if f == nil || f.links == 0 {
		return Lost, "with the name of the file"
	}
	s := f.sizing
	switch s.ops[op].kind {
	case opData:
		return f.fateOfWrite(op)
	case opSize:
		if op <= s.sized {
			return Survived, ""
		}
		return Lost, ""
	}
	for at, i := range s.attrs {
		if i == op && !f.attrs[at] {
			return Lost, ""
		}
	}
	if s.ordered && !slices.Contains(s.firm, op) {
		return Lost, ""
	}
	return Survived, ""
}

func (f *fileDraft) fateOfWrite(at int) (Outcome, string) {
	s, op := f.sizing, &f.sizing.ops[at]
	size, by := s.final(f.outcome)
	grew := !op.resizes || at <= by
	var raw spans
	var gone []string
	lost := int64(0)
	for _, x := range s.restOfWrite(nil, &raw, new(spans), at, f.outcome) {
		lost += int64(len(x.data))
		gone = append(gone, fmt.Sprintf("[%d,+%d)", x.off, len(x.data)))
	}
	all := lost == s.uncut(at)-op.off
	switch {
	case lost == 0 && grew:
		return f.damaged(at)
	case lost == 0:
		return Partly, fmt.Sprintf("but the file ends at %d", size)
	case all && op.resizes && grew:
		return Partly, fmt.Sprintf("the size of %d bytes survived without them", op.size)
	case all:
		return Lost, ""
	}
	return Partly, "not " + strings.Join(gone, " ")
}

// damaged tells of a write that survived what is wrong with it.
func (f *fileDraft) damaged(op int) (Outcome, string) {
	for i, u := range f.sizing.units {
		fate := f.units[i]
		if fate.damage == damageNone || fate.version == 0 || u.writes()[fate.version-1] != op {
			continue
		}
		return Partly, fmt.Sprintf("%s of [%d,+%d)", fate.damage, u.start, u.end-u.start)
	}
	return Survived, ""
}
