package simfs

import (
	"math"
	"path"
	"syscall"
)

// call is one operation on its way through the filesystem: begin, lock, the work
// itself, unlock, report.
type call struct {
	Op
	verb        string // as in the errors of the os package
	name, name2 string // as the caller gave them
	rule        int    // the rule that strikes, or -1
	fault       Effect // what it does
	crashed     bool   // the rule froze the filesystem
	refused     bool   // the filesystem was dead: nothing happened
}

// begin counts an operation on names and calls the hook.
func (f *FS) begin(kind OpKind, verb, name string, target ...string) (call, error) {
	c := call{Op: Op{Kind: kind, Path: absolute(name)}, verb: verb, name: name, rule: -1}
	if len(target) > 0 {
		c.name2, c.Path2 = target[0], absolute(target[0])
	}
	return c, f.announce(&c, nil)
}

// here stands for the offset of the handle.
const here = math.MinInt64

// begin counts an operation on the handle and calls the hook.
func (h *handle) begin(kind OpKind, verb string, off, n int64) (call, error) {
	c := call{Op: Op{Kind: kind, Path: h.path, Off: off, Len: n, Syncs: h.syncs(kind)}, verb: verb, name: h.name, rule: -1}
	return c, h.fs.announce(&c, h)
}

func (f *FS) announce(c *call, h *handle) error {
	if err := f.number(c, h); err != nil {
		return err
	}
	if f.cfg.Hook != nil {
		f.cfg.Hook(c.Op)
	}
	return nil
}

func (f *FS) number(c *call, h *handle) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.alive(c, h); err != nil {
		return err
	}
	if h != nil && c.Off == here {
		c.Off = h.pos
	}
	f.ops++
	c.Index = f.ops
	return nil
}

// alive refuses a call on a dead filesystem or a closed handle.
func (f *FS) alive(c *call, h *handle) error {
	c.refused = true
	switch {
	case f.dead:
		return c.wrap(ErrCrashed)
	case h != nil && h.closed:
		return c.wrap(errClosed)
	}
	c.refused = false
	return nil
}

// enter admits a call, with the filesystem locked, after the hook: what was alive
// before it may be dead now. It picks the rule that strikes, and applies the
// effects that come before any work. A failing Close is left to Close.
func (f *FS) enter(c *call, h *handle) error {
	if err := f.alive(c, h); err != nil {
		return err
	}
	if c.rule = f.strike(c.Op); c.rule < 0 {
		return nil
	}
	rule := f.faults[c.rule].Rule
	switch c.fault = rule.Effect; {
	case c.fault == CrashBefore, c.fault == CrashDuring && c.Kind != OpWrite:
		f.freeze(c)
		return c.wrap(ErrCrashed)
	case c.fault == Fail && c.Kind != OpClose:
		return c.wrap(rule.failure())
	}
	return nil
}

// freeze kills the filesystem on behalf of the rule that struck c.
func (f *FS) freeze(c *call) {
	f.dead, c.crashed = true, true
}

// leave ends the work of a call and unlocks.
func (f *FS) leave(c *call) {
	if c.fault == CrashAfter || c.fault == CrashDuring {
		f.freeze(c)
	}
	f.mu.Unlock()
}

// miss takes back a strike that turned out to have nothing to strike.
func (f *FS) miss(c *call) {
	f.faults[c.rule].Fired--
	c.rule, c.fault = -1, 0
}

// fail is the error of a read or a write that cannot be done at all, and so cannot
// be shortened.
func (f *FS) fail(c *call, e syscall.Errno) error {
	if c.fault == ShortRead || c.fault == ShortWrite {
		f.miss(c)
	}
	return c.wrap(e)
}

// report tells the observers what a call did, with nothing locked, and returns
// what its caller gets.
func (f *FS) report(c *call, n int, err error) error {
	if c.refused {
		return err
	}
	if c.crashed {
		err = c.wrap(ErrCrashed)
	}
	if f.cfg.Observe != nil {
		f.cfg.Observe(Record{Op: c.Op, N: n, Err: err, Fault: c.fault, Rule: max(c.rule, 0)})
	}
	if c.crashed && f.cfg.OnCrash != nil {
		f.cfg.OnCrash(c.Op)
	}
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
