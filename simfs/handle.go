package simfs

import (
	"io"
	"io/fs"
	"math"
	"os"
	"syscall"

	"github.com/spf13/afero"
)

var errClosed = fs.ErrClosed

// handle is an open file or directory. The filesystem's mutex guards it.
type handle struct {
	fs     *FS
	inode  *openInode
	name   string // as given to open; a rename does not change it
	path   string // absolute and clean
	flag   int
	isDir  bool
	closed bool
	pos    int64
	errs   uint64 // sync failures of the inode that this handle has heard of
	list   listing
}

var _ afero.File = (*handle)(nil)

func (f *FS) open(c *call, flag int, perm os.FileMode) (*handle, error) {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return nil, err
	}
	p, e := f.reach(c.name, followOpen(flag))
	if e = p.openable(e, flag); e != 0 {
		return nil, c.wrap(e)
	}
	n := p.node
	switch {
	case n == nil:
		n = f.link(entry{p.dir.no, p.name}, perm&permBits)
	case flag&os.O_TRUNC != 0:
		f.resize(n.no, 0)
	}
	if c.fault == FailAfter { // nobody gets the handle
		return nil, nil
	}
	o := f.hold(n.no)
	return &handle{fs: f, inode: o, name: c.name, path: c.Path, flag: flag, isDir: n.isDir(), errs: o.errs}, nil
}

// followOpen says when an open follows a link: a file is created through one, but
// not when the link itself would have to be new, nor when slashes are behind it.
func followOpen(flag int) follow {
	create, w := flag&os.O_CREATE != 0, followAll
	if create {
		w &^= followSlash
	}
	if flag&openNoFollow != 0 || create && flag&os.O_EXCL != 0 {
		w &^= followLast
	}
	return w
}

// openable checks an open in the order in which the kernel does; e is what
// locating the place gave.
func (p place) openable(e syscall.Errno, flag int) syscall.Errno {
	create, directory := flag&os.O_CREATE != 0, flag&openDirectory != 0
	switch {
	case create && directory:
		return syscall.EINVAL
	case create && p.slash && p.dir != nil:
		return syscall.EISDIR
	case e != 0:
		return e
	case p.node == nil && !create:
		return syscall.ENOENT
	case p.node == nil:
		return 0
	case create && flag&os.O_EXCL != 0:
		return syscall.EEXIST
	case directory && !p.node.isDir():
		return syscall.ENOTDIR
	case p.node.isLink():
		return syscall.ELOOP
	case p.node.isDir() && (create || flag&os.O_TRUNC != 0 || access(flag) != os.O_RDONLY):
		return syscall.EISDIR
	}
	return 0
}

func access(flag int) int { return flag & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR) }

// Name returns the name that the file was opened by.
func (h *handle) Name() string { return h.name }

// enter admits a call on the handle with the filesystem locked.
func (h *handle) enter(c *call) error { return h.fs.enter(c, h) }

// Close ends the handle. It syncs nothing.
func (h *handle) Close() error {
	c, err := h.begin(OpClose, "close", 0, 0)
	if err != nil {
		return err
	}
	return h.fs.report(&c, 0, h.close(&c))
}

func (h *handle) close(c *call) error {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return err
	}
	h.closed = true
	h.fs.release(h.inode)
	if c.fault == Fail {
		return c.wrap(c.by.failure())
	}
	return nil
}

// Stat describes the file; the result is a snapshot.
func (h *handle) Stat() (os.FileInfo, error) {
	c, err := h.begin(OpStat, "stat", 0, 0)
	if err != nil {
		return nil, err
	}
	fi, err := h.stat(&c)
	if err = h.fs.report(&c, 0, err); err != nil {
		return nil, err
	}
	return fi, nil
}

func (h *handle) stat(c *call) (*info, error) {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return nil, err
	}
	return h.fs.inode(h.inode.no).info(base(h.name)), nil
}

// Seek moves the offset; past the end is allowed. It is no operation: no hook, no
// fault.
func (h *handle) Seek(offset int64, whence int) (int64, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	c := call{Op: Op{Path: h.path}, verb: "seek", name: h.name, rule: -1}
	if err := h.fs.alive(&c, h); err != nil {
		return 0, err
	}
	origin := int64(0)
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		origin = h.pos
	case io.SeekEnd:
		origin = h.fs.inode(h.inode.no).live.size
	default:
		return 0, c.wrap(syscall.EINVAL)
	}
	if offset > math.MaxInt64-origin || origin+offset < 0 {
		return 0, c.wrap(syscall.EINVAL)
	}
	h.pos = origin + offset
	if h.isDir {
		h.list = listing{}
	}
	return h.pos, nil
}

// inert is the result of a call that reaches no filesystem: err, or nil, but even
// so the handle must not be of a dead one.
func (h *handle) inert(verb string, err error) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if h.fs.dead {
		err = ErrCrashed
	}
	if err == nil || err == errWriteAtAppend { // which os gives bare
		return err
	}
	return &fs.PathError{Op: verb, Path: h.name, Err: err}
}
