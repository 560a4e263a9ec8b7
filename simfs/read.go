package simfs

import (
	"io"
	"os"
	"syscall"
)

// Read reads from the current offset on.
func (h *handle) Read(b []byte) (int, error) {
	c := h.call(OpRead, "read", 0, int64(len(b)))
	c.atPos = true
	if err := h.fs.announce(&c, h); err != nil {
		return 0, err
	}
	n, err := h.read(&c, b)
	return n, h.fs.report(&c, n, err)
}

func (h *handle) read(c *call, b []byte) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return 0, err
	}
	n, err := h.readFrom(c, b)
	h.pos += int64(n)
	if n > 0 && !(c.fault == ShortRead && c.by.EOF) {
		err = nil
	}
	return n, err
}

// ReadAt reads at off; fewer bytes than asked for come with an error.
func (h *handle) ReadAt(b []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, h.inert("readat", errNegativeOffset)
	case len(b) == 0:
		return 0, h.inert("read", nil)
	}
	c := h.call(OpRead, "read", off, int64(len(b)))
	if err := h.fs.announce(&c, h); err != nil {
		return 0, err
	}
	n, err := h.readAt(&c, b)
	return n, h.fs.report(&c, n, err)
}

func (h *handle) readAt(c *call, b []byte) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return 0, err
	}
	return h.readFrom(c, b)
}

// readFrom fills b from the offset of the call on; io.EOF, bare, when it could not
// fill it.
func (h *handle) readFrom(c *call, b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if e := h.readable(); e != 0 {
		return 0, h.fs.fail(c, e)
	}
	n := h.fs.inode(h.inode.no)
	have := min(int64(len(b)), max(n.live.size-c.Off, 0))
	if c.fault == ShortRead {
		have = h.fs.shorten(c, have)
	}
	n.live.data.read(b[:have], c.Off)
	if c.fault == FailAfter {
		return 0, c.wrap(c.by.failure())
	}
	if have < int64(len(b)) {
		return int(have), io.EOF
	}
	return int(have), nil
}

// shorten cuts a read of n bytes to what the rule that struck allows.
func (f *FS) shorten(c *call, n int64) int64 {
	limit := int64(c.by.K)
	if n <= limit {
		f.miss(c)
		return n
	}
	return limit
}

// readable says what the open flags forbid.
func (h *handle) readable() syscall.Errno {
	switch {
	case h.isDir:
		return syscall.EISDIR
	case access(h.flag) != os.O_RDONLY && access(h.flag) != os.O_RDWR:
		return syscall.EBADF
	}
	return 0
}
