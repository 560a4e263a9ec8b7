package simfs

import (
	"os"
	"syscall"
)

// Write writes at the current offset, or at the end with O_APPEND.
func (h *handle) Write(b []byte) (int, error) {
	c := h.call(OpWrite, "write", 0, int64(len(b)))
	c.atPos = true
	if err := h.fs.announce(&c, h); err != nil {
		return 0, err
	}
	n, err := h.write(&c, b)
	return n, h.fs.report(&c, n, err)
}

func (h *handle) write(c *call, b []byte) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return 0, err
	}
	n, err := h.writeTo(c, b)
	if n > 0 {
		h.pos = c.Off + int64(n)
	}
	return n, err
}

// WriteString is Write.
func (h *handle) WriteString(s string) (int, error) { return h.Write([]byte(s)) }

// WriteAt writes at off; it is refused with O_APPEND, as by os.File.
func (h *handle) WriteAt(b []byte, off int64) (int, error) {
	switch {
	case h.flag&os.O_APPEND != 0:
		return 0, h.inert("write", errWriteAtAppend)
	case off < 0:
		return 0, h.inert("writeat", errNegativeOffset)
	case len(b) == 0:
		return 0, h.inert("write", nil)
	}
	c := h.call(OpWrite, "write", off, int64(len(b)))
	if err := h.fs.announce(&c, h); err != nil {
		return 0, err
	}
	n, err := h.writeAt(&c, b)
	return n, h.fs.report(&c, n, err)
}

func (h *handle) writeAt(c *call, b []byte) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return 0, err
	}
	return h.writeTo(c, b)
}

// writeTo writes b at the offset of the call, or as much of it as the rule that
// struck lets through.
func (h *handle) writeTo(c *call, b []byte) (int, error) {
	f, no := h.fs, h.inode.no
	if e := h.writable(); e != 0 {
		return 0, f.fail(c, e)
	}
	if c.Off > fileSizeMax-int64(len(b)) {
		return 0, f.fail(c, syscall.EFBIG)
	}
	switch c.fault {
	case ShortWrite, Full:
		n := f.partial(c, h)
		f.write(no, b[:n], c.Off)
		return n, c.wrap(c.by.failure())
	case CrashDuring:
		f.write(no, b[:f.tear(c.Off, int64(len(b)))], c.Off)
		return 0, nil
	case Torn:
		f.write(no, b[:c.by.K], c.Off)
		return 0, nil
	case Misdirect:
		f.misdirect(no, b, c.Off, c.by.By)
	default:
		f.write(no, b, c.Off)
	}
	if h.flag&os.O_SYNC != 0 {
		f.hear(h.inode)
		f.sync(no)
		if err := h.heard(c); err != nil {
			return 0, err
		}
	}
	if c.fault == FailAfter {
		return 0, c.wrap(c.by.failure())
	}
	return len(b), nil
}

// partial is how many bytes of a write land that cannot land as a whole.
func (f *FS) partial(c *call, h *handle) int {
	if c.fault == Full {
		return int(f.room(c, h, c.by.Capacity))
	}
	return c.by.K
}

// misdirect writes b by bytes away from off. The file gets the size that it should.
func (f *FS) misdirect(no uint64, b []byte, off, by int64) {
	f.write(no, b, off+by)
	if end := off + int64(len(b)); end > f.inode(no).live.size {
		f.resize(no, end)
	}
}

// tear draws how many bytes of a write at off were done: whole units of the file,
// from none to all.
func (f *FS) tear(off, n int64) int64 {
	unit := f.traits.unit
	if unit == WholeCall {
		return n * int64(f.choose(LabelCut, 2))
	}
	first, last := off/unit, (off+n-1)/unit
	done := int64(f.choose(LabelCut, uint64(last-first)+2))
	return max(0, min(n, (first+done)*unit-off))
}

// Truncate sets the size; the offset stays.
func (h *handle) Truncate(size int64) error {
	c, err := h.begin(OpTruncate, "truncate", size, 0)
	if err != nil {
		return err
	}
	return h.fs.report(&c, 0, h.truncate(&c, size))
}

func (h *handle) truncate(c *call, size int64) error {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return err
	}
	switch {
	case size < 0 || h.writable() != 0:
		return c.wrap(syscall.EINVAL)
	case size > fileSizeMax:
		return c.wrap(syscall.EFBIG)
	case c.fault == Full:
		return c.wrap(c.by.failure())
	}
	h.fs.resize(h.inode.no, size)
	return nil
}

// writable says what the open flags forbid.
func (h *handle) writable() syscall.Errno {
	if h.isDir || access(h.flag) != os.O_WRONLY && access(h.flag) != os.O_RDWR {
		return syscall.EBADF
	}
	return 0
}
