package simfs

import (
	"cmp"
	"iter"
)

// tree is an ordered map that shares its nodes with its copies: a treap whose
// priorities are hashes of the keys, so that its shape depends on its content
// alone. Lookup and change cost O(log n), a copy O(1).
//
// A plain copy of a tree is only safe after share; share is the way to copy.
type tree[K cmp.Ordered, V any] struct {
	root *treeNode[K, V]
	tok  *token
	n    int
}

type treeNode[K cmp.Ordered, V any] struct {
	tok         *token
	left, right *treeNode[K, V]
	prio        uint64
	key         K
	val         V
}

// names maps the entries of a directory to inode numbers.
type names = tree[string, uint64]

// table maps inode numbers to inodes.
type table = tree[uint64, *inode]

// namePriority is FNV-1a, scattered.
func namePriority(name string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return mix(h)
}

// share freezes the nodes and returns a tree that may be changed independently.
func (t *tree[K, V]) share() tree[K, V] {
	t.tok = nil
	return *t
}

func (t *tree[K, V]) get(key K) (V, bool) {
	for n := t.root; n != nil; {
		switch {
		case key < n.key:
			n = n.left
		case n.key < key:
			n = n.right
		default:
			return n.val, true
		}
	}
	var none V
	return none, false
}

// set maps key, whose priority is prio, to val.
func (t *tree[K, V]) set(key K, prio uint64, val V) {
	t.claim()
	t.root = t.insert(t.root, key, prio, val)
}

// remove takes key out; a missing key is no error.
func (t *tree[K, V]) remove(key K) {
	if _, ok := t.get(key); !ok {
		return
	}
	t.claim()
	t.n--
	t.root = t.delete(t.root, key)
}

// after yields the pairs whose keys are above low, ascending; all of them when
// first is set.
func (t *tree[K, V]) after(low K, first bool) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.walk(low, first, yield) }
}

// all yields every pair, ascending.
func (t *tree[K, V]) all() iter.Seq2[K, V] {
	var low K
	return t.after(low, true)
}

func (n *treeNode[K, V]) walk(low K, first bool, yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	if !first && n.key <= low {
		return n.right.walk(low, first, yield)
	}
	return n.left.walk(low, first, yield) && yield(n.key, n.val) && n.right.walk(low, true, yield)
}

func (t *tree[K, V]) claim() {
	if t.tok == nil {
		t.tok = new(token)
	}
}

// own returns n, or a copy of it that may be changed.
func (t *tree[K, V]) own(n *treeNode[K, V]) *treeNode[K, V] {
	if n.tok == t.tok {
		return n
	}
	c := *n
	c.tok = t.tok
	return &c
}

func (t *tree[K, V]) insert(n *treeNode[K, V], key K, prio uint64, val V) *treeNode[K, V] {
	if n == nil || prio > n.prio {
		t.n++
		left, right := t.split(n, key)
		return &treeNode[K, V]{tok: t.tok, left: left, right: right, prio: prio, key: key, val: val}
	}
	n = t.own(n)
	switch {
	case key < n.key:
		n.left = t.insert(n.left, key, prio, val)
	case n.key < key:
		n.right = t.insert(n.right, key, prio, val)
	default:
		n.val = val
	}
	return n
}

func (t *tree[K, V]) delete(n *treeNode[K, V], key K) *treeNode[K, V] {
	if n.key == key {
		return t.join(n.left, n.right)
	}
	n = t.own(n)
	if key < n.key {
		n.left = t.delete(n.left, key)
	} else {
		n.right = t.delete(n.right, key)
	}
	return n
}

// split parts n into the keys below and above key, which n does not hold.
func (t *tree[K, V]) split(n *treeNode[K, V], key K) (below, above *treeNode[K, V]) {
	if n == nil {
		return nil, nil
	}
	n = t.own(n)
	if n.key < key {
		n.right, above = t.split(n.right, key)
		return n, above
	}
	below, n.left = t.split(n.left, key)
	return below, n
}

// join merges two trees of which every key of below is under every key of above.
func (t *tree[K, V]) join(below, above *treeNode[K, V]) *treeNode[K, V] {
	switch {
	case below == nil:
		return above
	case above == nil:
		return below
	case below.prio > above.prio:
		below = t.own(below)
		below.right = t.join(below.right, above)
		return below
	}
	above = t.own(above)
	above.left = t.join(below, above.left)
	return above
}
