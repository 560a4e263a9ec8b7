package simfs

import "fmt"

// TB is what RequireFired needs of a *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// RequireFired fails the test for each armed rule that has never struck, and says
// what it saw; also when no rule is armed, for then nothing was tested either. Ask
// before SetFaults disarms the rules; a filesystem that Crash or Restart returned
// has the counters of the one before it.
func RequireFired(t TB, f *FS) {
	t.Helper()
	faults := f.Faults()
	if len(faults) == 0 {
		t.Errorf("simfs: no rule is armed, so none has fired")
	}
	for _, a := range faults {
		if a.Fired == 0 {
			t.Errorf("simfs: rule %q never fired: %s", a.Rule, a.idle())
		}
	}
}

// Unfired returns the armed rules that have never struck.
func (f *FS) Unfired() []Fault {
	var out []Fault
	for _, a := range f.Faults() {
		if a.Fired == 0 {
			out = append(out, a)
		}
	}
	return out
}

// idle says why a rule that has not fired has not.
func (a *Fault) idle() string {
	turn := max(a.Nth, a.From, a.Every)
	switch {
	case a.Seen == 0:
		return "saw 0 operations: nothing matched"
	case a.Seen < turn:
		return fmt.Sprintf("saw %d, %s", a.Seen, a.triggers()[0])
	}
	return fmt.Sprintf("saw %d, but each was struck by an earlier rule or left it nothing to change", a.Seen)
}
