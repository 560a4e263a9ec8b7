package sim

import (
	"slices"
	"strings"
)

// Signature is the shape of the failure that a run came to, without task names, numbers or times, so that many failing
// runs fold into few failures and shrinking knows that it still has the same one. It is empty where nothing failed and
// where the run is inconclusive.
func (o Outcome) Signature() string {
	switch {
	case o.Reason == Deadlock:
		return "deadlock: " + strings.Join(o.stuckAt(), ", ")
	case o.Violation != nil && (o.Panic == nil || o.Reason != Panicked):
		return "violation: " + o.Violation.Shape
	case o.Panic != nil:
		return "panic: " + numberless(o.Panic.describe())
	}
	return ""
}

// Inconclusive tells that the run was cut short by a bound or by its strategy and had not failed until then.
func (o Outcome) Inconclusive() bool { return o.Reason != Done && o.Signature() == "" }

// Cycle returns the names of tasks that wait for each other, each for the next and the last for the first; nil if there
// are none. A task waits for another by joining it or by locking what it holds.
func (o Outcome) Cycle() []string {
	next := make(map[string]string)
	for _, w := range o.Waiting {
		switch {
		case w.Runnable:
		case w.Holder != "":
			next[w.Task] = w.Holder
		case w.Site.Kind == SiteJoin && w.Site.Object != "":
			next[w.Task] = w.Site.Object
		}
	}
	for _, w := range o.Waiting {
		path := []string{w.Task}
		for at := next[w.Task]; at != "" && len(path) <= len(next); at = next[at] {
			if at == w.Task {
				return path
			}
			path = append(path, at)
		}
	}
	return nil
}

// stuckAt lists the sites of a deadlock, each once. Those who merely join the others say nothing new.
func (o Outcome) stuckAt() []string {
	var sites, joins []string
	for _, w := range o.Waiting {
		if w.Site.Kind == SiteJoin {
			joins = append(joins, numberless(w.Site.String()))
		} else {
			sites = append(sites, numberless(w.Site.String()))
		}
	}
	if len(sites) == 0 {
		sites = joins
	}
	slices.Sort(sites)
	return slices.Compact(sites)
}

// numberless is text with # for every run of digits.
func numberless(text string) string {
	var b strings.Builder
	digit := false
	for _, r := range text {
		was := digit
		digit = '0' <= r && r <= '9'
		switch {
		case !digit:
			b.WriteRune(r)
		case !was:
			b.WriteByte('#')
		}
	}
	return b.String()
}
