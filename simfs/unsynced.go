package simfs

import (
	"cmp"
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
	Why   string // it is unsynced
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
func (f *FS) Pending() []Unsynced { return f.Space().Pending() }

// Pending lists what was unsynced at the moment of the Space, as FS.Pending does.
func (sp *Space) Pending() []Unsynced {
	var out []Unsynced
	for _, u := range sp.unsynced() {
		out = append(out, u.Unsynced)
	}
	return out
}

// dated is what is unsynced with the operation behind it.
type dated struct {
	Unsynced
	seq uint64 // zero = a sync left it behind
	no  uint64 // of a change of a file, its inode
	op  int    // and the place of the change in its log
}

func (sp *Space) unsynced() []dated {
	paths := map[uint64]string{}
	sp.paths(paths, rootInode, "/")
	var all []dated
	for _, no := range sp.touched {
		for _, name := range sp.parted[no] {
			all = append(all, dated{Unsynced: Unsynced{Path: path.Join(paths[no], name), Kind: "lost-entry", Why: whyLost}})
		}
		if l := sp.logs[no]; l != nil {
			all = append(all, l.unsynced(paths[no])...)
		}
	}
	for _, op := range sp.names {
		all = append(all, dated{Unsynced: op.unsynced(paths), seq: op.seq})
	}
	slices.SortStableFunc(all, func(a, b dated) int { return cmp.Compare(a.seq, b.seq) })
	return all
}

const (
	whyLost = "a sync failed or was dropped, and took it for clean"
	whyFile = "the file was not synced since"
)

func (l *fileLog) unsynced(at string) []dated {
	var out []dated
	for _, x := range l.lost {
		out = append(out, dated{Unsynced: Unsynced{Path: at, Kind: "lost", Off: x.from, Len: x.to - x.from, Why: whyLost}})
	}
	for i := range l.ops {
		u := l.ops[i].unsynced(at)
		u.Why = whyFile
		out = append(out, dated{Unsynced: u, seq: l.ops[i].seq, no: l.no, op: i})
	}
	return out
}

// partedNames lists the names in a directory that are not durably what they are live,
// although nothing of them is pending.
func (f *FS) partedNames(no uint64, p *pending) []string {
	n := f.inode(no)
	if !p.parted || n == nil {
		return nil
	}
	differs := map[string]bool{}
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
		for _, e := range op.touched() {
			if e.dir == no {
				delete(differs, e.name)
			}
		}
	}
	maps.DeleteFunc(differs, func(_ string, yes bool) bool { return !yes })
	return slices.Sorted(maps.Keys(differs))
}

// paths fills in the live path of every inode below no.
func (sp *Space) paths(out map[uint64]string, no uint64, at string) {
	out[no] = at
	for name, child := range sp.inode(no).live.names.all() {
		sp.paths(out, child, path.Join(at, name))
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
	from, to := paths[op.from.dir], paths[op.to.dir]
	u := Unsynced{Path: path.Join(from, op.from.name), Why: "directory " + from + " was not synced since"}
	switch op.kind {
	case opLink:
		u.Kind = "link"
	case opUnlink:
		u.Kind = "unlink"
	default:
		u.Kind, u.Path2 = "rename", path.Join(to, op.to.name)
		if op.to.dir != op.from.dir {
			u.Why = "neither directory " + from + " nor " + to + " was synced since"
		}
	}
	return u
}
