package simfs

import (
	"io/fs"
	"strings"
	"syscall"
)

// SymlinkIfPossible makes newname a symbolic link to oldname, which need not
// exist. The target is kept as it is given, for ever, and survives a crash whenever
// the name of the link does; a relative one starts at the directory of the link.
func (f *FS) SymlinkIfPossible(oldname, newname string) error {
	c := call{
		Op:   Op{Kind: OpSymlink, Path: absolute(newname), Path2: oldname},
		verb: "symlink", name: oldname, name2: newname, rule: -1,
	}
	if err := f.announce(&c, nil); err != nil {
		return err
	}
	return f.report(&c, 0, f.symlink(&c))
}

func (f *FS) symlink(c *call) error {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return err
	}
	target := c.name
	p, e := f.reach(c.name2, followNone)
	switch {
	case e == syscall.EINVAL || strings.IndexByte(target, 0) >= 0:
		e = syscall.EINVAL
	case target == "":
		e = syscall.ENOENT
	case len(target) > pathLenMax:
		e = syscall.ENAMETOOLONG
	case p.node != nil && (e == 0 || p.slash):
		e = syscall.EEXIST
	case e == 0 && p.slash: // a directory that does not exist
		e = syscall.ENOENT
	case e == 0:
		n := f.link(entry{p.dir.no, p.name}, fs.ModeSymlink|fs.ModePerm)
		n.live.target, n.dur.target = target, target
	}
	return c.refuse(e)
}

// ReadlinkIfPossible returns the target of a symbolic link as it was given.
func (f *FS) ReadlinkIfPossible(name string) (string, error) {
	c, err := f.begin(OpReadlink, "readlink", name)
	if err != nil {
		return "", err
	}
	target, err := f.readlink(&c)
	if err = f.report(&c, 0, err); err != nil {
		return "", err
	}
	return target, nil
}

func (f *FS) readlink(c *call) (string, error) {
	f.mu.Lock()
	defer f.leave(c)
	if err := f.enter(c, nil); err != nil {
		return "", err
	}
	p, e := f.reach(c.name, followSlash)
	switch {
	case e != 0:
	case p.node == nil:
		e = syscall.ENOENT
	case !p.node.isLink():
		e = syscall.EINVAL
	default:
		return p.node.live.target, nil
	}
	return "", c.wrap(e)
}
