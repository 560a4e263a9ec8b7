package simfs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/afero"
)

// FS is a simulated filesystem. It and its handles may be used by many goroutines
// at once.
type FS struct {
	cfg    *Config // shared with its images, not changed
	traits traits
	mu     sync.Mutex // guards all below, and every handle

	dead   bool // crashed, restarted or frozen
	moved  bool // Restart has handed the state on
	ops    uint64
	ticks  time.Duration // added to fixedInstant when Config.Now is nil
	faults []armed

	tok    *token // of the inodes that may be changed in place
	inodes table
	next   uint64 // inode number to give
	opens  map[uint64]*openInode

	log      nameLog
	pending  map[uint64]*pending // by inode, only those that have or had something unsynced
	spare    []*pending          // empty, for reuse
	deferred []deferral
	seq      uint64 // of the latest pending operation
}

var (
	_ afero.Fs        = (*FS)(nil)
	_ afero.Symlinker = (*FS)(nil)
)

const (
	rootInode = 1

	// firstInode is the number of the first inode that a program makes. The
	// numbers below are for the root and the temporary directory, so that the
	// depth of that one, which the machine decides, shifts no other number.
	firstInode = 1 << 12
)

// New returns a filesystem that holds an empty root and, durably, the directory
// os.TempDir(). A configuration that is wrong gives a *ConfigError.
func New(cfg Config) (*FS, error) {
	cfg, armed, err := cfg.normal()
	if err != nil {
		return nil, err
	}
	f := &FS{
		cfg: &cfg, traits: cfg.traits(), faults: armed, tok: new(token), next: rootInode,
	}
	now := f.now()
	dir := f.newInode(fs.ModeDir|0o755, now)
	dir.liveLinks, dir.durLinks = 1, 1
	for name := range elements(filepath.ToSlash(os.TempDir())) {
		child := f.newInode(fs.ModeDir|fs.ModeSticky|0o777, now)
		child.liveLinks, child.durLinks = 1, 1
		dir.live.names.set(name, namePriority(name), child.no)
		dir.dur.names = dir.live.names.share()
		dir = child
	}
	f.next = max(f.next, firstInode)
	return f, nil
}

// Reconfigure replaces the configuration for the operations to come; rules are armed
// anew. What is pending stays pending. A configuration that is wrong gives a
// *ConfigError and changes nothing.
func (f *FS) Reconfigure(cfg Config) error {
	cfg, armed, err := cfg.normal()
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cfg, f.traits, f.faults = &cfg, cfg.traits(), armed
	return nil
}

// Name returns "simfs".
func (f *FS) Name() string { return "simfs" }

// Create is OpenFile for reading and writing, with truncation.
func (f *FS) Create(name string) (afero.File, error) {
	return f.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// Open is OpenFile for reading.
func (f *FS) Open(name string) (afero.File, error) {
	return f.OpenFile(name, os.O_RDONLY, 0)
}

// OpenFile opens or creates a file as os.OpenFile does, without a umask.
func (f *FS) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	kind := OpOpen
	if flag&os.O_CREATE != 0 {
		kind = OpCreate
	}
	c, err := f.begin(kind, "open", name)
	if err != nil {
		return nil, err
	}
	h, err := f.open(&c, flag, perm)
	if err = f.report(&c, 0, err); err != nil {
		return nil, err
	}
	return h, nil
}

// Mkdir makes a directory in one that exists.
func (f *FS) Mkdir(name string, perm os.FileMode) error {
	c, err := f.begin(OpMkdir, "mkdir", name)
	if err != nil {
		return err
	}
	return f.report(&c, 0, f.mkdir(&c, perm))
}

// Remove removes a file, a symbolic link or an empty directory.
func (f *FS) Remove(name string) error {
	c, err := f.begin(OpRemove, "remove", name)
	if err != nil {
		return err
	}
	return f.report(&c, 0, f.remove(&c))
}

// Rename moves a file, a symbolic link or a directory, replacing anything but a
// directory.
func (f *FS) Rename(oldname, newname string) error {
	c, err := f.begin(OpRename, "rename", oldname, newname)
	if err != nil {
		return err
	}
	return f.report(&c, 0, f.rename(&c))
}

// Stat describes a file; the result is a snapshot.
func (f *FS) Stat(name string) (os.FileInfo, error) {
	return f.describe("stat", name, followAll)
}

// LstatIfPossible is Stat, but describes a symbolic link itself. It is always
// possible.
func (f *FS) LstatIfPossible(name string) (os.FileInfo, bool, error) {
	fi, err := f.describe("lstat", name, followSlash)
	return fi, true, err
}

func (f *FS) describe(verb, name string, w follow) (os.FileInfo, error) {
	c, err := f.begin(OpStat, verb, name)
	if err != nil {
		return nil, err
	}
	fi, err := f.stat(&c, w)
	if err = f.report(&c, 0, err); err != nil {
		return nil, err
	}
	return fi, nil
}

// Chmod sets the permission bits.
func (f *FS) Chmod(name string, mode os.FileMode) error {
	return f.change(OpChmod, "chmod", name, attrChange{mode: mode & permBits, setMode: true})
}

// Chown sets the owner; -1 leaves one as it is.
func (f *FS) Chown(name string, uid, gid int) error {
	return f.change(OpChown, "chown", name, attrChange{uid: uid, gid: gid, setOwner: true})
}

// Chtimes sets the modification time; a zero time leaves it. Access times are not
// kept. With two zero times there is nothing to do, and as on Linux nobody looks
// whether there is such a file.
func (f *FS) Chtimes(name string, atime, mtime time.Time) error {
	if atime.IsZero() && mtime.IsZero() {
		return nil
	}
	return f.change(OpChtimes, "chtimes", name, attrChange{mtime: mtime.Round(0), setTime: !mtime.IsZero()})
}

func (f *FS) change(kind OpKind, verb, name string, a attrChange) error {
	c, err := f.begin(kind, verb, name)
	if err != nil {
		return err
	}
	return f.report(&c, 0, f.setAttr(&c, a))
}

// now is the time of a change.
func (f *FS) now() time.Time {
	if f.cfg.Now != nil {
		return f.cfg.Now().Round(0)
	}
	f.ticks++
	return fixedInstant.Add(f.ticks)
}

// choose draws a decision below n.
func (f *FS) choose(label string, n uint64) uint64 {
	v := f.cfg.Choose(label, n)
	if v >= n {
		panic(fmt.Sprintf("simfs: Choose(%q, %d) = %d, want less than %d", label, n, v, n))
	}
	return v
}

// openInode is an inode that has handles.
type openInode struct {
	no      uint64
	handles int
	errs    uint64 // sync failures so far, for the handles that have not heard
	err     error  // the latest of them
}

func (f *FS) hold(no uint64) *openInode {
	o := f.opens[no]
	if o == nil {
		o = &openInode{no: no}
		if f.opens == nil {
			f.opens = map[uint64]*openInode{}
		}
		f.opens[no] = o
	}
	o.handles++
	return o
}

func (f *FS) release(o *openInode) {
	if o.handles--; o.handles == 0 {
		delete(f.opens, o.no)
		f.reap(o.no)
	}
}
