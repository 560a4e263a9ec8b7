package core

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// index holds every entry in commit order and, for each value of an axis that a
// region can name, the places of the entries that have it. A query searches the
// shortest list that the region allows. A poll by one axis so costs O(log n + batch),
// and one by a range of clocks, which has no list, O(log n) and a look at each entry
// it passes. A poll by several axes looks at what it passes in the shortest of their
// lists: in the worst case, when nothing in that list has the other values, at the
// rest of it. A follower goes on behind what it has passed, so it looks at an
// appended entry once at most.
//
// One writer inserts; any number of readers query. The index only grows, until
// retention puts a smaller one in its place; all that readers reach in it they reach
// through atomics, and no one waits for another: see growing.
type index struct {
	log       growing[*record] // ascending by sequence; sequences that were burned are absent
	namespace listed[string]
	scope     listed[string]
	kind      listed[Kind]
	category  [16]places
	lane      listed[uint32]
}

func newIndex() *index { return new(index) }

// insert adds entries that follow all others in sequence, and makes their coordinates
// share the strings of earlier ones. Readers do not see them before the gate
// publishes.
func (x *index) insert(entries []*record) {
	for _, e := range entries {
		x.add(e)
	}
}

// add adds e to the log first, so that the log covers the places in every list.
func (x *index) add(e *record) {
	scope := x.scope.of(e.Coordinate.Scope())
	e.Coordinate = Coordinate{x.namespace.of(e.Coordinate.Entity()).value, scope.value}
	x.put(e, scope)
}

// put adds e as it is.
func (x *index) put(e *record, scope *places) {
	at := uint32(x.log.length.Load())
	x.log.append(e)
	for name := range namespaces(e.Coordinate.Entity()) {
		x.namespace.of(name).append(at)
	}
	scope.append(at)
	x.kind.of(e.Kind).append(at)
	x.category[e.Kind.Category()].append(at)
	x.lane.of(e.Lane).append(at)
}

// entries returns all entries, which its caller must not change.
func (x *index) entries() []*record { return x.log.items() }

// from returns an index of the entries of this one that have that sequence or a higher
// one. It is the caller's to follow this one up to the moment at which it takes its place.
func (x *index) from(seq uint64) *index {
	y := newIndex()
	y.follow(since(x.entries(), seq))
	return y
}

// follow adds those of entries, all of which another index holds, that this one has not.
func (x *index) follow(entries []*record) {
	if last := len(x.entries()) - 1; last >= 0 {
		entries = since(entries, x.entries()[last].Sequence+1)
	}
	for _, e := range entries {
		x.put(e, x.scope.of(e.Coordinate.Scope()))
	}
}

// since returns those of entries whose sequence is not below seq.
func since(entries []*record, seq uint64) []*record {
	i, _ := slices.BinarySearchFunc(entries, seq, compareSequence)
	return entries[i:]
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
	bound := view.bound(region.Lane())
	list, everything := x.candidates(region) // before the log, which thus covers it
	entries := x.log.items()
	size := len(list)
	if everything {
		size = len(entries)
	}
	entry := func(i int) *record {
		if everything {
			return entries[i]
		}
		return entries[list[i]]
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
func (x *index) candidates(region Region) (shortest []uint32, everything bool) {
	everything = true
	consider := func(p *places) {
		var list []uint32
		if p != nil {
			list = p.items()
		}
		if everything || len(list) < len(shortest) {
			shortest, everything = list, false
		}
	}
	if prefix, ok := region.Entity(); ok {
		consider(x.namespace.find(prefix))
	}
	if scope, ok := region.Scope(); ok {
		consider(x.scope.find(scope))
	}
	if lane, ok := region.Lane(); ok {
		consider(x.lane.find(lane))
	}
	if fact, ok := region.Fact(); ok {
		if kind, ok := fact.Exact(); ok {
			consider(x.kind.find(kind))
		}
		if category, ok := fact.Category(); ok {
			consider(&x.category[category&0xF])
		}
	}
	return shortest, everything
}

// at returns the entry of that sequence, whether readers may see it or not.
func (x *index) at(seq uint64) (*record, bool) {
	rest := since(x.entries(), seq)
	if len(rest) == 0 || rest[0].Sequence != seq {
		return nil, false
	}
	return rest[0], true
}

func compareSequence(e *record, seq uint64) int { return cmp.Compare(e.Sequence, seq) }

// laneBounds returns, for each lane with entries in r, one past the last of them.
func (x *index) laneBounds(r SeqRange) []laneBound {
	var bounds []laneBound
	for _, e := range since(x.entries(), r.Start) {
		if e.Sequence >= r.End {
			break
		}
		at := slices.IndexFunc(bounds, func(b laneBound) bool { return b.Lane == e.Lane })
		if at < 0 {
			at = len(bounds)
			bounds = append(bounds, laneBound{Lane: e.Lane})
		}
		bounds[at].Bound = e.Sequence + 1
	}
	return bounds
}
