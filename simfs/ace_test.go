package simfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"

	"github.com/spf13/afero"
)

// aceOp is one operation of a bounded workload, as data, in the manner of ACE, the
// generator of CrashMonkey (OSDI 2018): a change and then, perhaps, a sync.
type aceOp struct {
	verb  aceVerb
	path  string
	path2 string      // the target of a rename
	off   int64       // bytes: where a write begins, or the size that a truncate sets
	n     int64       // bytes written
	fill  byte        // what they are
	mode  fs.FileMode // chmod
	sync  string      // the file or directory synced afterwards, "" = none
}

// aceVerb names what an aceOp does.
type aceVerb string

const (
	aceCreate   aceVerb = "create" // exclusively
	aceMkdir    aceVerb = "mkdir"
	aceWrite    aceVerb = "write"  // n bytes at off, in one call
	aceAppend   aceVerb = "append" // n bytes at the end, in one call
	aceTruncate aceVerb = "truncate"
	aceRename   aceVerb = "rename"
	aceRemove   aceVerb = "remove" // unlink or rmdir
	aceChmod    aceVerb = "chmod"
)

// The tree that every workload starts from, durably: directories, and files with
// their sizes in bytes. All bytes are 'o'.
var (
	aceDirs  = []string{"/w/A", "/w/B"}
	aceFiles = []struct {
		path string
		size int64
	}{{"/w/A/foo", 1024}, {"/w/bar", 512}, {aceOther, 512}}
)

// aceOther is a file that no operation changes, but that may be synced.
const aceOther = "/w/other"

// aceChanges are the operations, without syncs. Some are possible only after
// another.
var aceChanges = []aceOp{
	{verb: aceCreate, path: "/w/new"},
	{verb: aceCreate, path: "/w/B/new"},
	{verb: aceCreate, path: "/w/bar"}, // once it is gone
	{verb: aceCreate, path: "/w/C/new"},
	{verb: aceMkdir, path: "/w/C"},
	{verb: aceMkdir, path: "/w/B/C"},
	{verb: aceWrite, path: "/w/A/foo", off: 0, n: 512},
	{verb: aceWrite, path: "/w/A/foo", off: 256, n: 512},  // parts of two units
	{verb: aceWrite, path: "/w/A/foo", off: 512, n: 1024}, // an old unit and a new one
	{verb: aceWrite, path: "/w/A/foo", off: 2048, n: 512}, // behind a hole
	{verb: aceAppend, path: "/w/A/foo", n: 512},
	{verb: aceWrite, path: "/w/bar", off: 0, n: 512},
	{verb: aceAppend, path: "/w/bar", n: 100},
	{verb: aceWrite, path: "/w/new", off: 0, n: 700},
	{verb: aceTruncate, path: "/w/A/foo", off: 0},
	{verb: aceTruncate, path: "/w/A/foo", off: 300},
	{verb: aceTruncate, path: "/w/A/foo", off: 1500},
	{verb: aceTruncate, path: "/w/bar", off: 0},
	{verb: aceRename, path: "/w/bar", path2: "/w/new"},
	{verb: aceRename, path: "/w/bar", path2: "/w/A/foo"},
	{verb: aceRename, path: "/w/A/foo", path2: "/w/bar"},
	{verb: aceRename, path: "/w/A/foo", path2: "/w/B/new"},
	{verb: aceRename, path: "/w/new", path2: "/w/bar"},
	{verb: aceRename, path: "/w/A", path2: "/w/C"},
	{verb: aceRename, path: "/w/A", path2: "/w/B/A"},
	{verb: aceRename, path: "/w/B", path2: "/w/A/B"},
	{verb: aceRemove, path: "/w/A/foo"},
	{verb: aceRemove, path: "/w/bar"},
	{verb: aceRemove, path: "/w/new"},
	{verb: aceRemove, path: "/w/A"}, // once it is empty
	{verb: aceRemove, path: "/w/B"},
	{verb: aceRemove, path: "/w/C"},
	{verb: aceChmod, path: "/w/A/foo", mode: 0o640},
	{verb: aceChmod, path: "/w/A", mode: 0o750},
}

// syncs lists what may be synced after the operation: nothing, what it changed,
// every directory that holds a name that it changed, and a file that has nothing to
// do with it.
func (o aceOp) syncs() []string {
	out := []string{"", aceOther}
	switch {
	case o.path2 != "":
		out = append(out, o.path2, path.Dir(o.path), path.Dir(o.path2))
	case o.verb == aceRemove:
		out = append(out, path.Dir(o.path))
	default:
		out = append(out, o.path, path.Dir(o.path))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// aceWorkloads yields every sequence of n operations, each followed by each of its
// syncs. The bytes that the i-th operation writes are the i-th letter. A sequence
// is good until the next is asked for.
func aceWorkloads(n int) iter.Seq[[]aceOp] {
	return func(yield func([]aceOp) bool) {
		aceExtend(make([]aceOp, 0, n), yield)
	}
}

// aceExtend yields every sequence that begins with ops and fills its capacity.
func aceExtend(ops []aceOp, yield func([]aceOp) bool) bool {
	if len(ops) == cap(ops) {
		return yield(ops)
	}
	for _, o := range aceChanges {
		if o.n > 0 {
			o.fill = byte('a' + len(ops))
		}
		for _, sync := range o.syncs() {
			o.sync = sync
			if !aceExtend(append(ops, o), yield) {
				return false
			}
		}
	}
	return true
}

// aceSetup makes the tree that every workload starts from; it syncs nothing.
func aceSetup(f afero.Fs) error {
	for _, name := range aceDirs {
		if err := f.Mkdir(name, 0o700); err != nil {
			return err
		}
	}
	for _, file := range aceFiles {
		if err := afero.WriteFile(f, file.path, bytes.Repeat([]byte{'o'}, int(file.size)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// do runs the operation. One that is refused changes and syncs nothing.
func (o aceOp) do(f afero.Fs) error {
	if err := o.change(f); err != nil || o.sync == "" {
		return err
	}
	return fsync(f, o.sync)
}

func (o aceOp) change(f afero.Fs) error {
	switch o.verb {
	case aceMkdir:
		return f.Mkdir(o.path, 0o700)
	case aceRename:
		return f.Rename(o.path, o.path2)
	case aceRemove:
		return f.Remove(o.path)
	case aceChmod:
		return f.Chmod(o.path, o.mode)
	}
	flag := map[aceVerb]int{aceCreate: os.O_CREATE | os.O_EXCL, aceAppend: os.O_APPEND}[o.verb]
	h, err := f.OpenFile(o.path, os.O_WRONLY|flag, 0o600)
	if err != nil {
		return err
	}
	switch b := bytes.Repeat([]byte{o.fill}, int(o.n)); o.verb {
	case aceWrite:
		_, err = h.WriteAt(b, o.off)
	case aceAppend:
		_, err = h.Write(b)
	case aceTruncate:
		err = h.Truncate(o.off)
	}
	return errors.Join(err, h.Close())
}

func (o aceOp) String() string {
	s := fmt.Sprintf("%s %s", o.verb, o.path)
	switch o.verb {
	case aceWrite:
		s += fmt.Sprintf(" [%d,+%d) %c", o.off, o.n, o.fill)
	case aceAppend:
		s += fmt.Sprintf(" +%d %c", o.n, o.fill)
	case aceTruncate:
		s += fmt.Sprintf(" to %d", o.off)
	case aceRename:
		s += " -> " + o.path2
	case aceChmod:
		s += fmt.Sprintf(" %o", o.mode)
	}
	if o.sync != "" {
		s += ", sync " + o.sync
	}
	return s
}
