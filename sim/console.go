package sim

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// progressEvery is how long a test works between two lines of progress, the first included.
const progressEvery = 2 * time.Second

// console is where [Test] shows that it is still at work, and is told to stop. No run sees it.
type console struct {
	out  io.Writer
	now  func() time.Time
	last time.Time // of a line, or of the start
	// interrupts starts to watch for an interrupt, until release is called.
	interrupts func() (interrupted func() bool, release func())
}

func newConsole() *console {
	return &console{out: os.Stderr, now: time.Now, last: time.Now(), interrupts: func() (func() bool, func()) {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		return func() bool { return ctx.Err() != nil }, stop
	}}
}

// progress writes a line if it is time for one.
func (c *console) progress(format string, args ...any) {
	if now := c.now(); now.Sub(c.last) >= progressEvery {
		c.last = now
		_, _ = fmt.Fprintf(c.out, "sim: "+format+"\n", args...) // nobody is there to be told
	}
}
