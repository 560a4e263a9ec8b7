package simfs

import (
	"fmt"
	"strings"
	"time"
)

// OpKind names what an operation does.
type OpKind uint8

// The kinds of operation. MkdirAll and RemoveAll are no kinds: they run as the
// single steps (stat, mkdir, remove, readdir) that they consist of. Seek is none
// either, for it touches nothing but its handle.
const (
	OpOpen     OpKind = iota + 1 // open without O_CREATE
	OpCreate                     // open with O_CREATE
	OpRead                       // Read, ReadAt
	OpWrite                      // Write, WriteAt, WriteString
	OpTruncate                   // Truncate of a handle
	OpSync                       // Sync of a file handle
	OpSyncDir                    // Sync of a directory handle
	OpClose                      // Close
	OpStat                       // Stat by name or handle, Lstat
	OpReadDir                    // Readdir, Readdirnames
	OpMkdir                      // Mkdir
	OpRemove                     // Remove of a file or an empty directory
	OpRename                     // Rename
	OpChmod                      // Chmod
	OpChown                      // Chown
	OpChtimes                    // Chtimes
	OpSymlink                    // Symlink
	OpReadlink                   // Readlink
	opEnd
)

var opNames = [opEnd]string{
	OpOpen: "open", OpCreate: "create", OpRead: "read", OpWrite: "write", OpTruncate: "truncate",
	OpSync: "sync", OpSyncDir: "syncdir", OpClose: "close", OpStat: "stat", OpReadDir: "readdir",
	OpMkdir: "mkdir", OpRemove: "remove", OpRename: "rename", OpChmod: "chmod", OpChown: "chown",
	OpChtimes: "chtimes", OpSymlink: "symlink", OpReadlink: "readlink",
}

func (k OpKind) String() string {
	if k == 0 || k >= opEnd {
		return fmt.Sprintf("OpKind(%d)", uint8(k))
	}
	return opNames[k]
}

// OpSet is a set of kinds. The zero set stands for every kind.
type OpSet uint32

// allOps holds every kind.
const allOps OpSet = 1<<opEnd - 2

// Ops returns the set of those kinds.
func Ops(kinds ...OpKind) OpSet {
	var s OpSet
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has reports whether the set holds k.
func (s OpSet) Has(k OpKind) bool {
	return s == 0 || s&(1<<k) != 0
}

func (s OpSet) String() string {
	if s == 0 {
		return "any"
	}
	var names []string
	for k := OpKind(1); k < opEnd; k++ {
		if s.Has(k) {
			names = append(names, k.String())
		}
	}
	if unknown := s &^ allOps; unknown != 0 {
		names = append(names, fmt.Sprintf("%#x", uint32(unknown)))
	}
	return strings.Join(names, "|")
}

// Op is one operation as it was asked for.
type Op struct {
	Index uint64 // counts from 1, through crashes and restarts
	Kind  OpKind
	Path  string // absolute and clean
	Path2 string // the target of a rename; of a symlink, as it was given
	Off   int64  // bytes: where a read, write or truncate happens
	Len   int64  // bytes asked for
	Syncs bool   // it is a sync, or a write through O_SYNC: what it finds pending may be durable after it
}

func (o Op) String() string {
	s := fmt.Sprintf("#%d %s %s", o.Index, o.Kind, o.Path)
	switch o.Kind {
	case OpRename, OpSymlink:
		return s + " -> " + o.Path2
	case OpRead, OpWrite:
		return fmt.Sprintf("%s [%d,+%d)", s, o.Off, o.Len)
	case OpTruncate:
		return fmt.Sprintf("%s to %d", s, o.Off)
	}
	return s
}

// Record is what an operation did.
type Record struct {
	Op
	N     int           // bytes moved, or entries listed
	Err   error         // what the caller got
	Fault Effect        // the fault that struck, zero when none did
	Rule  int           // its place in the list given to SetFaults; means nothing when Fault is zero
	Delay time.Duration // that delay rules made it wait
}
