package core

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

// index holds every entry in commit order and, for each axis a region can name,
// the places of the entries that match it. A query searches the shortest list
// that the region allows, so a poll costs O(log n + batch).
//
// One writer inserts; any number of readers query. The lock is never held across
// a yield point.
type index struct {
	mu        sync.RWMutex
	entries   []*record // ascending by sequence; sequences that were burned are absent
	namespace map[string]places
	scope     map[string]places
	kind      map[Kind]places
	category  [16]places
	lane      map[uint32]places
}

// places are positions in index.entries, ascending.
type places []uint32

func newIndex() *index {
	return &index{
		namespace: make(map[string]places),
		scope:     make(map[string]places),
		kind:      make(map[Kind]places),
		lane:      make(map[uint32]places),
	}
}

// insert adds entries that follow all others in sequence. Readers do not see them
// before the gate publishes.
func (x *index) insert(entries []*record) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range entries {
		at := uint32(len(x.entries))
		x.entries = append(x.entries, e)
		for name := range namespaces(e.Coordinate.Entity()) {
			x.namespace[name] = append(x.namespace[name], at)
		}
		x.scope[e.Coordinate.Scope()] = append(x.scope[e.Coordinate.Scope()], at)
		x.kind[e.Kind] = append(x.kind[e.Kind], at)
		x.category[e.Kind.Category()] = append(x.category[e.Kind.Category()], at)
		x.lane[e.Lane] = append(x.lane[e.Lane], at)
	}
}

// namespaces yields every prefix that a region may name to match entity: the
// entity itself and each part of it that a colon follows.
func namespaces(entity string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for at := 0; ; at++ {
			colon := strings.IndexByte(entity[at:], ':')
			if colon < 0 {
				yield(entity)
				return
			}
			at += colon
			if !yield(entity[:at]) {
				return
			}
		}
	}
}

// query returns the first entries that region matches and view shows, at most
// limit of them, from sequence from on; and the sequence from which to go on,
// which may lie beyond the last of them by entries that can never match.
func (x *index) query(region Region, view *visibility, from uint64, limit int) ([]*record, uint64) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	bound := view.bound(region.Lane())
	list, everything := x.candidates(region)
	size := len(list)
	if everything {
		size = len(x.entries)
	}
	entry := func(i int) *record {
		if everything {
			return x.entries[i]
		}
		return x.entries[list[i]]
	}
	found := make([]*record, 0, min(limit, queryRoom))
	for i := sort.Search(size, func(i int) bool { return entry(i).Sequence >= from }); i < size; i++ {
		e := entry(i)
		if e.Sequence >= bound {
			break
		}
		if len(found) == limit {
			return found, e.Sequence
		}
		if !view.cancelled(e.Sequence) && region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock) {
			found = append(found, e)
		}
	}
	return found, max(from, bound)
}

// queryRoom is for how many entries a query makes room before it finds them.
const queryRoom = 64

// candidates returns the shortest list that holds every entry region can match,
// or says that the region names no listed axis.
func (x *index) candidates(region Region) (shortest places, everything bool) {
	everything = true
	consider := func(list places) {
		if everything || len(list) < len(shortest) {
			shortest, everything = list, false
		}
	}
	if prefix, ok := region.Entity(); ok {
		consider(x.namespace[prefix])
	}
	if scope, ok := region.Scope(); ok {
		consider(x.scope[scope])
	}
	if lane, ok := region.Lane(); ok {
		consider(x.lane[lane])
	}
	if fact, ok := region.Fact(); ok {
		if kind, ok := fact.Exact(); ok {
			consider(x.kind[kind])
		}
		if category, ok := fact.Category(); ok {
			consider(x.category[category&0xF])
		}
	}
	return shortest, everything
}

// at returns the entry of that sequence, whether readers may see it or not.
func (x *index) at(seq uint64) (*record, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	i, found := slices.BinarySearchFunc(x.entries, seq, compareSequence)
	if !found {
		return nil, false
	}
	return x.entries[i], true
}

func compareSequence(e *record, seq uint64) int {
	switch {
	case e.Sequence < seq:
		return -1
	case e.Sequence > seq:
		return 1
	}
	return 0
}

// laneBounds returns, for each lane with entries in r, one past the last of them.
func (x *index) laneBounds(r SeqRange) []laneBound {
	x.mu.RLock()
	defer x.mu.RUnlock()
	i, _ := slices.BinarySearchFunc(x.entries, r.Start, compareSequence)
	var bounds []laneBound
	for ; i < len(x.entries) && x.entries[i].Sequence < r.End; i++ {
		e := x.entries[i]
		at := slices.IndexFunc(bounds, func(b laneBound) bool { return b.Lane == e.Lane })
		if at < 0 {
			at = len(bounds)
			bounds = append(bounds, laneBound{Lane: e.Lane})
		}
		bounds[at].Bound = e.Sequence + 1
	}
	return bounds
}
