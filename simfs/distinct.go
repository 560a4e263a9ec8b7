package simfs

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"iter"
)

// Sum identifies what a program can read in a tree: names, kinds, modes, owners, sizes,
// bytes, and where symbolic links lead. Times and inode numbers do not count. It is a
// hash, made to tell images apart, not to resist forgery.
type Sum [16]byte

// Sum returns that of the tree that programs see.
func (f *FS) Sum() Sum {
	f.mu.Lock()
	defer f.mu.Unlock()
	return newSummer().sum(f)
}

// A Summer gives the Sums of images of one [Space], as [FS.Sum] does, and remembers those of the files that
// they share. It is for images that nothing has been done to yet.
type Summer struct{ summer *summer }

// NewSummer returns one that remembers nothing.
func NewSummer() *Summer { return &Summer{newSummer()} }

// Sum returns the Sum of the image.
func (m *Summer) Sum(image *FS) Sum {
	image.mu.Lock()
	defer image.mu.Unlock()
	return m.summer.sum(image)
}

// Distinct yields the states whose images differ in their Sum from all before.
func Distinct(states iter.Seq2[State, *FS]) iter.Seq2[State, *FS] {
	return func(yield func(State, *FS) bool) {
		m := newSummer()
		seen := map[Sum]bool{}
		for s, image := range states {
			sum := m.sum(image)
			if seen[sum] {
				continue
			}
			seen[sum] = true
			if !yield(s, image) {
				return
			}
		}
	}
}

// summer remembers the sums of the files and the pages that images share.
type summer struct {
	files map[*inode]Sum
	pages map[pageKey]Sum
	buf   []byte // what the directories and the file at hand come to, one behind the other
}

// pageKey names bytes that do not change: those behind them may.
type pageKey struct {
	first *byte
	n     int
}

func newSummer() *summer {
	return &summer{files: map[*inode]Sum{}, pages: map[pageKey]Sum{}}
}

func (m *summer) sum(f *FS) Sum { return m.inode(f, rootInode) }

func (m *summer) inode(f *FS, no uint64) Sum {
	n := f.inode(no)
	if n.isDir() {
		return m.dir(f, n)
	}
	sum, ok := m.files[n]
	if !ok {
		sum = m.file(n)
		if n.tok != f.tok { // it does not change any more
			m.files[n] = sum
		}
	}
	return sum
}

func (m *summer) dir(f *FS, n *inode) Sum {
	from := len(m.buf)
	m.attributes(n)
	for name, child := range n.live.names.all() {
		sum := m.inode(f, child)
		m.number(uint64(len(name)))
		m.buf = append(append(m.buf, name...), sum[:]...)
	}
	return m.take(from)
}

// take returns the sum of what was put into buf from there on, and takes it out.
func (m *summer) take(from int) Sum {
	sum := sumOf(m.buf[from:])
	m.buf = m.buf[:from]
	return sum
}

func (m *summer) file(n *inode) Sum {
	from := len(m.buf)
	m.attributes(n)
	m.number(uint64(n.live.size))
	last := uint64(n.live.size+pageSize-1) / pageSize
	for i, b := range n.live.data.all() {
		if i >= last {
			break
		}
		if b = bytes.TrimRight(b, "\x00"); len(b) > 0 {
			sum := m.page(b)
			m.number(i)
			m.buf = append(m.buf, sum[:]...)
		}
	}
	return m.take(from)
}

func (m *summer) page(b []byte) Sum {
	key := pageKey{&b[0], len(b)}
	sum, ok := m.pages[key]
	if !ok {
		sum = sumOf(b)
		m.pages[key] = sum
	}
	return sum
}

func (m *summer) attributes(n *inode) {
	m.number(uint64(n.live.mode & (fs.ModeType | permBits)))
	m.number(uint64(n.live.uid))
	m.number(uint64(n.live.gid))
	m.number(uint64(len(n.live.target)))
	m.buf = append(m.buf, n.live.target...)
}

func (m *summer) number(n uint64) { m.buf = binary.AppendUvarint(m.buf, n) }
