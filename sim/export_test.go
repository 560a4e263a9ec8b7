package sim

import (
	"io"
	"time"
)

// TestOn is Test with another console.
func (w Sweep) TestOn(t TB, out io.Writer, now func() time.Time, interrupted func() bool) {
	w.test(t, &console{out: out, now: now, last: now(), interrupts: func() (func() bool, func()) {
		return interrupted, func() {}
	}})
}
