package simfs

import "fmt"

// Fault is a rule with its counters since it was set.
type Fault struct {
	Rule
	Seen  uint64 // operations that it matched
	Fired uint64 // operations that it struck; a dropped sync or a short read that changed nothing is none
}

// armed is a rule at work.
type armed struct {
	Fault
	owed bool // of a rule with Every: its turn has come and it has not struck yet
}

// turn counts an operation that the rule matches, and reports whether it is the
// rule's to strike.
func (a *armed) turn() bool {
	a.Seen++
	switch {
	case a.Nth != 0:
		return a.Fired == 0 && a.Seen >= a.Nth
	case a.From != 0:
		return a.Seen >= a.From
	case a.Every != 0:
		a.owed = a.owed || a.Seen%a.Every == 0
		return a.owed
	}
	return true
}

func (a *armed) fire() {
	a.Fired++
	a.owed = false
}

// miss takes back a strike that turned out to have nothing to strike.
func (a *armed) miss() {
	a.Fired--
	a.owed = true
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
// whose rule never fired has tested nothing; see RequireFired.
func (f *FS) Faults() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults == nil {
		return nil
	}
	out := make([]Fault, len(f.faults))
	for i := range f.faults {
		out[i] = f.faults[i].Fault
	}
	return out
}

func arm(rules []Rule) ([]armed, []string) {
	if len(rules) == 0 {
		return nil, nil
	}
	var problems []string
	out := make([]armed, len(rules))
	for i, r := range rules {
		out[i].Rule = r
		for _, p := range r.problems() {
			problems = append(problems, fmt.Sprintf("fault %d (%s): %s", i, r, p))
		}
	}
	return out, problems
}

// strike lets every rule but the delays see the operation, and gives the call to
// the one that strikes, if any does.
func (f *FS) strike(c *call, h *handle) {
	for i := range f.faults {
		a := &f.faults[i]
		if a.Effect == Delay || !a.matches(&c.Op) || a.Effect == Full && f.fits(c, h, a.Capacity) {
			continue
		}
		if a.turn() && c.by == nil {
			a.fire()
			c.by, c.rule, c.fault = a, i, a.Effect
		}
	}
}
