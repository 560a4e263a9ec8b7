package simfs

import (
	"iter"
	"strings"
	"syscall"
)

const (
	nameLenMax = 255  // bytes, as on Linux
	pathLenMax = 4095 // bytes, as on Linux
)

// place is where a path leads: an entry of a directory, whether or not it exists.
// A path that names its directory itself (the root, or one that ends in "." or
// "..") leads to no entry: dir is nil and node is that directory.
type place struct {
	dir   *inode
	name  string
	node  *inode   // nil when there is no such entry
	long  bool     // name is longer than names may be
	slash bool     // the path ended in a slash: only a directory will do
	above []*inode // the directories passed, from the root down; only when asked for
	track bool
}

// locate walks the live tree. Relative names start at the root.
func (f *FS) locate(name string) (place, syscall.Errno) {
	return f.walk(name, strings.Contains(name, ".."))
}

func (f *FS) walk(name string, track bool) (place, syscall.Errno) {
	switch {
	case name == "":
		return place{}, syscall.ENOENT
	case len(name) > pathLenMax:
		return place{}, syscall.ENAMETOOLONG
	case strings.IndexByte(name, 0) >= 0:
		return place{}, syscall.EINVAL
	}
	p := place{node: f.inode(rootInode), slash: strings.HasSuffix(name, "/"), track: track}
	for element := range elements(name) {
		switch {
		case p.long:
			return place{}, syscall.ENAMETOOLONG
		case p.node == nil:
			return place{}, syscall.ENOENT
		}
		if e := f.step(&p, element); e != 0 {
			return place{}, e
		}
	}
	if p.long {
		return p, syscall.ENAMETOOLONG
	}
	if p.slash && p.node != nil && !p.node.isDir() {
		return p, syscall.ENOTDIR
	}
	return p, 0
}

// step moves the place by one element of the path.
func (f *FS) step(p *place, element string) syscall.Errno {
	if !p.node.isDir() {
		return syscall.ENOTDIR
	}
	switch element {
	case ".":
		p.dir, p.name = nil, element
		return 0
	case "..":
		if last := len(p.above) - 1; last >= 0 {
			p.node, p.above = p.above[last], p.above[:last]
		}
		p.dir, p.name = nil, element
		return 0
	}
	p.long = len(element) > nameLenMax
	p.dir, p.name = p.node, element
	if p.track {
		p.above = append(p.above, p.node)
	}
	p.node = nil
	if no, ok := p.dir.live.names.get(element); ok {
		p.node = f.inode(no)
	}
	return 0
}

// elements yields the parts of a path between its slashes.
func elements(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name != "" {
			element, rest, _ := strings.Cut(name, "/")
			if element != "" && !yield(element) {
				return
			}
			name = rest
		}
	}
}

// base is the last element of a name, as FileInfo.Name gives it.
func base(name string) string {
	name = strings.TrimRight(name, "/")
	if name == "" {
		return "/"
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}
