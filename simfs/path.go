package simfs

import (
	"iter"
	"strings"
	"syscall"
)

const (
	nameLenMax = 255  // bytes, as on Linux
	pathLenMax = 4095 // bytes, as on Linux
	linksMax   = 40   // symbolic links on one way, as on Linux
)

// place is where a path leads: an entry of a directory, whether or not it exists.
// A path that names its directory itself (the root, or one that ends in "." or
// "..") leads to no entry: dir is nil and node is that directory.
type place struct {
	dir   *inode
	name  string
	node  *inode   // nil when there is no such entry
	long  bool     // name is longer than names may be
	slash bool     // slashes are behind name: only a directory will do
	above []*inode // the directories passed, from the root down; only when asked for
	track bool
}

// follow says when a symbolic link at the very end of a path leads on. One further
// up always does.
type follow uint8

const (
	followLast  follow = 1 << iota // nothing is behind it
	followSlash                    // slashes are behind it

	followNone follow = 0 // the place is the entry itself
	followAll         = followLast | followSlash
)

// leads reports whether a link leads on that has rest behind it in the path.
func (w follow) leads(rest string) bool {
	switch {
	case rest == "":
		return w&followLast != 0
	case strings.Trim(rest, "/") == "":
		return w&followSlash != 0
	}
	return true
}

// locate walks the live tree through every link. Relative names start at the root.
func (f *FS) locate(name string) (place, syscall.Errno) {
	return f.reach(name, followAll)
}

// reach is walk for those who do not ask for the directories passed.
func (f *FS) reach(name string, w follow) (place, syscall.Errno) {
	return f.walk(name, w, strings.Contains(name, ".."))
}

func (f *FS) walk(name string, w follow, track bool) (place, syscall.Errno) {
	switch {
	case name == "":
		return place{}, syscall.ENOENT
	case len(name) > pathLenMax:
		return place{}, syscall.ENAMETOOLONG
	case strings.IndexByte(name, 0) >= 0:
		return place{}, syscall.EINVAL
	}
	p := place{node: f.inode(rootInode), track: track}
	links := 0
	for element, rest := cutElement(name); element != ""; element, rest = cutElement(rest) {
		switch {
		case p.long:
			return place{}, syscall.ENAMETOOLONG
		case p.node == nil:
			return place{}, syscall.ENOENT
		}
		if e := f.step(&p, element); e != 0 {
			return place{}, e
		}
		p.slash = rest != ""
		switch {
		case p.node == nil || !p.node.isLink() || !w.leads(rest):
		case !track:
			return f.walk(name, w, true) // its target may hold a ".."
		case links == linksMax:
			return place{}, syscall.ELOOP
		default:
			links++
			rest = f.turn(&p) + rest
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

// turn moves the place from a link to where its target starts, the root or the
// directory of the link, and returns the target.
func (f *FS) turn(p *place) string {
	target := p.node.live.target
	p.node, p.above = p.dir, p.above[:len(p.above)-1]
	if target[0] == '/' {
		p.node, p.above = f.inode(rootInode), p.above[:0]
	}
	p.dir, p.name = nil, ""
	return target
}

// cutElement parts a path into the first element between its slashes, empty when
// there is none, and what follows it.
func cutElement(name string) (element, rest string) {
	name = strings.TrimLeft(name, "/")
	if i := strings.IndexByte(name, '/'); i >= 0 {
		return name[:i], name[i:]
	}
	return name, ""
}

// elements yields the parts of a path between its slashes.
func elements(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for element, rest := cutElement(name); element != ""; element, rest = cutElement(rest) {
			if !yield(element) {
				return
			}
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
