package simfs

import (
	"os"
	"path"
	"syscall"
	"time"
)

// call is one operation on its way through the filesystem: begin, lock, enter, the
// work itself, leave, report.
type call struct {
	Op
	verb        string // as in the errors of the os package
	name, name2 string // as the caller gave them
	atPos       bool   // a read or write at the offset of its handle
	by          *armed // the rule that strikes, or nil
	rule        int    // its place in the list
	fault       Effect // what it does
	crashed     bool   // the rule froze the filesystem
	refused     bool   // the filesystem was dead: nothing happened
	delay       time.Duration
}

// begin makes a call on names and calls the hook.
func (f *FS) begin(kind OpKind, verb, name string, target ...string) (call, error) {
	c := call{Op: Op{Kind: kind, Path: absolute(name)}, verb: verb, name: name}
	if len(target) > 0 {
		c.name2, c.Path2 = target[0], absolute(target[0])
	}
	return c, f.announce(&c, nil)
}

// begin makes a call on the handle and calls the hook.
func (h *handle) begin(kind OpKind, verb string, off, n int64) (call, error) {
	c := h.call(kind, verb, off, n)
	return c, h.fs.announce(&c, h)
}

// call makes a call on the handle; announce is to follow.
func (h *handle) call(kind OpKind, verb string, off, n int64) call {
	return call{Op: Op{Kind: kind, Path: h.path, Off: off, Len: n, Syncs: h.syncs(kind)}, verb: verb, name: h.name}
}

// announce numbers a call for the hook, and calls that. Without a hook the call is
// numbered once it enters: that saves a lock.
func (f *FS) announce(c *call, h *handle) error {
	if f.cfg.Hook == nil {
		return nil
	}
	return f.callHook(c, h)
}

func (f *FS) callHook(c *call, h *handle) error {
	if err := f.announceLocked(c, h); err != nil {
		return err
	}
	f.sleep(c.delay)
	f.cfg.Hook(c.Op)
	return nil
}

func (f *FS) announceLocked(c *call, h *handle) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.alive(c, h); err != nil {
		return err
	}
	f.number(c, h)
	return nil
}

// number gives the call its index, and the time that delay rules make it wait.
func (f *FS) number(c *call, h *handle) {
	f.ops++
	c.Index = f.ops
	if c.atPos {
		c.settle(h)
	}
	if len(f.faults) > 0 {
		c.delay = f.delay(&c.Op)
	}
}

// settle sets where a call at the offset of its handle happens. Until it enters,
// others may move that.
func (c *call) settle(h *handle) {
	c.Off = h.pos
	if c.Kind == OpWrite && h.flag&os.O_APPEND != 0 {
		c.Off = h.fs.inode(h.inode.no).live.size
	}
}

// alive refuses a call on a dead filesystem or a closed handle.
func (f *FS) alive(c *call, h *handle) error {
	if !f.dead && (h == nil || !h.closed) {
		return nil
	}
	c.refused = true
	if f.dead {
		return c.wrap(ErrCrashed)
	}
	return c.wrap(errClosed)
}

// enter admits a call, with the filesystem locked, after the hook: what was alive
// before it may be dead now. It picks the rule that strikes, and applies the
// effects that come before any work. A failing Close is left to Close.
func (f *FS) enter(c *call, h *handle) error {
	if err := f.alive(c, h); err != nil {
		return err
	}
	if c.Index == 0 {
		f.number(c, h)
		if err := f.wait(c, h); err != nil {
			return err
		}
	} else if c.atPos {
		c.settle(h)
	}
	if len(f.faults) == 0 {
		return nil
	}
	return f.struck(c, h)
}

// wait makes a call wait that has the filesystem locked. What it waits for may kill
// the filesystem, move the handle, or end the goroutine.
func (f *FS) wait(c *call, h *handle) error {
	if c.delay == 0 {
		return nil
	}
	f.pause(c.delay)
	if c.atPos {
		c.settle(h)
	}
	return f.alive(c, h)
}

func (f *FS) pause(d time.Duration) {
	f.mu.Unlock()
	defer f.mu.Lock()
	f.sleep(d)
}

// struck lets the rules have the call.
func (f *FS) struck(c *call, h *handle) error {
	f.strike(c, h)
	switch {
	case c.fault == CrashBefore, c.fault == CrashDuring && c.Kind != OpWrite:
		f.freeze(c)
		return c.wrap(ErrCrashed)
	case c.fault == Fail && c.Kind != OpClose:
		return c.wrap(c.by.failure())
	case c.fault == Full && c.Kind == OpSync:
		c.fault = FailSync
	case c.fault == Rot && !f.rot(c, h):
		f.miss(c)
	}
	return nil
}

// freeze kills the filesystem on behalf of the rule that struck c.
func (f *FS) freeze(c *call) {
	f.dead, c.crashed = true, true
}

// leave ends the work of a call and unlocks.
func (f *FS) leave(c *call) {
	if c.fault == CrashAfter || c.fault == CrashDuring || c.fault == Torn {
		f.freeze(c)
	}
	f.mu.Unlock()
}

// miss takes back a strike that turned out to have nothing to strike.
func (f *FS) miss(c *call) {
	c.by.miss()
	c.by, c.fault = nil, 0
}

// fail is the error of a read or a write that cannot be done at all, and so cannot
// be done in part or elsewhere.
func (f *FS) fail(c *call, e syscall.Errno) error {
	switch c.fault {
	case FailAfter, ShortRead, ShortWrite, Misdirect:
		f.miss(c)
	}
	return c.wrap(e)
}

// report tells the observers what a call did, with nothing locked, and returns
// what its caller gets.
func (f *FS) report(c *call, n int, err error) error {
	if c.refused || c.fault == 0 && f.cfg.Observe == nil {
		return err
	}
	return f.tell(c, n, err)
}

func (f *FS) tell(c *call, n int, err error) error {
	switch {
	case c.crashed:
		err = c.wrap(ErrCrashed)
	case c.fault == FailAfter && c.Kind != OpRead && c.Kind != OpWrite:
		err = f.failAfter(c, err)
	}
	if f.cfg.Observe != nil {
		f.cfg.Observe(Record{Op: c.Op, N: n, Err: err, Fault: c.fault, Rule: c.rule, Delay: c.delay})
	}
	if c.crashed && f.cfg.OnCrash != nil {
		f.cfg.OnCrash(c.Op)
	}
	return err
}

// failAfter is the error of a call that a rule lets happen and then fails, unless
// it has failed by itself. Reads and writes see to it themselves: they move no bytes
// as far as their caller can tell.
func (f *FS) failAfter(c *call, err error) error {
	if err == nil {
		return c.wrap(c.by.failure())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.miss(c)
	return err
}

// absolute is the name as traces and rules see it.
func absolute(name string) string {
	if name == "" || name[0] != '/' {
		name = "/" + name
	}
	return path.Clean(name)
}

// refuse turns a number into the error of the call; zero is no error.
func (c *call) refuse(e syscall.Errno) error {
	if e == 0 {
		return nil
	}
	return c.wrap(e)
}
