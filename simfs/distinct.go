package simfs

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io/fs"
	"iter"
)

// Sum identifies what a program can read in a tree: names, kinds, modes, owners, sizes,
// bytes, and where symbolic links lead. Times and inode numbers do not count.
type Sum [sha256.Size]byte

// Sum returns that of the tree that programs see.
func (f *FS) Sum() Sum {
	f.mu.Lock()
	defer f.mu.Unlock()
	return newSummer().sum(f)
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
	buf   []byte
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
	buf := m.attributes(nil, n)
	for name, child := range n.live.names.all() {
		sum := m.inode(f, child)
		buf = binary.AppendUvarint(buf, uint64(len(name)))
		buf = append(append(buf, name...), sum[:]...)
	}
	return sha256.Sum256(buf)
}

func (m *summer) file(n *inode) Sum {
	buf := binary.AppendUvarint(m.attributes(m.buf[:0], n), uint64(n.live.size))
	last := uint64(n.live.size+pageSize-1) / pageSize
	for i, b := range n.live.data.all() {
		if i >= last {
			break
		}
		if b = bytes.TrimRight(b, "\x00"); len(b) > 0 {
			sum := m.page(b)
			buf = append(binary.AppendUvarint(buf, i), sum[:]...)
		}
	}
	m.buf = buf
	return sha256.Sum256(buf)
}

func (m *summer) page(b []byte) Sum {
	key := pageKey{&b[0], len(b)}
	sum, ok := m.pages[key]
	if !ok {
		sum = sha256.Sum256(b)
		m.pages[key] = sum
	}
	return sum
}

func (m *summer) attributes(buf []byte, n *inode) []byte {
	buf = binary.AppendUvarint(buf, uint64(n.live.mode&(fs.ModeType|permBits)))
	buf = binary.AppendVarint(buf, int64(n.live.uid))
	buf = binary.AppendVarint(buf, int64(n.live.gid))
	return append(binary.AppendUvarint(buf, uint64(len(n.live.target))), n.live.target...)
}
