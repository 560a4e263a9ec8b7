package simfs

import (
	"fmt"
	"maps"
	"path"
	"slices"
)

// Unsynced is one thing that a crash may undo.
type Unsynced struct {
	Path  string // of the file now, or of the entry; empty when the file has no name
	Path2 string // the target of a rename
	Kind  string // write, truncate, attr, link, unlink, rename; lost, lost-entry = bytes, a name that a failed or dropped sync left behind
	Off   int64  // bytes: where a write or lost bytes begin, or the size that a truncate set
	Len   int64  // bytes written or lost
}

func (u Unsynced) String() string {
	switch u.Kind {
	case "write", "lost":
		return fmt.Sprintf("%s %s [%d,+%d)", u.Kind, u.Path, u.Off, u.Len)
	case "truncate":
		return fmt.Sprintf("%s %s to %d", u.Kind, u.Path, u.Off)
	case "rename":
		return fmt.Sprintf("%s %s -> %s", u.Kind, u.Path, u.Path2)
	}
	return u.Kind + " " + u.Path
}

// Pending lists what is unsynced now: first what failed or dropped syncs left
// behind, then what is pending, oldest first. It is for reports and walks the
// whole tree.
func (f *FS) Pending() []Unsynced {
	f.mu.Lock()
	defer f.mu.Unlock()
	paths := map[uint64]string{}
	f.paths(paths, rootInode, "/")
	type dated struct {
		Unsynced
		seq uint64
	}
	var all []dated
	for _, no := range f.touched() {
		p := f.pending[no]
		if p == nil {
			continue
		}
		for _, x := range p.lost {
			all = append(all, dated{Unsynced{Path: paths[no], Kind: "lost", Off: x.from, Len: x.to - x.from}, 0})
		}
		for _, name := range f.parted(no, p) {
			all = append(all, dated{Unsynced{Path: path.Join(paths[no], name), Kind: "lost-entry"}, 0})
		}
		for i := range p.ops {
			all = append(all, dated{p.ops[i].unsynced(paths[no]), p.ops[i].seq})
		}
	}
	for op := f.log.first; op != nil; op = op.next {
		all = append(all, dated{op.unsynced(paths), op.seq})
	}
	slices.SortStableFunc(all, func(a, b dated) int { return int(a.seq) - int(b.seq) })
	out := make([]Unsynced, len(all))
	for i := range all {
		out[i] = all[i].Unsynced
	}
	return out
}

// parted lists the names in a directory that are not durably what they are live,
// although nothing of them is pending.
func (f *FS) parted(no uint64, p *pending) []string {
	if !p.parted {
		return nil
	}
	differs := map[string]bool{}
	n := f.inode(no)
	for name, child := range n.live.names.all() {
		old, _ := n.dur.names.get(name)
		differs[name] = old != child
	}
	for name := range n.dur.names.all() {
		if _, ok := n.live.names.get(name); !ok {
			differs[name] = true
		}
	}
	for _, op := range p.names {
		for _, e := range []entry{op.from, op.to} {
			if e.dir == no {
				delete(differs, e.name)
			}
		}
	}
	maps.DeleteFunc(differs, func(_ string, yes bool) bool { return !yes })
	return slices.Sorted(maps.Keys(differs))
}

// paths fills in the live path of every inode below no.
func (f *FS) paths(out map[uint64]string, no uint64, at string) {
	out[no] = at
	for name, child := range f.inode(no).live.names.all() {
		f.paths(out, child, path.Join(at, name))
	}
}

func (op *fileOp) unsynced(at string) Unsynced {
	switch op.kind {
	case opData:
		return Unsynced{Path: at, Kind: "write", Off: op.off, Len: int64(len(op.data))}
	case opSize:
		return Unsynced{Path: at, Kind: "truncate", Off: op.size}
	}
	return Unsynced{Path: at, Kind: "attr"}
}

func (op *nameOp) unsynced(paths map[uint64]string) Unsynced {
	u := Unsynced{Path: path.Join(paths[op.from.dir], op.from.name)}
	switch op.kind {
	case opLink:
		u.Kind = "link"
	case opUnlink:
		u.Kind = "unlink"
	default:
		u.Kind, u.Path2 = "rename", path.Join(paths[op.to.dir], op.to.name)
	}
	return u
}
