package simfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/spf13/afero"
)

const (
	rangesMax = 8            // ranges of one file that Diff keeps
	shownMax  = 4 * lineSize // bytes of a range that it keeps of each side
	chunkSize = 32 << 10     // bytes of a file that are held at a time
)

// Diff compares what two filesystems hold at root and below, for reports: names,
// types, modes, sizes, targets of symbolic links, content. Times and owners are not
// compared, and of special files not the content. Differences come ordered by path,
// a directory before what is in it; a directory that only one tree has is followed
// by all that is in it.
//
// Links are looked at, not followed, where the filesystem is an afero.Lstater that
// can. Memory is bounded by the widest directory and the differences, not by the
// size of files. Reading is operations like any other: it counts, and rules strike.
func Diff(a, b afero.Fs, root string) ([]Difference, error) {
	c := comparison{
		a: side{fs: a, which: "first", chunk: make([]byte, chunkSize)},
		b: side{fs: b, which: "second", chunk: make([]byte, chunkSize)},
	}
	root = path.Clean(root)
	if err := c.compare(root, true, true); err != nil {
		return nil, err
	}
	if !c.any {
		return nil, &fs.PathError{Op: "diff", Path: root, Err: fs.ErrNotExist}
	}
	return c.found, nil
}

// comparison is a Diff under way.
type comparison struct {
	a, b  side
	any   bool // something was there to compare
	found []Difference
}

// side is one of the two trees.
type side struct {
	fs    afero.Fs
	which string
	chunk []byte
}

// compare compares what is at name, and below. The arguments say on which sides to
// look for it.
func (c *comparison) compare(name string, inA, inB bool) error {
	a, err := c.a.entry(name, inA)
	if err != nil {
		return err
	}
	b, err := c.b.entry(name, inB)
	if err != nil {
		return err
	}
	c.any = c.any || a != nil || b != nil
	var r ranges
	if a.isRegular() && b.isRegular() {
		if r, err = c.content(name); err != nil {
			return err
		}
	}
	if !a.equal(b) || len(r.kept) > 0 {
		c.found = append(c.found, Difference{Path: name, A: a, B: b, Ranges: r.kept, More: r.more})
	}
	return c.below(name, a.isDir(), b.isDir())
}

// below compares what is in a directory, which both or one of the sides have.
func (c *comparison) below(dir string, dirA, dirB bool) error {
	a, err := c.a.names(dir, dirA)
	if err != nil {
		return err
	}
	b, err := c.b.names(dir, dirB)
	if err != nil {
		return err
	}
	for len(a)+len(b) > 0 {
		inA := len(b) == 0 || len(a) > 0 && a[0] <= b[0]
		inB := len(a) == 0 || len(b) > 0 && b[0] <= a[0]
		var name string
		if inA {
			name, a = a[0], a[1:]
		}
		if inB {
			name, b = b[0], b[1:]
		}
		if err := c.compare(path.Join(dir, name), inA, inB); err != nil {
			return err
		}
	}
	return nil
}

// content finds where the content of two files differs.
func (c *comparison) content(name string) (ranges, error) {
	var r ranges
	a, err := c.a.open(name)
	if err != nil {
		return r, err
	}
	defer a.Close()
	b, err := c.b.open(name)
	if err != nil {
		return r, err
	}
	defer b.Close()
	for off := int64(0); ; off += chunkSize {
		left, err := c.a.read(name, a)
		if err != nil {
			return r, err
		}
		right, err := c.b.read(name, b)
		if err != nil {
			return r, err
		}
		if len(left)+len(right) == 0 {
			return r, nil
		}
		r.addChunk(off, left, right)
	}
}

// entry describes what is at name; nil when there is nothing, or look is false.
func (s *side) entry(name string, look bool) (*Entry, error) {
	if !look {
		return nil, nil
	}
	info, err := lstat(s.fs, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.wrap(name, err)
	}
	e := &Entry{Mode: info.Mode()}
	switch e.Mode.Type() {
	case 0:
		e.Size = info.Size()
	case fs.ModeSymlink:
		e.Mode = fs.ModeSymlink
		if e.Target, err = readlink(s.fs, name); err != nil {
			return nil, s.wrap(name, err)
		}
	}
	return e, nil
}

// names lists a directory in order; nothing when look is false.
func (s *side) names(dir string, look bool) ([]string, error) {
	if !look {
		return nil, nil
	}
	found, err := readNames(s.fs, dir)
	if err != nil {
		return nil, s.wrap(dir, err)
	}
	return found, nil
}

func (s *side) open(name string) (afero.File, error) {
	f, err := s.fs.Open(name)
	if err != nil {
		return nil, s.wrap(name, err)
	}
	return f, nil
}

// read returns the next chunk of a file, shorter only at its end. The chunk is good
// until the next call.
func (s *side) read(name string, f afero.File) ([]byte, error) {
	n, err := io.ReadFull(f, s.chunk)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, s.wrap(name, err)
	}
	return s.chunk[:n], nil
}

func (s *side) wrap(name string, err error) error {
	return fmt.Errorf("simfs: diff of %s, in the %s tree: %w", name, s.which, err)
}

func (e *Entry) isRegular() bool { return e != nil && e.Mode.IsRegular() }

func (e *Entry) isDir() bool { return e != nil && e.Mode.IsDir() }

func (e *Entry) equal(o *Entry) bool {
	if e == nil || o == nil {
		return e == o
	}
	return *e == *o
}

// ranges collects the parts of two files that differ, in order.
type ranges struct {
	kept []Range
	more int   // ranges after those kept
	end  int64 // of the latest
}

// addChunk adds where two chunks at an offset differ.
func (r *ranges) addChunk(off int64, a, b []byte) {
	if bytes.Equal(a, b) {
		return
	}
	for at := int64(0); at < int64(max(len(a), len(b))); at += lineSize {
		if left, right := line(a, at), line(b, at); !bytes.Equal(left, right) {
			r.addLine(off+at, left, right)
		}
	}
}

// addLine adds a line that differs, to the latest range if it follows it.
func (r *ranges) addLine(off int64, a, b []byte) {
	n := int64(max(len(a), len(b)))
	follows := off == r.end && len(r.kept) > 0
	r.end = off + n
	if !follows {
		if len(r.kept) == rangesMax {
			r.more++
			return
		}
		r.kept = append(r.kept, Range{Off: off})
	}
	if r.more > 0 {
		return
	}
	last := &r.kept[len(r.kept)-1]
	if last.Len < shownMax {
		last.A, last.B = append(last.A, a...), append(last.B, b...)
	}
	last.Len += n
}
