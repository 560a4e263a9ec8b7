package simfs

import "time"

// delay lets the delay rules see the operation and adds up what they make it wait.
func (f *FS) delay(op *Op) time.Duration {
	var d time.Duration
	for i := range f.faults {
		a := &f.faults[i]
		if a.Effect == Delay && a.matches(op) && a.turn() {
			a.fire()
			d += a.Delay
		}
	}
	return d
}

// sleep makes an operation wait, with nothing locked.
func (f *FS) sleep(d time.Duration) {
	switch {
	case d <= 0:
	case f.cfg.Sleep != nil:
		f.cfg.Sleep(d)
	default:
		time.Sleep(d)
	}
}
