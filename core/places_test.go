package core

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"
)

// What a reader took of a list stays as it was, while the list grows.
func TestGrowingKeepsWhatWasRead(t *testing.T) {
	var list growing[int]
	var read [][]int
	for i := range 300 {
		read = append(read, list.items())
		list.append(i)
	}
	for n, items := range read {
		if len(items) != n || cap(items) != n {
			t.Fatalf("read %d holds %d of %d items, want %d, and no room for more", n, len(items), cap(items), n)
		}
		for i, item := range items {
			if item != i {
				t.Fatalf("item %d of read %d = %d", i, n, item)
			}
		}
	}
}

// Under the race detector this shows that readers need no lock: beside a writer that
// inserts, publishes and drops they see each matching entry once, in order.
func TestIndexReadersBesideAWriter(t *testing.T) {
	const entries, batch = 3000, 3
	x, g := newIndex(), newGate(newSolo())
	var done atomic.Bool
	var readers sync.WaitGroup
	for name, region := range map[string]Region{
		"all": {}, "entity": Region{}.WithEntity("a"), "scope": Region{}.WithScope("s"), "lane": Region{}.WithLane(1),
		"kind": Region{}.WithFact(ExactKind(commonKind)), "clock": Region{}.WithClock(ClockRange{0, entries}),
	} {
		readers.Go(func() {
			for from := uint64(0); from < entries; {
				last := done.Load()
				found, next := x.query(region, g.snapshot(), from, 7)
				for i, e := range found {
					if want := from + uint64(i); e.Sequence != want {
						t.Errorf("%s: entry %d found, want %d", name, e.Sequence, want)
						return
					}
				}
				if last && next == from {
					t.Errorf("%s: nothing from %d on, want %d entries", name, from, entries)
					return
				}
				from = next
				runtime.Gosched()
			}
		})
	}
	for first := uint64(0); first < entries; first += batch {
		var list []*record
		for seq := first; seq < first+batch; seq++ {
			list = append(list, &record{Sequence: seq, Coordinate: Coordinate{fmt.Sprint("a:", seq%5), "s"}, Kind: commonKind, Lane: 1, Clock: uint32(seq)})
		}
		x.insert(list)
		g.reserve(batch)
		must(t, g.publish(first+batch, []laneBound{{1, first + batch}}, "test"))
	}
	done.Store(true)
	readers.Wait()
}

// The index keeps one copy of each entity and scope.
func TestIndexSharesCoordinates(t *testing.T) {
	var entries []*record
	for seq := range uint64(2) {
		entries = append(entries, &record{Sequence: seq, Coordinate: Coordinate{string([]byte("a:b")), string([]byte("s"))}})
	}
	indexed(entries...)
	first, second := entries[0].Coordinate, entries[1].Coordinate
	if first != second || unsafe.StringData(first.entity) != unsafe.StringData(second.entity) || unsafe.StringData(first.scope) != unsafe.StringData(second.scope) {
		t.Errorf("coordinates %v and %v do not share their strings", first, second)
	}
}
